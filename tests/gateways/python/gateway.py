"""A gateway of httpx and asyncio: it passes OpenAI Chat on, by HTTP/2 where it is told to."""

import asyncio
import json
import re
import sys
from pathlib import Path

import httpx

CONFIG = json.loads(Path(sys.argv[1]).read_text())
LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)


async def passed_on(head: bytes, body: bytes, *, provider: httpx.AsyncClient) -> tuple[int, bytes]:
    """Status and body of the answer to one request; whoever only looks in is told that it is well."""
    method, path, _ = head.decode("latin-1").split(" ", 2)
    if method == "GET":
        return 200, b""
    try:
        told = await provider.post(path, content=body, headers={"content-type": "application/json"})
    except httpx.HTTPError as error:
        return 502, str(error).encode()
    return told.status_code, told.content


async def converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, provider: httpx.AsyncClient
) -> None:
    """Answer the requests of one client, one after the other."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await reader.readexactly(int(length[1])) if length else b""
            status, answer = await passed_on(head, body, provider=provider)
            fields = f"content-type: application/json\r\ncontent-length: {len(answer)}"
            writer.write(f"HTTP/1.1 {status} -\r\n{fields}\r\n\r\n".encode() + answer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve() -> None:
    """Serve until the end of the process."""
    provider = httpx.AsyncClient(
        http2=CONFIG["http2"],
        base_url=CONFIG["upstream"],
        headers={"authorization": f"Bearer {CONFIG['key']}"},
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=None),
        timeout=30,
    )

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, provider=provider)

    server = await asyncio.start_server(client, CONFIG["host"], CONFIG["port"], backlog=1024)
    await server.serve_forever()


asyncio.run(serve())
