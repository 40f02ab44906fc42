"""A running gateway that is told to read its configuration anew."""

import asyncio
import re
import signal
from pathlib import Path

import pytest

from tests.gateway.double import (
    STREAM_END,
    STREAM_HEAD,
    Arrival,
    Gateway,
    always,
    answer,
    chunk,
    config,
    gateway,
    post,
    upstreams,
)

_ASK = b'{"model":"gpt-4o","messages":[]}'
_STREAM = b'{"model":"gpt-4o","stream":true,"messages":[]}'
_FINE = answer(200, b'{"ok":1}')


async def reloaded(g: Gateway, *, result: str, workers: int = 1) -> None:
    """Ask for a reload and wait until every worker has counted one with this result."""
    g.process.send_signal(signal.SIGHUP)
    counted = f'llm_gateway_reloads_total{{result="{result}"}} {workers}\n'.encode()
    async with asyncio.timeout(10):
        while counted not in (await g.ask(b"GET /metrics HTTP/1.1\r\nhost: g\r\n\r\n"))[2]:
            pass


async def keep_asking(g: Gateway, *, until: asyncio.Event) -> list[int]:
    """Ask again and again; gives the statuses."""
    statuses = []
    while not until.is_set():
        statuses.append((await g.ask(post(_ASK)))[0])
    return statuses


@pytest.mark.parametrize("workers", [1, 2])
def test_a_reload_loses_no_request(tmp_path: Path, workers: int) -> None:
    """A stream under way ends where it began, and a client that keeps asking sees only answers."""

    async def scenario() -> None:
        go_on = asyncio.Event()

        async def script(_a: Arrival, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(STREAM_HEAD + chunk(b"data: 1\n\n"))
            await go_on.wait()
            writer.write(chunk(b"data: [DONE]\n\n") + STREAM_END)

        async with (
            upstreams(script, always(_FINE)) as [first, second],
            gateway(tmp_path, config([first.port]), "--workers", str(workers)) as g,
        ):
            reader, writer = await g.connect()
            writer.write(post(_STREAM))
            await reader.readuntil(b"data: 1\n\n")
            first.script = always(_FINE)
            done = asyncio.Event()
            asking = asyncio.create_task(keep_asking(g, until=done))
            (tmp_path / "config.toml").write_text(config([second.port]))
            await reloaded(g, result="done", workers=workers)
            afterwards = [await g.ask(post(_ASK)) for _ in range(5)]
            seen = len(first.arrivals)
            go_on.set()
            await reader.readuntil(b"data: [DONE]\n\n")
            done.set()
            statuses = await asking
            writer.close()

        assert {*statuses, *(status for status, _, _ in afterwards)} == {200}
        assert len(second.arrivals) >= 5
        assert len(first.arrivals) == seen

    asyncio.run(scenario())


def test_a_bad_file_changes_nothing(tmp_path: Path) -> None:
    """The error is told on standard error, and the gateway goes on as it was."""

    async def scenario() -> None:
        async with upstreams(always(_FINE)) as [up], gateway(tmp_path, config([up.port])) as g:
            (tmp_path / "config.toml").write_text("[server]\nprot = 1\n")
            await reloaded(g, result="refused")
            status, _, _ = await g.ask(post(_ASK))
            assert g.process.stderr is not None
            told = (await g.process.stderr.readline()).decode()

        assert status == 200
        assert "`prot`" in told
        assert "stays as it was" in told

    asyncio.run(scenario())


def test_a_reload_keeps_sessions_and_health(tmp_path: Path) -> None:
    """A bound key stays where it is, an open circuit stays open, though the file now lists them otherwise."""

    async def scenario() -> None:
        broken = always(answer(500, b"{}"))
        async with (
            upstreams(broken, always(_FINE), always(_FINE)) as ups,
            gateway(tmp_path, config([ups[0].port, ups[1].port])) as g,
        ):
            for _ in range(4):
                assert (await g.ask(post(_ASK)))[0] == 200
            tried = len(ups[0].arrivals)
            text = config([ups[0].port, ups[2].port, ups[1].port])
            text = text.replace('"openai-2"', '"between"').replace('"openai-3"', '"openai-2"')
            (tmp_path / "config.toml").write_text(text)
            await reloaded(g, result="done")
            bound = await g.ask(post(_ASK))
            fresh = await g.ask(post(_ASK, headers=b"x-api-key: test-key-0001\r\n"))

        assert tried == len(ups[0].arrivals) == 3
        assert bound[1]["x-gateway-instance"] == "openai-2"
        assert fresh[1]["x-gateway-instance"] == "between"

    asyncio.run(scenario())


def test_a_key_that_was_removed_is_refused(tmp_path: Path) -> None:
    """From the next request on."""

    async def scenario() -> None:
        async with upstreams(always(_FINE)) as [up], gateway(tmp_path, config([up.port])) as g:
            before = await g.ask(post(_ASK))
            text = re.sub(r"test-key-0000", "another", config([up.port]))
            (tmp_path / "config.toml").write_text(text)
            await reloaded(g, result="done")
            after = await g.ask(post(_ASK))

        assert (before[0], after[0]) == (200, 401)

    asyncio.run(scenario())
