"""The gateway as a process: start, edges of HTTP, stop."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from tests.gateway.double import (
    KEY,
    STREAM_END,
    STREAM_HEAD,
    Arrival,
    always,
    answer,
    chunk,
    config,
    gateway,
    post,
    read_answer,
    start,
    upstreams,
)

_ASK = b'{"model":"gpt-4o","messages":[]}'
_FINE = answer(200, b'{"ok":1}')


def get(path: str, headers: bytes = b"", method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nhost: g\r\n".encode() + headers + b"\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "status", "kind"),
    [
        (get("/health"), 200, None),
        (get("/ready"), 200, None),
        (get("/v1/models", KEY), 200, None),
        (get("/v1/models"), 401, "unauthorized"),
        (get("/nowhere"), 404, "not_found"),
        (get("/v1/messages", KEY), 405, "method_not_allowed"),
        (post(b'{"model":"gpt 4"}'), 400, "model_not_found"),
        (post(b"{"), 400, "conversion_error"),
        (post(_ASK, headers=b"authorization: Bearer no\r\n"), 401, "unauthorized"),
        (post(_ASK, headers=b"x: " + b"y" * 400_000 + b"\r\n"), 431, "request_headers_too_large"),
        (b"POST / HTTP/1.1\r\ncontent-length: 10485761\r\n\r\n", 413, "request_too_large"),
        (b"nonsense\r\n\r\n", 400, "invalid_request"),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, bytes) else None,
)
def test_the_edges(tmp_path: Path, request_bytes: bytes, status: int, kind: str | None) -> None:
    """Each has its status and its type."""

    async def scenario() -> None:
        async with upstreams(always(_FINE)) as [up], gateway(tmp_path, config([up.port])) as g:
            got, _, body = await g.ask(request_bytes)

        assert got == status
        assert kind is None or json.loads(body)["error"]["type"] == kind

    asyncio.run(scenario())


def test_http_has_its_ways(tmp_path: Path) -> None:
    """Pipelining, chunked and large bodies, 100-continue and HEAD work on one connection."""

    async def scenario() -> None:
        async with upstreams(always(_FINE)) as [up], gateway(tmp_path, config([up.port])) as g:
            reader, writer = await g.connect()
            writer.write(post(_ASK) * 3 + get("/health"))
            statuses = [(await read_answer(reader))[0] for _ in range(4)]
            head = b"POST /v1/chat/completions HTTP/1.1\r\ntransfer-encoding: chunked\r\n"
            writer.write(head + b"expect: 100-continue\r\n" + KEY + b"\r\n")
            interim = await reader.readuntil(b"\r\n\r\n")
            writer.write(chunk(_ASK[:5]) + chunk(_ASK[5:]) + STREAM_END)
            chunked = await read_answer(reader)
            big = b'{"model":"gpt-4o","x":"' + b"y" * (10 * 1024 * 1024 - 25) + b'"}'
            writer.write(post(big))
            large = await read_answer(reader)
            writer.write(get("/health", method="HEAD", headers=b"connection: close\r\n"))
            bare = await reader.read()
            writer.close()

        assert statuses == [200] * 4
        assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert (chunked[0], large[0]) == (200, 200)
        assert [len(each.body) for each in up.arrivals] == [len(_ASK)] * 4 + [len(big)]
        assert bare.endswith(b"\r\n\r\n")

    asyncio.run(scenario())


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_lets_requests_finish(tmp_path: Path, workers: str) -> None:
    """A stream under way comes to its end, new connections are refused, and the exit code is 0."""

    async def scenario() -> None:
        go_on = asyncio.Event()

        async def script(_a: Arrival, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(STREAM_HEAD + chunk(b"data: 1\n\n"))
            await go_on.wait()
            writer.write(chunk(b"data: [DONE]\n\n") + STREAM_END)

        async with upstreams(script) as [up], gateway(tmp_path, config([up.port]), "--workers", workers) as g:
            reader, writer = await g.connect()
            writer.write(post(b'{"model":"gpt-4o","stream":true}'))
            await reader.readuntil(b"data: 1\n\n")
            g.process.send_signal(signal.SIGTERM)
            await refused(g.port)
            go_on.set()
            await reader.readuntil(b"0\r\n\r\n")
            code = await asyncio.wait_for(g.process.wait(), 10)
            writer.close()

        assert code == 0

    asyncio.run(scenario())


async def refused(port: int) -> None:
    """Wait until nobody listens on a port."""
    async with asyncio.timeout(5):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                return
            writer.close()
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("text", "told"),
    [("[server]\nprot = 1\n", "`prot`"), ("x", "not TOML"), (None, "cannot be read")],
    ids=["unknown key", "no TOML", "no file"],
)
def test_a_bad_configuration_ends_with_2_and_one_line(tmp_path: Path, text: str | None, told: str) -> None:
    """What, where and how to mend it, on standard error."""

    async def scenario() -> None:
        path = tmp_path / "config.toml"
        if text is not None:
            path.write_text(text)
        process = await start(path)
        _, errors = await process.communicate()

        assert process.returncode == 2
        assert errors.count(b"\n") == 1
        assert told in errors.decode()
        assert str(path) in errors.decode()

    asyncio.run(scenario())


def test_a_port_in_use_ends_with_2(tmp_path: Path) -> None:
    """The line names host and port."""

    async def scenario() -> None:
        async with upstreams(always(_FINE)) as [up]:
            path = tmp_path / "config.toml"
            path.write_text(config([up.port]))
            process = await start(path, "--port", str(up.port))
            _, errors = await process.communicate()

        assert process.returncode == 2
        assert f"127.0.0.1:{up.port}" in errors.decode()

    asyncio.run(scenario())
