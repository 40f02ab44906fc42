"""The gate on real builds of a real gateway: it goes red where it must, and green where it must."""

import json

import pytest

from tests.e2e.conftest import Repository

pytestmark = pytest.mark.e2e
_SLOW_FILE = "perf/gateway/auth.py"
_PLACE = "        digest = self._digest(_token(headers))\n"
_SPIN = (
    "        import time\n"
    "        until = time.perf_counter_ns() + 100_000\n"
    "        while time.perf_counter_ns() < until:\n"
    "            pass\n"
)


def test_100_us_of_work_per_request_fail_the_gate_and_their_removal_passes(repository: Repository) -> None:
    """A slower gateway is red, with scenario and metric named; the same commit undone is green."""
    repository.replace(_SLOW_FILE, _PLACE, _SPIN + _PLACE)
    repository.commit("Look twice at every key")
    slower = repository.perfgate("run", "--base", "HEAD^", "--scenario", "1")
    repository.git("revert", "--no-edit", "HEAD")
    mended = repository.perfgate("run", "--base", "HEAD^", "--scenario", "1")

    assert slower.code == 1, slower.out + slower.err
    assert "baseline-latency" in slower.out
    assert "CPU per request" in slower.out
    assert mended.code == 0, mended.out + mended.err


def test_a_commit_that_touches_no_input_of_the_build_can_change_nothing(repository: Repository) -> None:
    """A README edit passes, and reuses the base's build; the controls hold; a replay says the same."""
    repository.write("README.md", "# Another title\n")
    repository.commit("Retitle")
    result = repository.perfgate("run", "--base", "HEAD^", "--scenario", "1,controls", "--format", "json")
    (run,) = repository.runs()
    replayed = repository.perfgate("replay", str(run), "--format", "json")

    assert result.code == 0, result.out + result.err
    assert "built before" in result.err
    assert "no change" in result.out.lower()
    assert "; planted +" in result.out
    assert "; planted +" in replayed.out
    assert _findings(replayed.out) == _findings(result.out)


def _findings(text: str) -> object:
    return json.loads(text)["findings"]
