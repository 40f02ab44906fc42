"""What a running gateway does when upstreams fail, and when they come back."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.gateway.double import Arrival, always, answer, config, free_port, gateway, post, upstreams

_ASK = b'{"model":"gpt-4o","messages":[]}'
_FINE = answer(200, b'{"ok":1}')
_QUICK = """
[resilience]
success_threshold = 2
initial_backoff_seconds = 0.2
probe_interval_seconds = 0.1
probe_timeout_seconds = 0.5
"""


@pytest.mark.parametrize(
    ("failure", "headers"),
    [(500, ""), (502, ""), (503, ""), (529, ""), (401, ""), (429, "retry-after: 30\r\n"), (0, "")],
    ids=["500", "502", "503", "529", "401", "429", "no answer"],
)
def test_the_first_request_after_an_outage_succeeds(tmp_path: Path, failure: int, headers: str) -> None:
    """A healthy backup is asked at the second attempt, whatever the failure of the first instance."""

    async def broken(_a: Arrival, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if failure:
            writer.write(answer(failure, b"{}", headers))
        else:
            writer.transport.abort()

    async def scenario() -> None:
        async with (
            upstreams(broken, always(_FINE)) as [sick, well],
            gateway(tmp_path, config([sick.port, well.port])) as g,
        ):
            status, told, _ = await g.ask(post(_ASK))

        assert (status, told["x-gateway-instance"]) == (200, "openai-2")
        assert (len(sick.arrivals), len(well.arrivals)) == (1, 1)

    asyncio.run(scenario())


def test_an_open_circuit_costs_nothing_and_recovers(tmp_path: Path) -> None:
    """After three failures the instance is left alone until a probe finds it well."""

    async def scenario() -> None:
        async with (
            upstreams(always(answer(500, b"{}")), always(_FINE)) as [first, second],
            gateway(tmp_path, config([first.port, second.port], extra=_QUICK)) as g,
        ):
            for _ in range(10):
                assert (await g.ask(post(_ASK)))[0] == 200
            tried = len(first.arrivals)
            first.script = always(_FINE)
            while not first.probed.empty():
                first.probed.get_nowait()
            # The second good probe comes only once the first has had its effect.
            await first.probed.get()
            await first.probed.get()
            other = await g.ask(post(_ASK, headers=b"authorization: Bearer test-key-0001\r\n"))

        assert tried == 3
        assert other[1]["x-gateway-instance"] == "openai-1"

    asyncio.run(scenario())


def test_a_black_hole_stalls_nobody(tmp_path: Path) -> None:
    """While an instance that accepts and never answers is probed, others answer at once."""

    async def scenario() -> None:
        async def silent(_a: Arrival, reader: asyncio.StreamReader, _w: asyncio.StreamWriter) -> None:
            await reader.read()

        quick = _QUICK + "failure_threshold = 1\nfirst_byte_timeout_seconds = 0.2\n"
        async with (
            upstreams(silent, always(_FINE)) as [hole, well],
            gateway(tmp_path, config([hole.port, well.port], extra=quick)) as g,
        ):
            assert (await g.ask(post(_ASK)))[0] == 200
            await hole.probed.get()
            answers = await asyncio.gather(*(g.ask(post(_ASK)) for _ in range(50)))

        assert {status for status, _, _ in answers} == {200}
        assert len(hole.arrivals) == 1

    asyncio.run(scenario())


@pytest.mark.parametrize(("status", "attempts"), [(400, 1), (404, 1), (422, 1), (500, 3), (503, 3)], ids=str)
def test_without_a_backup_the_caller_gets_the_answer(tmp_path: Path, status: int, attempts: int) -> None:
    """The caller's own errors at once; the instance's after three attempts; the body unchanged."""
    told = b'{"error":{"message":"m","type":"t"},"extra":1}'

    async def scenario() -> None:
        async with (
            upstreams(always(answer(status, told))) as [up],
            gateway(tmp_path, config([up.port])) as g,
        ):
            got, _, body = await g.ask(post(_ASK))

        assert (got, body, len(up.arrivals)) == (status, told, attempts)

    asyncio.run(scenario())


def test_a_long_retry_after_is_passed_on(tmp_path: Path) -> None:
    """The caller of the only instance is told to wait, not kept waiting."""

    async def scenario() -> None:
        async with (
            upstreams(
                always(answer(429, b"{}", "content-type: application/json\r\nretry-after: 30\r\n"))
            ) as [up],
            gateway(tmp_path, config([up.port])) as g,
        ):
            status, headers, _ = await g.ask(post(_ASK))

        assert (status, headers["retry-after"], len(up.arrivals)) == (429, "30", 1)

    asyncio.run(scenario())


def test_nobody_there_is_an_error_in_the_callers_dialect(tmp_path: Path) -> None:
    """502 while the circuit closes, 503 once it is open; for both APIs."""

    async def scenario() -> None:
        gone = free_port()
        async with gateway(tmp_path, config([gone], [gone])) as g:
            first = await g.ask(post(_ASK))
            second = await g.ask(post(_ASK))
            claude = _ASK.replace(b"gpt-4o", b"claude-x")
            messages = await g.ask(post(claude, path="/v1/messages"))

        assert (first[0], json.loads(first[2])["error"]["type"]) == (502, "http_request_error")
        assert (second[0], json.loads(second[2])["error"]["type"]) == (503, "no_healthy_instances")
        assert (messages[0], json.loads(messages[2])["type"]) == (502, "error")

    asyncio.run(scenario())


def test_an_html_error_becomes_one_of_the_callers_dialect(tmp_path: Path) -> None:
    """SDKs parse JSON; a proxy's error page is quoted in it."""

    async def scenario() -> None:
        async with (
            upstreams(always(answer(404, b"<h1>no</h1>", "content-type: text/html\r\n"))) as [up],
            gateway(tmp_path, config([up.port])) as g,
        ):
            status, headers, body = await g.ask(post(_ASK))

        assert (status, headers["content-type"]) == (404, "application/json")
        assert json.loads(body) == {
            "error": {"message": "<h1>no</h1>", "type": "upstream_error", "param": None, "code": None}
        }

    asyncio.run(scenario())


def test_a_kept_connection_that_was_closed_is_no_failure(tmp_path: Path) -> None:
    """An upstream that closes after each answer without saying so loses no request."""

    async def script(_a: Arrival, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(_FINE)
        await writer.drain()
        writer.transport.abort()

    async def scenario() -> None:
        async with upstreams(script) as [up], gateway(tmp_path, config([up.port])) as g:
            answers = [await g.ask(post(_ASK)) for _ in range(30)]

        assert {status for status, _, _ in answers} == {200}

    asyncio.run(scenario())


def test_a_cut_answer_is_not_asked_for_again(tmp_path: Path) -> None:
    """The provider has done, and charged, the work: 502, one attempt."""

    async def script(_a: Arrival, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    async def scenario() -> None:
        async with upstreams(script) as [up], gateway(tmp_path, config([up.port])) as g:
            status, _, _ = await g.ask(post(_ASK))

        assert (status, len(up.arrivals)) == (502, 1)

    asyncio.run(scenario())
