"""The rig on its own, by its commands."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from perf.commands.rig import bench_rig
from perf.errors import Exit, UsageError
from perf.pipeline.rigbench import bench
from perf.pipeline.rigbench.bench import Cores, MockServer, plain

PERFGATE = (sys.executable, "-m", "perf")
BYTES_PER_STREAM = 40_000
READY_LINES = 2


@pytest.fixture
def mock() -> Iterator[MockServer]:
    """A mock on whatever cores there are."""
    with MockServer.started(Cores.found()) as started:
        yield started


def test_ten_thousand_streams_at_once_are_whole() -> None:
    """Of 10,000 concurrent streams of 100 chunks none is lost or altered, and memory stays bounded."""
    words = [*PERFGATE, "bench-rig", "--part", "streams", "--format", "json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=180)

    assert done.returncode == 0, done.stderr
    said: dict[str, float] = json.loads(done.stdout)
    assert (said["streams_requests"], said["streams_failed"]) == (10_000, 0)
    assert said["streams_frames"] == 1_000_000
    assert said["streams_at_once"] == 10_000
    for process in ("engine", "mock"):
        assert said[f"streams_{process}_peak_mib"] * 2**20 < 10_000 * BYTES_PER_STREAM


def test_many_connections_lose_nothing() -> None:
    """1,000 connections on an upstream of 100 ms: every request is answered with the right text."""
    scale = bench.thousand_connections(requests=5_000)

    assert (scale.sitting.requests, scale.sitting.failed) == (5_000, 0)


def test_the_engine_and_the_mock_are_charged_apart(mock: MockServer) -> None:
    """Both CPU times are found, and neither is more than all of its core."""
    sitting = mock.engine(plain(), stream=False, connections=8, requests=500, warmup=50)

    assert (sitting.requests, sitting.failed) == (500, 0)
    assert 0 < sitting.client_cpu_ns <= 1.1 * sitting.wall_ns
    assert sitting.server_cpu_ns > 0


def test_no_rounds_are_refused(tmp_path: Path) -> None:
    """A comparison without a round would have no figures."""
    with pytest.raises(UsageError, match="No rounds"):
        bench_rig(tmp_path, shape="json", rounds=0, parts=())


def test_peers_need_their_lock(tmp_path: Path) -> None:
    """Outside a checkout there is nothing to install from, and the message says so; or wrk is missing."""
    words = [*PERFGATE, "bench-rig", "--part", "peers", "--repo", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode in {Exit.USAGE, Exit.NO_RESULT}
    assert "peers.txt" in done.stderr or "apt-get install wrk" in done.stderr


def test_wrk_is_asked_for(tmp_path: Path) -> None:
    """Without wrk the comparison ends with 3 and says how to install it."""
    words = [*PERFGATE, "bench-rig", "--part", "peers", "--repo", str(tmp_path)]
    env = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == Exit.NO_RESULT
    assert "apt-get install wrk" in done.stderr


def test_the_mock_providers_stand_alone() -> None:
    """`perfgate upstream` prints two URLs that answer, and ends in order when it is asked to."""
    process = subprocess.Popen([*PERFGATE, "upstream", "--chunks", "3"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(READY_LINES)]
        ports = [int(found[0]) for found in re.findall(r"127\.0\.0\.1:(\d+)()", "".join(lines))]
        statuses = [
            _ask(port, path) for port, path in zip(ports, ("chat/completions", "messages"), strict=True)
        ]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)

    assert statuses == [200, 200]
    assert process.returncode == 0


def test_a_taken_port_is_a_usage_error(mock: MockServer) -> None:
    """It ends with 2 and says which ports were asked for."""
    port = mock.url.rpartition(":")[2]
    words = [*PERFGATE, "upstream", "--openai-port", port]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == Exit.USAGE
    assert f"--openai-port {port}" in done.stderr


def _ask(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", f"/v1/{path}", body=b'{"model":"m","messages":[],"max_tokens":9}')
    status = connection.getresponse().status
    connection.close()
    return status
