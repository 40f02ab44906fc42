"""The wrk scripts: against a gateway that counts, and as a witness beside the engine."""

import os
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from perf.errors import MeasureError
from perf.judge.metrics import values_of
from perf.judge.pool import Pool
from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.run import Arm
from perf.model.slices import Manner, SliceRecord, SliceStep
from perf.model.target import Target
from perf.model.wire import NONCE_HEADER
from perf.pipeline.placement import own_cores, place
from perf.pipeline.rig import Rig, Seat
from perf.pipeline.wrk import cross_check, wrk_scripts
from perf.scenarios.concurrent_throughput import CONCURRENT_THROUGHPUT
from perf.sut.launch import launch
from perf.upstream.process import UpstreamProcess
from tests.mutants.trial import TARGET, build_of
from tests.tools import tool

PROJECT = Path(__file__).resolve().parents[2]
TARGET_HERE = replace(TARGET, env=(("PYTHONPATH", str(PROJECT)),))
_KEYS = ("alpha", "beta", "gamma")


@pytest.mark.parametrize(
    ("script", "kinds"),
    [("concurrent", {False}), ("streaming", {True}), ("mixed", {False, True})],
)
def test_a_script_asks_with_every_key(script: str, kinds: set[bool]) -> None:
    """Against anything that speaks OpenAI: all keys by turns, whole or streamed, and no failure."""
    wrk = tool("wrk", package="wrk")
    with UpstreamProcess.start(["openai"], cpus=None) as upstream:
        command = [
            str(wrk),
            "-t1",
            "-c4",
            "-d1s",
            "-s",
            str(wrk_scripts() / f"{script}.lua"),
            upstream.urls["openai"],
        ]
        env = {**os.environ, "GATEWAY_KEYS": ",".join(_KEYS)}
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
        arrivals = [each for each in upstream.drain() if each.last_byte_ns]
    keys = Counter(each.credential for each in arrivals)

    assert set(keys) == set(_KEYS)
    assert '"failed":0' in done.stdout
    assert len({each.bytes_out > 1_500 for each in arrivals}) == len(kinds)


def test_further_headers_are_sent() -> None:
    """One a line, each with the key in its place: here the nonce of each request's arrival."""
    wrk = tool("wrk", package="wrk")
    with UpstreamProcess.start(["openai"], cpus=None) as upstream:
        script = wrk_scripts() / "concurrent.lua"
        command = [str(wrk), "-t1", "-c2", "-d1s", "-s", str(script), upstream.urls["openai"]]
        headers = f"x-other: a: b\n{NONCE_HEADER}: nonce-of-{{key}}-{{key}}"
        env = {**os.environ, "GATEWAY_KEYS": ",".join(_KEYS), "GATEWAY_HEADERS": headers}
        subprocess.run(command, env=env, check=True, capture_output=True, text=True)
        arrivals = upstream.drain()

    assert {each.nonce for each in arrivals} == {f"nonce-of-{key}-{key}" for key in _KEYS}


def checked_by_wrk(tmp_path: Path, target: Target) -> SliceRecord:
    """A short scenario 2 on the reference gateway, and wrk's figure beside it."""
    tool("wrk", package="wrk")
    topology = CONCURRENT_THROUGHPUT.topology
    names = [instance.name for instance in topology.instances]
    (part,) = CONCURRENT_THROUGHPUT.parts
    small = replace(part, workload=ClosedLoop(connections=50, requests=200), warmup_requests=0)
    step = SliceStep(
        scenario=CONCURRENT_THROUGHPUT.name, part=small, manner=Manner.ALONE, arms=(Arm.CANDIDATE,)
    )
    with UpstreamProcess.start(names, cpus=None) as upstream:
        rig = Rig(upstream=upstream, placement=place(own_cores()), rng=Random(1))
        with launch(
            TARGET_HERE, build_of(PROJECT), topology=topology, endpoints=rig.endpoints(topology), cpus=None,
            run_dir=tmp_path / "gateway",
        ) as sut:  # fmt: skip
            seat = Seat(sut=sut, target=TARGET_HERE)
            (record,) = rig.measure(step, topology=topology, seats={Arm.CANDIDATE: seat})
            asked = replace(seat, target=target)
            return cross_check(record, seat=asked, rig=rig, scripts=wrk_scripts(), seconds=1)


def test_both_witnesses_stand_side_by_side(tmp_path: Path) -> None:
    """wrk repeats the closed loop on the same gateway, and the record has both throughputs."""
    values = values_of(Pool([checked_by_wrk(tmp_path, TARGET_HERE)]))

    assert values[m.WRK_QPS.name] > 0
    assert values[m.QPS.name] > 0


def test_a_witness_that_is_refused_is_none(tmp_path: Path) -> None:
    """With a header that the gateway does not know the keys by, wrk's figure would count refusals."""
    with pytest.raises(MeasureError, match="requests that wrk sent"):
        checked_by_wrk(tmp_path, replace(TARGET_HERE, auth_header="x-unknown"))
