"""The OpenAPI description that a running gateway gives of itself."""

import asyncio
import json
from pathlib import Path

from tests.gateway.double import KEY, always, answer, config, gateway, upstreams


def test_the_description_names_what_is_there(tmp_path: Path) -> None:
    """Each path answers to the methods that it is described with, and to no other but HEAD."""

    async def scenario() -> None:
        async with upstreams(always(answer(200, b"{}"))) as [up], gateway(tmp_path, config([up.port])) as g:
            _, _, body = await g.ask(b"GET /openapi.json HTTP/1.1\r\nhost: g\r\n\r\n")
            described = {path: {*methods} for path, methods in json.loads(body)["paths"].items()}
            allowed = {}
            for path in described:
                request = f"DELETE {path} HTTP/1.1\r\nhost: g\r\n".encode() + KEY + b"\r\n"
                status, headers, _ = await g.ask(request)
                assert status == 405
                allowed[path] = {*headers["allow"].lower().split(", ")} - {"head"}

        assert allowed == described

    asyncio.run(scenario())


def test_every_reference_in_the_description_leads_somewhere(tmp_path: Path) -> None:
    """No schema is named that is not there, and none is there that is not named."""

    async def scenario() -> None:
        async with upstreams(always(b"")) as [up], gateway(tmp_path, config([up.port])) as g:
            _, _, body = await g.ask(b"GET /openapi.json HTTP/1.1\r\nhost: g\r\n\r\n")
        schemas = json.loads(body)["components"]["schemas"]
        named = {part.split(b'"')[0].decode() for part in body.split(b"#/components/schemas/")[1:]}

        assert named == {*schemas}

    asyncio.run(scenario())
