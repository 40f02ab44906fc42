"""What goes wrong in real runs ends with its exit code, one clear message, and nothing left behind."""

import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import Repository

pytestmark = pytest.mark.e2e
_BASELINE = "baselines/reference/fast.json"


def _wait_for(process: "subprocess.Popen[str]", words: str) -> str:
    """Read the progress lines until one has these words."""
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if words in line:
            return "".join(seen)
    raise AssertionError("".join(seen))


def _gateways(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if child.cmdline()[1:4] == ["-O", "-m", "perf.gateway"]
    ]


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_a_gateway_killed_in_the_middle_gives_no_result(repository: Repository) -> None:
    """Exit 3, the death is named with the gateway's log, and the blocks measured so far are on disk."""
    with repository.start("run", "--base", "HEAD", "--scenario", "1") as process:
        _wait_for(process, "block 2")
        for gateway in _gateways(process):
            gateway.kill()
        _, err = process.communicate(timeout=60)
    (run,) = repository.runs()

    assert process.returncode == 3, err
    assert "SIGKILL" in err
    assert "next:" in err
    assert _lines(run / "blocks.jsonl") >= 1
    assert (run / "failure.json").exists()


def test_a_cancelled_run_leaves_what_was_measured(repository: Repository) -> None:
    """One SIGTERM: exit 130, one line, the first block on disk, and (by the fixture) no process."""
    with repository.start("run", "--base", "HEAD", "--scenario", "1") as process:
        _wait_for(process, "block 2")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    (run,) = repository.runs()

    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "interrupted" in err
    assert _lines(run / "blocks.jsonl") == 1


def test_a_killed_perfgate_leaves_no_process(repository: Repository) -> None:
    """Even SIGKILL, which nobody can handle, takes gateway and upstream along."""
    with repository.start("run", "--base", "HEAD", "--scenario", "1") as process:
        _wait_for(process, "block 1")
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate(timeout=60)
    _, alive = psutil.wait_procs(children, timeout=20)

    assert alive == []


def _break_the_build(repository: Repository) -> tuple[str, ...]:
    repository.replace("pyproject.toml", 'name = "llm-perfgate"', 'name = "not a name!"')
    repository.commit("Misname the package")
    return ("run", "--base", "HEAD^", "--scenario", "1")


def _lose_the_baseline(repository: Repository) -> tuple[str, ...]:
    repository.write("perfgate.toml", "[gate]\nlooks = [6]\n")
    repository.git("rm", "-q", "-r", "--ignore-unmatch", "baselines")
    repository.commit("Lose the baseline")
    return ("run", "--base", "HEAD")


def _corrupt_the_baseline(repository: Repository) -> tuple[str, ...]:
    repository.write("perfgate.toml", "[gate]\nlooks = [6]\n")
    repository.write(_BASELINE, '{"schema_version": 1, "target": "reference"')
    repository.commit("Corrupt the baseline")
    return ("run", "--base", "HEAD")


def _leave_only_the_rig(repository: Repository) -> tuple[str, ...]:
    return ("run", "--base", "HEAD", "--scenario", "1B")


def _ask_for_the_unknown(repository: Repository) -> tuple[str, ...]:
    return ("run", "--base", "HEAD", "--scenario", "99")


def _mistype_the_configuration(repository: Repository) -> tuple[str, ...]:
    repository.write("perfgate.toml", "[gate]\nlocks = [6]\n")
    repository.commit("Mistype")
    return ("run", "--base", "HEAD")


def _compare_with_nothing(repository: Repository) -> tuple[str, ...]:
    repository.write("perfgate.toml", "[gate]\nlooks = [1]\nbaseline = false\n")
    repository.commit("Look once")
    return ("run", "--no-base", "--scenario", "micro-benchmarks")


_STUBBORN = """
[gate]
looks = [6]
baseline = false
target = "stubborn"

[targets.stubborn]
kind = "python"
capabilities = ["openai-chat"]
inputs = ["perf", "pyproject.toml"]
requirements = ".ci/lock/gateway.txt"
start = ["{python}", "-O", "-m", "perf.gateway", "--config", "{config}", "--port", "%d"]
config = "contract"
ready = { path = "/ready", deadline-seconds = 20 }
"""
"""A gateway that wants one port, whatever port it is told."""


def test_an_occupied_port_is_named(repository: Repository) -> None:
    """Exit 3 before anything is measured, with what the gateway itself said about the port."""
    with socket.create_server(("127.0.0.1", 0)) as occupant:
        port = occupant.getsockname()[1]
        repository.write("perfgate.toml", _STUBBORN % port)
        repository.commit("Insist on a port")
        result = repository.perfgate("run", "--base", "HEAD", "--scenario", "1")

    assert result.code == 3, result.out + result.err
    assert str(port) in result.err
    assert "in use" in result.err
    assert "next:" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("prepare", "code", "words"),
    [
        pytest.param(_break_the_build, 3, "wheel", id="broken-build"),
        pytest.param(_lose_the_baseline, 3, "perfgate baseline", id="missing-baseline"),
        pytest.param(_corrupt_the_baseline, 2, _BASELINE, id="corrupted-baseline"),
        pytest.param(_leave_only_the_rig, 3, "No scenario to run", id="no-scenario"),
        pytest.param(_ask_for_the_unknown, 2, "'99'", id="unknown-scenario"),
        pytest.param(_mistype_the_configuration, 2, "locks", id="unknown-key"),
        pytest.param(_compare_with_nothing, 3, "Nothing to compare", id="no-base-no-baseline"),
    ],
)
def test_what_cannot_be_measured_says_why(
    repository: Repository, prepare: Callable[[Repository], tuple[str, ...]], code: int, words: str
) -> None:
    """The documented exit code, cause, place and cure, and no traceback."""
    result = repository.perfgate(*prepare(repository))

    assert result.code == code, result.out + result.err
    assert words in result.err
    assert "where:" in result.err
    assert "next:" in result.err
    assert "Traceback" not in result.err
