"""Ready-made targets: installed from their locks, started, and asked for what they claim."""

from pathlib import Path

import pytest

from perf.config import find_target, load_config
from perf.errors import UsageError
from perf.model.trial import Outcome, Trials
from perf.pipeline.progress import Silent
from perf.pipeline.trying import try_target
from perf.scenarios import SCENARIOS
from perf.sut.build import build
from perf.sut.shipped import shipped_source
from perf.sut.source import commit_source
from perf.targets import TARGETS
from tests.sut.gateways import a_repository
from tests.tools import tool

_CHEAP = {"baseline-latency", "streaming-throughput", "failover", "upstream-http2"}
CHEAP = [each for each in SCENARIOS if each.name in _CHEAP]
BY_NAME = {target.name: target for target in TARGETS}


def tried(name: str, folder: Path) -> Trials:
    """Install and start the product, and ask it for the cheap scenarios."""
    target = BY_NAME[name]
    source, state = shipped_source(target), folder / "state"
    return try_target(target, source, scenarios=CHEAP, repo=folder, state=state, listener=Silent())


def test_the_vllm_router_works_as_installed(tmp_path: Path) -> None:
    """One request of each shape is answered, and reaches the upstream."""
    trials = tried("vllm-router", tmp_path)

    assert [(each.scenario, each.outcome, each.reason) for each in trials.trials] == [
        (each.name, Outcome.WORKS, "") for each in CHEAP
    ]
    assert trials.source == "vLLM router 0.1.17"


@pytest.mark.targets
@pytest.mark.parametrize("name", ["litellm", "portkey", "sglang-router"])
def test_the_others_work_as_installed(name: str, tmp_path: Path) -> None:
    """As above; they take minutes to install, or need npm."""
    if name == "portkey":
        tool("npm", package="npm")
    trials = tried(name, tmp_path)

    assert {each.outcome for each in trials.trials} == {Outcome.WORKS}, trials


def test_a_published_product_has_no_debug_build(tmp_path: Path) -> None:
    """It is installed as its makers built it; asking for another build is a usage error."""
    target = BY_NAME["vllm-router"]
    with pytest.raises(UsageError, match="no debug build"):
        build(target, shipped_source(target), repo=tmp_path, cache=tmp_path / "cache", release=False)


def test_what_fails_is_a_result(tmp_path: Path) -> None:
    """A target that cannot be built has FAILED in all that it claims, with the reason; no error is raised."""
    text = """
        [targets.broken]
        kind = "command"
        build = ["no-such-compiler", "{out}"]
        inputs = ["src"]
        start = ["{out}/x", "{port}"]
        ready = { path = "/" }
        capabilities = ["openai-chat"]
        """
    repo = tmp_path / "repo"
    a_repository(repo)
    target = find_target(load_config(text, where="perfgate.toml"), "broken")
    trials = try_target(
        target,
        commit_source(repo, "HEAD"),
        scenarios=CHEAP,
        repo=repo,
        state=tmp_path / "state",
        listener=Silent(),
    )
    found = {each.scenario: (each.outcome, each.reason) for each in trials.trials}

    assert found["failover"] == (Outcome.NOT_SUPPORTED, "broken does not claim failover")
    assert found["baseline-latency"][0] is Outcome.FAILED
    assert "no-such-compiler" in found["baseline-latency"][1]
