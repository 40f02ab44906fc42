"""The peers of the rig's own benchmark: they do what the engine and the mock do, and all figures are told."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from perf.pipeline.rigbench import loads
from perf.pipeline.rigbench.bench import Cores, MockServer, plain
from perf.pipeline.rigbench.figures import SERVERS
from perf.pipeline.rigbench.peers import LOCK, Peers, programs, serving
from perf.pipeline.rigbench.venv import locked_venv
from tests.tools import tool

ROOT = Path(__file__).parents[2]
FIGURES = {
    "engine_vs_wrk",
    "engine_vs_locust",
    "mock_vs_uvicorn",
    "engine_us_per_request",
    "engine_us_per_frame",
    "mock_us_per_request",
}
CONTENDERS = {"engine", "wrk", "locust", "aiohttp", "httpx", "engine-1000", "streams", "uvicorn", "granian"}


def test_one_round_tells_every_figure() -> None:
    """Each contender has sat, none of their requests failed, and the ratios are those of what is told."""
    tool("wrk", package="wrk")
    words = [sys.executable, "-m", "perf", "bench-rig", "--part", "peers", "--rounds", "1"]
    done = subprocess.run(
        [*words, "--format", "json"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    rows = {row["name"]: row for row in said["contenders"]}
    assert set(rows) == CONTENDERS
    assert {name: row["failed"] for name, row in rows.items()} == dict.fromkeys(CONTENDERS, 0)
    assert all(said[figure] > 0 for figure in FIGURES)
    assert said["engine_vs_locust"] == pytest.approx(rows["engine"]["rps"] / rows["locust"]["rps"], rel=0.02)


@pytest.mark.parametrize("name", SERVERS)
def test_a_peer_of_the_mock_gives_its_answer(name: str, tmp_path: Path) -> None:
    """Byte for byte, with the same type and length."""
    body = loads.body(loads.template(plain(), stream=False))
    with MockServer.started(Cores.found()) as mock:
        ours = httpx.post(mock.url + loads.PATH, content=body)
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"headers": ours.headers.multi_items(), "body": ours.text}))
    python = locked_venv(ROOT, LOCK).absolute()
    peers = Peers(
        programs=programs(ROOT).resolve(), python=python, request=tmp_path / "request.json", answer=answer
    )
    peers.request.write_bytes(body)

    with serving(peers, name, scratch=tmp_path, cpus=None) as server:
        theirs = httpx.post(server.url + loads.PATH, content=body)

    assert theirs.content == ours.content
    assert {*ours.headers.items()} <= {*theirs.headers.items()}
