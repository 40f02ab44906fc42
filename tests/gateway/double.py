"""A scripted upstream on a real socket, and a gateway in a process of its own in front of it."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parents[2]
KEY = b"authorization: Bearer test-key-0000\r\n"


@dataclass(slots=True, kw_only=True)
class Arrival:
    """One request that reached an upstream."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


Script: TypeAlias = Callable[[Arrival, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answer(status: int, body: bytes, headers: str = "content-type: application/json\r\n") -> bytes:
    """Give a whole answer."""
    return f"HTTP/1.1 {status} X\r\n{headers}content-length: {len(body)}\r\n\r\n".encode() + body


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
STREAM_END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """Give one chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def always(data: bytes) -> Script:
    """Give a script that writes the same bytes for every request."""

    async def script(_arrival: Arrival, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return script


@dataclass(slots=True, kw_only=True)
class Upstream:
    """What an upstream is told to do, and what reached it."""

    script: Script
    port: int = 0
    arrivals: list[Arrival] = field(default_factory=list)
    probed: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    connections: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    serving: list[asyncio.Task[None]] = field(default_factory=list)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Note a connection as soon as it is there, so that none is left open, and serve it."""
        self.connections += 1
        self.writers.append(writer)
        self.serving.append(asyncio.create_task(self.serve(reader, writer, number=self.connections)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, number: int) -> None:
        """Answer the requests of one connection."""
        try:
            while (head := await reader.readuntil(b"\r\n\r\n")) and not writer.is_closing():
                await self._answer(head.decode(), reader, writer, number)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        line, *rest = head.rstrip().split("\r\n")
        headers = dict(each.lower().split(": ", 1) for each in rest)
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        arrival = Arrival(line=line, headers=headers, body=body, connection=number)
        if line.startswith("GET"):
            self.probed.put_nowait(None)
        else:
            self.arrivals.append(arrival)
        await self.script(arrival, reader, writer)


@asynccontextmanager
async def upstreams(*scripts: Script) -> AsyncIterator[list[Upstream]]:
    """Run one upstream for each script."""
    running = [Upstream(script=script) for script in scripts]
    servers = [await asyncio.start_server(each.accept, "127.0.0.1", 0) for each in running]
    for each, server in zip(running, servers, strict=True):
        each.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        for server in servers:
            server.close()
        for each in running:
            while each.writers:
                writers, each.writers = each.writers, []
                await close_all(writers)


def config(
    openai: list[int], anthropic: list[int] | None = None, *, extra: str = "", instance: str = ""
) -> str:
    """Give a configuration; the instances have the priorities 1, 2, … in order."""
    text = """
[server]
host = "127.0.0.1"
port = 0
log_level = "warn"
[routing]
default_provider = "openai"
[routing.rules]
"gpt-" = "openai"
[routing.discovery]
enabled = false
cache_ttl_seconds = 3600
refresh_on_startup = false
providers_with_listing = []
"""
    for n in range(3):
        text += f'[[api_keys]]\nkey = "test-key-000{n}"\nname = "client-{n}"\nenabled = true\n'
    for provider, ports in (("openai", openai), ("anthropic", anthropic or [])):
        for n, port in enumerate(ports, 1):
            text += f'[[providers.{provider}]]\nname = "{provider}-{n}"\nenabled = true\napi_key = "up-{n}"\n'
            text += f'base_url = "http://127.0.0.1:{port}/v1"\npriority = {n}\n{instance}\n'
            text += 'api_version = "2023-06-01"\n' if provider == "anthropic" else ""
    if anthropic:
        text = text.replace('"gpt-" = "openai"', '"gpt-" = "openai"\n"claude-" = "anthropic"')
    return text + extra


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A running gateway."""

    process: asyncio.subprocess.Process
    port: int
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a client connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 24)
        self.writers.append(writer)
        return reader, writer

    async def ask(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send a request on a connection of its own; gives status, headers and body."""
        reader, writer = await self.connect()
        try:
            writer.write(request)
            return await read_answer(reader)
        finally:
            writer.close()


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """Read one whole answer; raises IncompleteReadError when it is cut."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    line, *rest = head.rstrip().split("\r\n")
    headers = dict(each.split(": ", 1) for each in rest)
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    else:
        body = b""
        while (size := int((await reader.readline()).strip() or b"0", 16)) > 0:
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    return int(line.split()[1]), headers, body


def post(body: bytes, *, path: str = "/v1/chat/completions", headers: bytes = KEY) -> bytes:
    """Give a request."""
    return (
        f"POST {path} HTTP/1.1\r\nhost: g\r\ncontent-length: {len(body)}\r\n".encode()
        + headers
        + b"\r\n"
        + body
    )


@asynccontextmanager
async def gateway(directory: Path, text: str, *arguments: str) -> AsyncIterator[Gateway]:
    """Run a gateway until the end of the block."""
    path = directory / "config.toml"
    path.write_text(text)
    process = await start(path, *arguments)
    assert process.stderr is not None
    try:
        line = (await process.stderr.readline()).decode()
        assert "listening on" in line, line
        running = Gateway(process=process, port=int(line.rsplit(":", 1)[1]))
        yield running
        await close_all(running.writers)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def close_all(writers: list[asyncio.StreamWriter]) -> None:
    """Close connections and wait until they are gone."""
    for writer in writers:
        writer.transport.abort()
    await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


async def start(
    path: Path, *arguments: str, stderr: int = asyncio.subprocess.PIPE
) -> asyncio.subprocess.Process:
    """Start the command with a configuration file."""
    command = ["-O", "-m", "perf.gateway", "--config", str(path), *arguments]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def free_port() -> int:
    """Give a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
