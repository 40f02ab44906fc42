"""The mock's answer, byte for byte, from the smallest ASGI and RSGI applications that can give it."""

import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

_ANSWER = json.loads(Path(os.environ["BENCH_ANSWER"]).read_text())
_BODY = _ANSWER["body"].encode()
_FIELDS = [(name.encode(), value.encode()) for name, value in _ANSWER["headers"]]
_TEXTS = [(name, value) for name, value in _ANSWER["headers"] if name != "content-length"]
Message = MutableMapping[str, Any]


async def asgi(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answer one request of uvicorn."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _FIELDS})
    await send({"type": "http.response.body", "body": _BODY})


class _Rsgi:
    async def __rsgi__(self, _scope: object, protocol: Any) -> None:
        await protocol()
        protocol.response_bytes(200, _TEXTS, _BODY)


rsgi = _Rsgi()
