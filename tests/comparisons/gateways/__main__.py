"""Gateway products beside the reference gateway: `python -m tests.comparisons.gateways litellm`.

Each has its turn in every round, with the same request over the same number of connections, on the same core.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from tabulate import tabulate

from perf.judge.summarise import summarise
from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.policy import DEFAULT_POLICY
from perf.model.run import Arm, PartRecord
from perf.model.scenario import Ask, Part
from perf.model.slices import Manner, SliceStep
from perf.model.target import Target
from perf.model.units import NS_PER_S, ns_to_us
from perf.pipeline.placement import own_cores, place
from perf.pipeline.progress import Lines
from perf.pipeline.rig import Rig, Seat
from perf.scenarios.topologies import GENERAL, script
from perf.sut.build import build
from perf.sut.launch import launch
from perf.sut.shipped import shipped_source
from perf.sut.source import candidate_source
from perf.targets import TARGETS
from perf.targets.reference import REFERENCE
from perf.upstream.process import UpstreamProcess

REPO = Path(__file__).parents[3]
SAY = Lines(sys.stderr).say
CONNECTIONS = 64
PART = Part(
    name="saturated",
    ask=Ask.CHAT,
    workload=ClosedLoop(connections=CONNECTIONS, requests=1_000),
    warmup_requests=CONNECTIONS,
    default_script=script(tokens=16),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one gateway did in one round."""

    rps: float
    cpu_us: float
    success_ratio: float

    @property
    def per_core(self) -> float:
        """Requests for a second of CPU time."""
        return ns_to_us(NS_PER_S) / self.cpu_us


def main(argv: Sequence[str]) -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.comparisons.gateways", description=__doc__)
    known = {target.name: target for target in TARGETS if target is not REFERENCE}
    parser.add_argument("peers", nargs="+", choices=sorted(known))
    parser.add_argument("--rounds", type=int, default=5)
    words = parser.parse_args(argv)
    targets = [REFERENCE, *(known[name] for name in words.peers)]
    with TemporaryDirectory(prefix="perfgate-gateways-") as scratch:
        turns = _measure(targets, rounds=words.rounds, scratch=Path(scratch))
    sys.stdout.write(_table(turns) + "\n")


def _measure(targets: Sequence[Target], *, rounds: int, scratch: Path) -> dict[str, list[Turn]]:
    """Every gateway's turns; all are up for the whole time, and only one is asked at a time."""
    placement = place(own_cores())
    turns: dict[str, list[Turn]] = {target.name: [] for target in targets}
    with ExitStack() as stack:
        names = [instance.name for instance in GENERAL.instances]
        upstream = stack.enter_context(UpstreamProcess.start(names, cpus=placement.upstream))
        rig = Rig(upstream=upstream, placement=placement, rng=Random(1))
        seats = {target.name: _seated(target, rig, scratch=scratch, stack=stack) for target in targets}
        for number in range(rounds):
            order = list(seats) if number % 2 == 0 else list(seats)[::-1]
            for name in order:
                turns[name].append(_turn(rig, seats[name]))
                SAY(f"round {number + 1} of {rounds}: {name}")
    return turns


def _seated(target: Target, rig: Rig, *, scratch: Path, stack: ExitStack) -> Seat:
    source = shipped_source(target) if target.shipped else candidate_source(REPO)
    built = build(
        target,
        source,
        repo=REPO,
        cache=REPO / ".perfgate" / "cache",
        say=SAY,
    )
    launched = launch(
        target,
        built,
        topology=GENERAL,
        endpoints=rig.endpoints(GENERAL),
        cpus=rig.placement.sut,
        run_dir=scratch / target.name,
    )
    return Seat(sut=stack.enter_context(launched), target=target)


def _turn(rig: Rig, seat: Seat) -> Turn:
    step = SliceStep(scenario="gateways", part=PART, manner=Manner.ALONE, arms=(Arm.CANDIDATE,))
    (slice_,) = rig.measure(step, topology=GENERAL, seats={Arm.CANDIDATE: seat})
    (record,) = summarise([slice_], policy=DEFAULT_POLICY)
    if record.problems:
        raise SystemExit(f"{seat.target.name}: {record.problems[0]}")
    return _of(record)


def _of(record: PartRecord) -> Turn:
    values = record.values
    return Turn(
        rps=values[m.QPS.name],
        cpu_us=ns_to_us(values[m.CPU_PER_REQUEST.name]),
        success_ratio=values[m.SUCCESS_RATIO.name],
    )


def _table(turns: Mapping[str, Sequence[Turn]]) -> str:
    """One row a gateway; ratios are medians over the rounds, pair by pair."""
    ours = turns[REFERENCE.name]
    rows = [
        (
            name,
            f"{median(turn.rps for turn in mine):,.0f}",
            f"{median(turn.cpu_us for turn in mine):,.0f}",
            f"{median(turn.per_core for turn in mine):,.0f}",
            f"{min(turn.success_ratio for turn in mine):.2%}",
            f"{median(our.per_core / turn.per_core for our, turn in zip(ours, mine, strict=True)):.1f}",
        )
        for name, mine in turns.items()
    ]
    headers = (
        "gateway",
        "requests/s",
        "CPU µs/request",
        "requests/CPU s",
        "success",
        "reference is × as good",
    )
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


if __name__ == "__main__":
    main(sys.argv[1:])
