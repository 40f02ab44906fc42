"""Gateways in other languages, built as docs/how-to/add-a-target.md says, serve a scenario."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import httpx
import pytest

from perf.config import find_target, load_config
from perf.errors import BuildError
from perf.judge.validity import passage_problems
from perf.model.build import Build
from perf.model.load import Outcome
from perf.model.run import Arm
from perf.model.scenario import Capability
from perf.model.slices import Manner, SliceStep
from perf.model.target import CargoKind, Target
from perf.pipeline.placement import Placement
from perf.pipeline.rig import Rig, Seat
from perf.scenarios import SCENARIOS
from perf.sut.build import build
from perf.sut.launch import launch
from perf.sut.source import commit_source
from perf.upstream.process import UpstreamProcess
from tests.sut.gateways import commit, git, up
from tests.tools import cargo, tool

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-a-target.md"
CLAIMED = {Capability.OPENAI_CHAT, Capability.STREAMING}
BASELINE_LATENCY = next(each for each in SCENARIOS if each.name == "baseline-latency")
STREAMING = next(each for each in SCENARIOS if each.name == "streaming-throughput")
ARMS = (Arm.CANDIDATE,)
UNPINNED = Placement(sut=None, engine=None, upstream=None)


def described(name: str) -> Target:
    """The target of that name, as the page describes it."""
    blocks = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (text,) = [block for block in blocks if f"[targets.{name}]" in block]
    return find_target(load_config(text, where="perfgate.toml"), name)


def a_project(folder: Path, language: str) -> Path:
    """A repository with the little gateway in that language."""
    shutil.copytree(ROOT / "tests" / "gateways" / language, folder)
    git(folder, "init", "-q")
    commit(folder, {})
    return folder


def built(name: str, language: str, *, folder: Path, release: bool = True) -> tuple[Target, Build]:
    """The target and its build."""
    repo = a_project(folder / "repo", language)
    target = described(name)
    source = commit_source(repo, "HEAD")
    return target, build(target, source, repo=repo, cache=folder / "cache", release=release)


def test_a_cargo_gateway_serves_scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Built in release mode, it answers each request of two scenarios, and all of them passed through it."""
    for name, value in cargo().items():
        monkeypatch.setenv(name, value)
    target, done = built("rust-gateway", "rust", folder=tmp_path)
    topology = BASELINE_LATENCY.topology
    names = [instance.name for instance in topology.instances]
    with UpstreamProcess.start(names, cpus=None) as upstream:
        rig = Rig(upstream=upstream, placement=UNPINNED, rng=Random(1))
        run_dir, endpoints = tmp_path / "run", rig.endpoints(topology)
        with launch(target, done, topology=topology, endpoints=endpoints, cpus=None, run_dir=run_dir) as sut:
            seat = Seat(sut=sut, target=target)
            parts = [part for each in (BASELINE_LATENCY, STREAMING) for part in each.parts]
            steps = [SliceStep(scenario="any", part=each, manner=Manner.ALONE, arms=ARMS) for each in parts]
            records = [
                record
                for step in steps
                for record in rig.measure(step, topology=topology, seats={Arm.CANDIDATE: seat})
            ]

    assert done.release
    assert "cargo 1." in done.toolchain
    assert len(records) == len(parts)
    assert {sample.outcome for record in records for sample in record.recording.samples} == {Outcome.OK}
    assert not [problem for record in records for problem in passage_problems(record)]
    assert target.capabilities == CLAIMED
    assert target.proves_by_key


def test_a_debug_build_is_another_build_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--debug` builds with cargo's profile dev, and the build carries the mark into every report."""
    for name, value in cargo().items():
        monkeypatch.setenv(name, value)

    _, done = built("rust-gateway", "rust", folder=tmp_path, release=False)
    log = (tmp_path / "cache" / "logs" / f"{done.key}.log").read_text()

    assert not done.release
    assert log.startswith("$ cargo build --profile=dev --locked")
    assert [path.name for path in (Path(done.directory) / "out").iterdir()] == ["rust-gateway"]


def test_a_lock_that_does_not_fit_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Cargo.lock cargo would choose versions by itself; --locked makes that an error."""
    for name, value in cargo().items():
        monkeypatch.setenv(name, value)
    repo = a_project(tmp_path / "repo", "rust")
    (repo / "Cargo.lock").unlink()
    commit(repo, {})
    target = described("rust-gateway")
    kind = CargoKind(project=".", profile="release", flags=())

    with pytest.raises(BuildError, match="cargo build"):
        build(
            replace(target, kind=kind, inputs=("src",)),
            commit_source(repo, "HEAD"),
            repo=repo,
            cache=tmp_path / "cache",
        )


def _go() -> str:
    return shutil.which("go") or pytest.skip("go is not on PATH")


def _npm() -> str:
    tool("node", package="nodejs")
    return tool("npm", package="npm")


@pytest.mark.parametrize(
    ("language", "needs", "says"),
    [
        pytest.param("go", _go, "", id="go", marks=pytest.mark.targets),
        pytest.param("node", _npm, "production", id="node"),
    ],
)
def test_go_and_node_gateways_start(
    tmp_path: Path, language: str, needs: Callable[[], str], says: str
) -> None:
    """Both are built from the page's description, are ready, and refuse a client without a key."""
    needs()
    target, done = built(f"{language}-gateway", language, folder=tmp_path)

    with up(target, done, run_dir=tmp_path / "run") as sut:
        health = httpx.get(f"{sut.base_url}/health", trust_env=False)
        refused = httpx.post(f"{sut.base_url}/v1/chat/completions", json={}, trust_env=False)

    assert health.text == says
    assert refused.status_code == 401
