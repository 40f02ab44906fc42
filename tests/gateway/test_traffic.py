"""What passes through a running gateway, and how."""

import asyncio
import json
from collections import Counter
from contextlib import suppress
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
    upstreams,
)

_ASK = b'{"model":"gpt-4o", "odd":  [1.0],"messages":[]}'
_STREAM = b'{"model":"gpt-4o","stream":true,"messages":[]}'
_CLAUDE = b'{"model":"claude-x","messages":[{"role":"user","content":"hi"}]%b}'
_FRAMES = [b'data: {"n":%d,"t":"\xc3\xa9"}\n\n' % n for n in range(5)] + [b"data: [DONE]\n\n"]


def test_a_whole_answer_passes_unchanged(tmp_path: Path) -> None:
    """Bytes and unknown fields both ways; keys are replaced, hop-by-hop fields stay."""

    async def scenario() -> None:
        told = b'{"id":"x",  "system_fingerprint":null}'
        extra = (
            "content-type: application/json\r\nx-ratelimit-remaining: 7\r\nx-hop: 1\r\nconnection: x-hop\r\n"
        )
        async with (
            upstreams(always(answer(200, told, extra))) as [up],
            gateway(tmp_path, config([up.port])) as g,
        ):
            nonce = KEY + b"x-perfgate-nonce: n1\r\nX-Api-Key: secret\r\nconnection: keep-alive\r\n"
            status, headers, body = await g.ask(post(_ASK, headers=nonce))
        [arrival] = up.arrivals

        assert (status, body) == (200, told)
        assert (headers["x-ratelimit-remaining"], headers["x-gateway-instance"]) == ("7", "openai-1")
        assert len(headers["x-request-id"]) == 36
        assert "x-hop" not in headers
        assert (arrival.line, arrival.body) == ("POST /v1/chat/completions HTTP/1.1", _ASK)
        assert arrival.headers["authorization"] == "bearer up-1"
        assert arrival.headers["x-perfgate-nonce"] == "n1"
        assert "x-api-key" not in arrival.headers

    asyncio.run(scenario())


@pytest.mark.parametrize("cut", [1, 3, 1000])
def test_a_stream_passes_byte_for_byte(tmp_path: Path, cut: int) -> None:
    """However the upstream splits its writes."""

    async def script(_a: Arrival, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM_HEAD)
        text = b"".join(_FRAMES)
        for start in range(0, len(text), cut):
            writer.write(chunk(text[start : start + cut]))
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(STREAM_END)

    async def scenario() -> None:
        async with upstreams(script) as [up], gateway(tmp_path, config([up.port])) as g:
            status, headers, body = await g.ask(post(_STREAM))

        assert (status, headers["content-type"], body) == (200, "text/event-stream", b"".join(_FRAMES))

    asyncio.run(scenario())


