"""What a running gateway tells about itself."""

import asyncio
from pathlib import Path

from tests.gateway.double import Gateway, always, answer, config, free_port, gateway, post, upstreams

_ASK = b'{"model":"gpt-4o","messages":[]}'


async def samples(g: Gateway) -> dict[str, float]:
    """Read the page."""
    status, headers, body = await g.ask(b"GET /metrics HTTP/1.1\r\nhost: g\r\n\r\n")
    assert (status, headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_requests_and_attempts_are_counted(tmp_path: Path) -> None:
    """By endpoint and status, by instance and outcome, with the state of each circuit."""

    async def scenario() -> None:
        async with (
            upstreams(always(answer(200, b"{}"))) as [up],
            gateway(tmp_path, config([free_port(), up.port])) as g,
        ):
            for _ in range(5):
                await g.ask(post(_ASK))
            await g.ask(post(b"{"))
            await g.ask(b"GET /some/secret/path HTTP/1.1\r\nhost: g\r\n\r\n")
            told = await samples(g)

        chat = "/v1/chat/completions"
        assert told[f'llm_gateway_requests_total{{endpoint="{chat}",status="200"}}'] == 5
        assert told[f'llm_gateway_requests_total{{endpoint="{chat}",status="400"}}'] == 1
        assert told['llm_gateway_requests_total{endpoint="other",status="404"}'] == 1
        assert told[f'llm_gateway_request_seconds_bucket{{endpoint="{chat}",le="+Inf"}}'] == 6
        gone, fine = ('provider="openai",instance="openai-1"', 'provider="openai",instance="openai-2"')
        assert told[f'llm_gateway_attempts_total{{{gone},outcome="failure"}}'] == 3
        assert told[f'llm_gateway_attempts_total{{{fine},outcome="success"}}'] == 5
        assert told[f'llm_gateway_circuits{{{gone},phase="open"}}'] == 1
        assert told[f'llm_gateway_circuits{{{fine},phase="closed"}}'] == 1
        assert told['llm_gateway_sessions{provider="openai"}'] == 1
        assert told[f"llm_gateway_upstream_connections{{{fine}}}"] == 1

    asyncio.run(scenario())


def test_every_worker_tells_the_counts_of_all(tmp_path: Path) -> None:
    """Whichever worker is asked, the requests to all are in the sum."""

    async def scenario() -> None:
        async with (
            upstreams(always(answer(200, b"{}"))) as [up],
            gateway(tmp_path, config([up.port]), "--workers", "2") as g,
        ):
            await asyncio.gather(*(g.ask(post(_ASK)) for _ in range(40)))
            name = 'llm_gateway_requests_total{endpoint="/v1/chat/completions",status="200"}'
            async with asyncio.timeout(10):
                while (await samples(g)).get(name) != 40:
                    pass

    asyncio.run(scenario())
