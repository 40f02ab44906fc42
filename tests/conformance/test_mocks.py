"""Ready-made mock providers, as context managers and as fixtures, and the stand-alone server."""

import os
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from perf.commands.rig import secure_of
from perf.errors import UsageError
from perf.upstream import mocks
from perf.upstream.plugin import StartCaching, StartErring, StartStreaming
from perf.wire.sse import SseDecoder

CHAT = {"model": "m", "messages": [], "max_tokens": 9}
STAND_ALONE = """
from perf.upstream.scripts import script
from perf.upstream.standalone import run_forever
run_forever(0, 0, script=script(), tls=None,
            on_ready=lambda urls, _: print(urls["openai"], urls["anthropic"], flush=True))
"""

ANOTHER_PROJECT = """
import urllib.request

BODY = b'{"model": "m", "messages": [], "max_tokens": 9}'

def ask(url):
    return urllib.request.urlopen(urllib.request.Request(url, BODY)).status

def test_openai(openai_mock):
    assert ask(openai_mock(latency_ms=1).url + "/v1/chat/completions") == 200

def test_anthropic(anthropic_mock):
    assert ask(anthropic_mock().url + "/v1/messages") == 200

def test_streams(openai_streaming_mock, anthropic_streaming_mock, anthropic_mock_with_cache):
    assert openai_streaming_mock(1, 3, 1).url and anthropic_streaming_mock(1, 3, 1).url
    assert anthropic_mock_with_cache(1, 4, 5).url
"""


def test_an_openai_mock_fails_with_503() -> None:
    """Its arrivals add up over several looks."""
    with mocks.openai_mock(latency_ms=1, error_rate=1.0) as mock:
        statuses = [httpx.post(f"{mock.url}/v1/chat/completions", json=CHAT).status_code for _ in range(2)]
        assert len(mock.arrivals()) == 2
        statuses.append(httpx.post(f"{mock.url}/v1/chat/completions", json=CHAT).status_code)

        assert statuses == [503] * 3
        assert len(mock.arrivals()) == 3


def test_fixtures_start_mocks(
    openai_mock: StartErring, anthropic_mock: StartErring, anthropic_mock_with_cache: StartCaching
) -> None:
    """Each fixture is a function; what it starts is stopped after the test."""
    assert httpx.post(f"{openai_mock().url}/chat/completions", json=CHAT).status_code == 200
    assert httpx.post(f"{anthropic_mock(0, 1.0).url}/v1/messages", json=CHAT).status_code == 529
    cached = anthropic_mock_with_cache(cache_creation=5, cache_read=6)
    usage = httpx.post(f"{cached.url}/v1/messages", json=CHAT).json()["usage"]
    assert (usage["cache_creation_input_tokens"], usage["cache_read_input_tokens"]) == (5, 6)


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_streaming_mocks_send_so_many_chunks(
    openai_streaming_mock: StartStreaming, anthropic_streaming_mock: StartStreaming, provider: str
) -> None:
    """One content delta each."""
    started = openai_streaming_mock if provider == "openai" else anthropic_streaming_mock
    path = "/v1/chat/completions" if provider == "openai" else "/v1/messages"

    answer = httpx.post(started(1, 7, interval_ms=1).url + path, json=CHAT | {"stream": True})

    deltas = [data for _, data in SseDecoder().feed(answer.content) if b" tok" in data or b'"tok0"' in data]
    assert len(deltas) == 7


def test_another_project_has_the_fixtures(tmp_path: Path) -> None:
    """Installing perfgate is enough: pytest finds the plugin by its entry point, far from this repository."""
    (tmp_path / "test_mine.py").write_text(ANOTHER_PROJECT)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert "3 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_stand_alone_server_serves_until_told_to_stop(number: signal.Signals) -> None:
    """Both providers answer, and an interrupt ends it in order."""
    with subprocess.Popen([sys.executable, "-c", STAND_ALONE], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        openai_url, anthropic_url = server.stdout.readline().split()
        statuses = [
            httpx.post(f"{openai_url}/v1/chat/completions", json=CHAT).status_code,
            httpx.post(f"{anthropic_url}/v1/messages", json=CHAT).status_code,
        ]
        os.kill(server.pid, number)

        assert server.wait(10) == 0
    assert statuses == [200, 200]


def test_the_stand_alone_server_speaks_tls(tmp_path: Path) -> None:
    """`--tls-ca` names the file that gets what to trust; it is there as soon as the URLs are."""
    trust = tmp_path / "ca.pem"
    command = [sys.executable, "-m", "perf", "upstream", "--tls-ca", str(trust), "--http2-streams", "7"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        told = dict(server.stdout.readline().strip().split(": ", 1) for _ in range(3))
        context = ssl.create_default_context(cafile=told["trust"])
        with httpx.Client(http2=True, verify=context, trust_env=False) as client:
            answer = client.post(f"{told['openai']}/v1/chat/completions", json=CHAT)
        os.kill(server.pid, signal.SIGINT)

        assert server.wait(10) == 0
    assert (answer.status_code, answer.http_version) == (200, "HTTP/2")
    assert "PRIVATE KEY" not in trust.read_text()


@pytest.mark.parametrize(
    ("ca_file", "streams", "says"),
    [(None, 5, "Add --tls-ca"), (Path("ca.pem"), -1, "Give 1 or more")],
    ids=["no TLS", "fewer than none"],
)
def test_senseless_streams_are_refused(ca_file: Path | None, streams: int, says: str) -> None:
    """With what to do instead."""
    with pytest.raises(UsageError) as refused:
        secure_of(ca_file, streams)

    assert says in refused.value.cure