def test_the_first_frame_does_not_wait_for_the_second(tmp_path: Path) -> None:
    """Frames pass as they arrive: the upstream sends the next only after the client has had the last."""

    async def scenario() -> None:
        got_one = asyncio.Event()

        async def script(_a: Arrival, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(STREAM_HEAD + chunk(_FRAMES[0]))
            await got_one.wait()
            writer.write(chunk(_FRAMES[-1]) + STREAM_END)

        async with upstreams(script) as [up], gateway(tmp_path, config([up.port])) as g:
            reader, writer = await g.connect()
            writer.write(post(_STREAM))
            await reader.readuntil(_FRAMES[0])
            got_one.set()
            await reader.readuntil(_FRAMES[-1])
            writer.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("ending", [b"", STREAM_END], ids=["cut", "clean end too early"])
def test_a_truncated_stream_never_looks_whole(tmp_path: Path, ending: bytes) -> None:
    """Whole frames, then an error event, no `[DONE]`, and the half frame is not shown."""

    async def script(_a: Arrival, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM_HEAD + chunk(_FRAMES[0] + b'data: {"ha') + ending)
        await writer.drain()
        writer.close()

    async def scenario() -> None:
        async with upstreams(script) as [up], gateway(tmp_path, config([up.port])) as g:
            _, _, body = await g.ask(post(_STREAM))
        first, error = body.split(b"\n\n")[:2]

        assert first + b"\n\n" == _FRAMES[0]
        assert json.loads(error.removeprefix(b"data: "))["error"]["type"] == "upstream_error"
        assert b"[DONE]" not in body
        assert b'"ha' not in body
        assert len(up.arrivals) == 1

    asyncio.run(scenario())


def test_a_client_that_goes_takes_its_upstream_request_along(tmp_path: Path) -> None:
    """The upstream sees its connection close while it still streams, and before it has begun to answer."""

    async def scenario() -> None:
        arrived: asyncio.Queue[bytes] = asyncio.Queue()
        closed: asyncio.Queue[bytes] = asyncio.Queue()

        async def script(
            arrival: Arrival, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            arrived.put_nowait(arrival.body)
            if b'"stream":true' in arrival.body:
                writer.write(STREAM_HEAD + chunk(_FRAMES[0]))
            with suppress(ConnectionError):
                await reader.read(1)
            closed.put_nowait(arrival.body)

        async with upstreams(script) as [up], gateway(tmp_path, config([up.port])) as g:
            for body in (_STREAM, _ASK):
                reader, writer = await g.connect()
                writer.write(post(body))
                if body is _STREAM:
                    await reader.readuntil(_FRAMES[0])
                assert await arrived.get() == body
                writer.close()
                assert await asyncio.wait_for(closed.get(), 5) == body

    asyncio.run(scenario())


def test_conversion_both_ways(tmp_path: Path) -> None:
    """A chat request to a Claude model arrives as a messages request; its answer is a completion."""
    told = {
        "id": "msg_1",
        "model": "claude-x",
        "content": [{"type": "text", "text": "hello"}],
        "stop_reason": "max_tokens",
        "usage": {"input_tokens": 1, "cache_read_input_tokens": 2, "output_tokens": 3},
    }

    async def scenario() -> None:
        async with (
            upstreams(always(answer(200, json.dumps(told).encode()))) as [up],
            gateway(tmp_path, config([up.port], [up.port])) as g,
        ):
            status, headers, body = await g.ask(post(_CLAUDE % b',"seed":1'))
        [arrival] = up.arrivals
        completion = json.loads(body)

        assert (status, headers["x-gateway-instance"]) == (200, "anthropic-1")
        assert "seed" in headers["x-llm-gateway-warnings"]
        assert arrival.line == "POST /v1/messages HTTP/1.1"
        assert (arrival.headers["x-api-key"], arrival.headers["anthropic-version"]) == ("up-1", "2023-06-01")
        assert "authorization" not in arrival.headers
        assert completion["choices"][0]["message"]["content"] == "hello"
        assert completion["choices"][0]["finish_reason"] == "length"
        assert completion["usage"]["prompt_tokens"] == 3

    asyncio.run(scenario())


def test_a_converted_stream_reports_its_truncation(tmp_path: Path) -> None:
    """Chunks, then an error, no `[DONE]`, when Anthropic's stream breaks off."""
    start = {"type": "message_start", "message": {"id": "m", "model": "c", "usage": {"input_tokens": 1}}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}}
    text = b"".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in (start, delta))

    async def script(_a: Arrival, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM_HEAD + chunk(text))
        await writer.drain()
        writer.transport.abort()

    async def scenario() -> None:
        async with upstreams(script) as [up], gateway(tmp_path, config([up.port], [up.port])) as g:
            _, _, body = await g.ask(post(_CLAUDE % b',"stream":true'))

        assert b'"content":"hi"' in body
        assert b'"error"' in body
        assert b"[DONE]" not in body

    asyncio.run(scenario())


def test_sessions_stick_and_share_connections(tmp_path: Path) -> None:
    """Each key, and each session of a key, stays with one instance; kept connections are reused."""
    told = answer(200, b"{}")

    async def scenario() -> None:
        async with upstreams(*[always(told)] * 3) as ups:
            text = config([up.port for up in ups], [up.port for up in ups])
            for n in (2, 3):
                text = text.replace(f"priority = {n}", "priority = 1")
            async with gateway(tmp_path, text) as g:
                reader, writer = await g.connect()
                seen: dict[str, set[str]] = {}
                for n in range(60):
                    session = f"session_{n % 20:08d}-0000-0000-0000-000000000000"
                    body = b'{"model":"claude-x","metadata":{"user_id":"u_%b"}}' % session.encode()
                    writer.write(post(body, path="/v1/messages", headers=b"x-api-key: test-key-0001\r\n"))
                    _, headers, _ = await read_answer(reader)
                    seen.setdefault(session, set()).add(headers["x-gateway-instance"])
                writer.close()

        assert all(len(instances) == 1 for instances in seen.values())
        assert len(Counter(next(iter(each)) for each in seen.values())) == 3
        assert sum(up.connections for up in ups) == 3

    asyncio.run(scenario())


def test_a_slow_client_slows_the_upstream(tmp_path: Path) -> None:
    """The gateway holds a few buffers of a stream that nobody reads; the kernel holds its own beside them."""
    per_connection = sum(
        int(Path(f"/proc/sys/net/ipv4/{name}").read_text().split()[2]) for name in ("tcp_rmem", "tcp_wmem")
    )
    held_by_kernel = 2 * per_connection

    async def scenario() -> None:
        written = 0
        stalled = asyncio.Event()

        async def script(_a: Arrival, _r: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal written
            writer.write(STREAM_HEAD)
            frame = b"data: " + b"x" * 65_530 + b"\n\n"
            for _ in range(3 * held_by_kernel // len(frame)):
                writer.write(chunk(frame))
                written += len(frame)
                try:
                    await asyncio.wait_for(writer.drain(), 1)
                except TimeoutError:
                    break
            stalled.set()

        async with upstreams(script) as [up], gateway(tmp_path, config([up.port])) as g:
            _, writer = await g.connect()
            writer.write(post(_STREAM))
            await asyncio.wait_for(stalled.wait(), 20)
            writer.close()

        assert written < 1.2 * held_by_kernel

    asyncio.run(scenario())
