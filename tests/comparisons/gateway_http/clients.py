"""The HTTP client libraries of the comparison, each behind one function: post a body, give the answer."""

import importlib
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Post: TypeAlias = Callable[[bytes], Awaitable[tuple[int, bytes]]]
_HEADERS = {"authorization": "Bearer k", "content-type": "application/json"}


def open_client(name: str, url: str) -> Post:
    """Give the post function of a library; call it inside the running loop."""
    return {"aiohttp": _aiohttp, "httpx": _httpx, "pyreqwest": _pyreqwest, "niquests": _niquests}[name](url)


def _aiohttp(url: str) -> Post:
    library = importlib.import_module("aiohttp")
    session = library.ClientSession(connector=library.TCPConnector(limit=0), auto_decompress=False)

    async def post(body: bytes) -> tuple[int, bytes]:
        async with session.post(url, data=body, headers=_HEADERS) as answer:
            return answer.status, await answer.read()

    return post


def _httpx(url: str) -> Post:
    library = importlib.import_module("httpx")
    client = library.AsyncClient(trust_env=False, limits=library.Limits(max_connections=None))

    async def post(body: bytes) -> tuple[int, bytes]:
        answer = await client.post(url, content=body, headers=_HEADERS)
        return answer.status_code, answer.content

    return post


def _pyreqwest(url: str) -> Post:
    library = importlib.import_module("pyreqwest.client")
    client = library.ClientBuilder().build()

    async def post(body: bytes) -> tuple[int, bytes]:
        request = client.post(url).headers(_HEADERS).body_bytes(body).build()
        answer = await request.send()
        return answer.status, bytes(await answer.bytes())

    return post


def _niquests(url: str) -> Post:
    library = importlib.import_module("niquests")
    session = library.AsyncSession()
    session.trust_env = False

    async def post(body: bytes) -> tuple[int, bytes]:
        answer = await session.post(url, data=body, headers=_HEADERS)
        return answer.status_code, answer.content

    return post
