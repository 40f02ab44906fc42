"""How far counts of one build spread: `python -m tests.comparisons.instructions [PROCESSES]`."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import median

from perf.judge.compare import series_of
from perf.judge.gates import counted_keys
from perf.model.build import Build
from perf.model.counting import CounterChoice
from perf.model.metric import Key
from perf.model.policy import DEFAULT_POLICY
from perf.model.run import Arm, Block
from perf.model.scenario import Scenario
from perf.pipeline.block import Bench
from perf.pipeline.counting import Counting
from perf.pipeline.placement import own_cores, place
from perf.pipeline.rig import Rig
from perf.scenarios.instructions import INSTRUCTIONS
from perf.sut.build import build
from perf.sut.counter import find_counter
from perf.sut.source import candidate_source, repository_root
from perf.targets.reference import REFERENCE
from perf.upstream.process import UpstreamProcess

_PROCESSES = 10


def counted_blocks(
    builds: Mapping[Arm, Build], *, scenario: Scenario, blocks: int, scratch: Path
) -> Iterator[Block]:
    """Blocks that hold nothing but counts: a fresh process of each build in each."""
    names = [instance.name for instance in scenario.topology.instances]
    placement = place(own_cores())
    with UpstreamProcess.start(names, cpus=placement.upstream) as upstream:
        rng = Random(1)
        bench = Bench(
            target=REFERENCE,
            builds=builds,
            scenarios=(scenario,),
            benchmarks=False,
            controls=None,
            wrk=None,
            rig=Rig(upstream=upstream, placement=placement, rng=rng),
            policy=DEFAULT_POLICY,
            scratch=scratch,
            rng=rng,
        )
        counting = Counting(bench, find_counter(CounterChoice.AUTO))
        for number in range(1, blocks + 1):
            empty = Block(
                number=number, first_arm=Arm.BASELINE, started_at="", duration_ns=0, steal_ratio=0.0, parts=()
            )
            yield counting.add(empty, say=lambda _: None)


def spreads(blocks: Sequence[Block]) -> dict[Key, tuple[float, ...]]:
    """Every gating count of all processes, whichever arm they sat in."""
    gates = counted_keys([INSTRUCTIONS])
    return {
        key: (*series.of(Arm.BASELINE), *series.of(Arm.CANDIDATE))
        for key, series in series_of(blocks).items()
        if key in gates
    }


def main(processes: int) -> None:
    """Count this tree's reference gateway so often, two at a time, and print what came of it."""
    repo = repository_root(Path())
    built = build(REFERENCE, candidate_source(repo), repo=repo, cache=repo / ".perfgate" / "cache")
    twins = {Arm.BASELINE: built, Arm.CANDIDATE: replace(built, key=f"{built.key}-twin")}
    with tempfile.TemporaryDirectory(prefix="perfgate-counts-") as folder:
        blocks = list(
            counted_blocks(twins, scenario=INSTRUCTIONS, blocks=(processes + 1) // 2, scratch=Path(folder))
        )
    for key, values in sorted(spreads(blocks).items()):
        spread = max(values) / min(values) - 1
        text = f"{key.text}: {len(values)} processes, median {median(values):,.6g}, spread {spread:.2%}"
        sys.stdout.write(f"{text}, least {min(values):,.6g}, most {max(values):,.6g}\n")
    seconds = [round(block.duration_ns / 1e9, 1) for block in blocks]
    sys.stdout.write(f"seconds for each pair of processes: {seconds}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else _PROCESSES)
