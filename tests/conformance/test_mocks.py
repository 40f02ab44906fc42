"""Ready-made mock providers, as context managers and as fixtures, and the stand-alone server."""

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from time import monotonic_ns

import httpx
import pytest

from perf.commands.rig import secure_of
from perf.errors import UsageError
from perf.model.units import ms_to_ns
from perf.upstream import mocks
from perf.upstream.mocks import Mock
from perf.upstream.plugin import StartCaching, StartErring, StartStreaming
from perf.wire.sse import SseDecoder

Serving = AbstractContextManager[Mock]
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


@pytest.mark.parametrize("start", [mocks.openai_mock, mocks.anthropic_mock])
def test_a_share_of_the_answers_fails(start: Callable[[float, float], Serving]) -> None:
    """About three in ten at an error rate of 0.3, and the same ones each time."""
    failed = []
    for _ in range(2):
        with start(0, 0.3) as mock:
            statuses = asked(mock, count=100)
        failed.append([status >= 500 for status in statuses])

    assert 18 <= sum(failed[0]) <= 42
    assert failed[0] == failed[1]


@pytest.mark.parametrize(
    "start",
    [
        mocks.openai_mock,
        mocks.anthropic_mock,
        mocks.openai_streaming_mock,
        mocks.anthropic_streaming_mock,
        mocks.anthropic_mock_with_cache,
    ],
)
def test_a_mock_takes_its_time(start: Callable[[float], Serving]) -> None:
    """No first byte before `latency_ms`, of whole answers and of streams; without it, none waits for that."""
    with start(60) as slow, start(0) as quick:
        for mock in (slow, quick):
            asked(mock, count=3)
            asked(mock, count=3, stream=True)

        waits = [[seen.first_byte_ns - seen.arrival_ns for seen in mock.arrivals()] for mock in (slow, quick)]
    assert min(waits[0]) >= ms_to_ns(60)
    assert median(waits[1]) < ms_to_ns(60)


@pytest.mark.parametrize("start", [mocks.openai_streaming_mock, mocks.anthropic_streaming_mock])
def test_a_streaming_mock_keeps_its_interval(start: Callable[[float, int, float], Serving]) -> None:
    """Between the first and the last of its chunks are as many intervals as there are gaps."""
    with start(0, 6, 15) as slow, start(0, 6, 0) as quick:
        for mock in (slow, quick):
            asked(mock, count=3, stream=True)

        spans = [
            [seen.last_byte_ns - seen.first_byte_ns for seen in mock.arrivals()] for mock in (slow, quick)
        ]
    assert min(spans[0]) >= ms_to_ns(70)
    assert median(spans[1]) < ms_to_ns(70)


def asked(mock: Mock, *, count: int, stream: bool = False) -> list[int]:
    """The statuses of so many requests, to a path that each mock knows."""
    with httpx.Client(base_url=mock.url) as client:
        return [client.post("/v1/messages", json=CHAT | {"stream": stream}).status_code for _ in range(count)]


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


def test_the_stand_alone_server_keeps_to_its_options() -> None:
    """`--latency-ms`, `--chunks` and `--interval-ms` say when its answers come, and in how many pieces."""
    command = [sys.executable, "-m", "perf", "upstream"]
    command += ["--latency-ms", "60", "--chunks", "7", "--interval-ms", "15"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        urls = [server.stdout.readline().strip().split(": ", 1)[1] for _ in range(2)]
        seen = [
            waits_of(url, path) for url, path in zip(urls, ("/v1/responses", "/v1/messages"), strict=True)
        ]
        os.kill(server.pid, signal.SIGINT)

        assert server.wait(10) == 0
    assert [count for count, _, _ in seen] == [7, 7]
    assert min(first_ns for _, first_ns, _ in seen) >= ms_to_ns(60)
    assert min(last_ns for _, _, last_ns in seen) >= ms_to_ns(60 + 6 * 15)


def waits_of(url: str, path: str) -> tuple[int, int, int]:
    """How many content deltas a stream has, and how long after the sending it began and ended."""
    with httpx.Client(base_url=url) as client:
        client.get("/health")
        start_ns = monotonic_ns()
        with client.stream("POST", path, json=CHAT | {"input": "hi", "stream": True}) as answer:
            first_ns = monotonic_ns() - start_ns
            content = answer.read()
    return content.count(b'"delta":"') + content.count(b'"text_delta"'), first_ns, monotonic_ns() - start_ns


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
