"""Real gateways that write into a pipe: told to log, held up while it is full, and stopped all the same."""

from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest

from perf.errors import SutError
from perf.model.build import Build
from perf.model.target import LogLevels
from perf.model.units import NS_PER_S, ms_to_ns
from perf.sut.launch import launch
from tests.sut.gateways import TOPOLOGY, a_target, keep_checking, up

LOGGING = replace(TOPOLOGY, request_log=True)
TARGET = replace(
    a_target(), env=(("LEVEL", "{log_level}"),), log_levels=LogLevels(usual="quiet", requests="loud")
)


def ask_for_ever(client: httpx.Client) -> None:
    """Ask until asking fails."""
    while True:
        assert client.get("/ready").status_code == 200


def test_a_gateway_is_told_how_much_to_log(tiny: Build, tmp_path: Path) -> None:
    """As the target has it: the usual, or what a topology with a log of requests asks for."""
    with up(TARGET, tiny, run_dir=tmp_path / "usual") as sut:
        usual = psutil.Process(sut.pids()[0]).environ()["LEVEL"]
    with launch(
        TARGET, tiny, topology=LOGGING, endpoints=(), cpus=None, run_dir=tmp_path / "requests"
    ) as sut:
        asked = psutil.Process(sut.pids()[0]).environ()["LEVEL"]

    assert (usual, asked) == ("quiet", "loud")


def test_a_log_can_be_read_after_the_end(tiny: Build, run_dir: Path) -> None:
    """By whoever says why it ended."""
    with launch(TARGET, tiny, topology=LOGGING, endpoints=(), cpus=None, run_dir=run_dir) as sut:
        httpx.get(f"{sut.base_url}/last", trust_env=False)
        sut.stop(ms_to_ns(300))

        assert any("GET /last" in line for line in sut.log_tail(20))


def test_a_full_pipe_holds_up_a_gateway_that_waits(tiny: Build, run_dir: Path) -> None:
    """It answers again once its log is read; every line gets into the file, and the gateway ends as usual."""
    with launch(TARGET, tiny, topology=LOGGING, endpoints=(), cpus=None, run_dir=run_dir) as sut:
        with (
            httpx.Client(base_url=sut.base_url, trust_env=False, timeout=0.5) as client,
            sut.log_watched(bytes_per_second=10, for_ns=3_600 * NS_PER_S) as seen,
            pytest.raises(httpx.ReadTimeout),
        ):
            ask_for_ever(client)
        answered = httpx.get(f"{sut.base_url}/last", trust_env=False).status_code
        ended = sut.stop(ms_to_ns(300))

    assert answered == 200
    assert seen[0].written_bytes >= seen[0].room_bytes > 0
    assert ended is not None
    log = (run_dir / "gateway.log").read_text()
    assert "GET /ready" in log
    assert "GET /last" in log


def test_the_last_words_of_a_gateway_get_through_the_pipe(tiny: Build, run_dir: Path) -> None:
    """Also while it is read slowly: the error about its death has them."""
    with (
        launch(TARGET, tiny, topology=LOGGING, endpoints=(), cpus=None, run_dir=run_dir) as sut,
        sut.log_watched(bytes_per_second=10, for_ns=3_600 * NS_PER_S),
    ):
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{sut.base_url}/die", trust_env=False)
        with pytest.raises(SutError) as raised:
            keep_checking(sut)

    assert raised.value.log[-1] == "dying as told"


def test_an_idle_gateway_is_left_alone(tiny: Build, run_dir: Path) -> None:
    """The CPU time of a spell is that of the gateway alone; 0 asks for none."""
    with up(TARGET, tiny, run_dir=run_dir) as sut:
        spell = sut.idle(ms_to_ns(50))
        none = sut.idle(0)

    assert none is None
    assert spell is not None
    assert 0 <= spell.cpu_ns < spell.wall_ns
    assert spell.wall_ns >= ms_to_ns(50)
