"""What the reference gateway makes of `anthropic-version`, by the log of the mock providers."""

from pathlib import Path

import httpx

from perf.upstream.process import UpstreamProcess
from tests.conformance.gateway_launch import API_VERSION, KEY, gateway

CLIENTS = "2026-10-21"


def test_a_version_goes_where_it_is_understood(upstream: UpstreamProcess, tmp_path: Path) -> None:
    """The client's own goes to Anthropic with its messages, the configured one with a converted completion.

    OpenAI gets none: the message was converted.
    """
    sent = {"authorization": f"Bearer {KEY}", "x-api-key": KEY, "anthropic-version": CLIENTS}
    asks = (
        ("/v1/messages", "claude-sonnet", sent),
        ("/v1/chat/completions", "claude-sonnet", {"authorization": f"Bearer {KEY}"}),
        ("/v1/messages", "gpt-4o", sent),
    )
    with (
        gateway(tmp_path, openai=upstream.urls["a"], anthropic=upstream.urls["b"]) as address,
        httpx.Client(base_url=address) as client,
    ):
        for path, model, headers in asks:
            body = {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
            assert client.post(path, json=body, headers=headers).status_code == 200

    seen = [(arrival.instance, arrival.version) for arrival in upstream.drain() if arrival.model]
    assert seen == [("b", CLIENTS), ("b", API_VERSION), ("a", "")]
