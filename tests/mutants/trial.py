"""A gateway run from its source tree, and held to the criteria of a scenario by the real rig and judge."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

from perf.judge.compare import series_of
from perf.judge.criteria import judge_criteria
from perf.model import metric as m
from perf.model.build import Build, Source
from perf.model.load import ClosedLoop
from perf.model.metric import Unit
from perf.model.policy import DEFAULT_POLICY
from perf.model.run import Arm, Block
from perf.model.scenario import Cadence, Part, Scenario
from perf.model.target import CommandKind
from perf.model.verdict import Finding
from perf.pipeline.block import Bench
from perf.pipeline.once import measure_once
from perf.pipeline.placement import frozen_heap, own_cores, place
from perf.pipeline.providers import serve_providers
from perf.pipeline.rig import Rig
from perf.scenarios import SCENARIOS
from perf.targets.reference import REFERENCE

PROJECT = Path(__file__).parents[2]
TARGET = replace(
    REFERENCE,
    kind=CommandKind(build=()),
    start=(sys.executable, "-O", "-m", "perf.gateway", "--config", "{config}"),
    benchmarks="",
)
"""The reference gateway without a build: Python finds it in the tree that `PYTHONPATH` names."""
POLICY = replace(DEFAULT_POLICY, max_neighbour_ratio=1.0, max_lag_ratio=1.0)
"""Whoever else works on the machine, or makes the engine late, excuses nothing here.

A defect is planted, or it is not.
"""

_FACTS = frozenset({Unit.RATIO, Unit.COUNT})
_OF_CPU = frozenset({m.IDLE_CPU.name, m.MACHINE_CPU.name})


def shortened(scenario: Scenario, *parts: str) -> Scenario:
    """Only these parts of a scenario, each once and on a process of its own, with the criteria about them."""
    kept = scenario.only([part for part in scenario.parts if part.name in parts])
    alone = tuple(replace(part, slices=1, together=0) for part in kept.parts)
    return replace(kept, cadence=Cadence.ONCE, parts=alone)


def with_keys(scenario: Scenario, keys: int) -> Scenario:
    """The same with so many client keys, each of which asks as often as before."""
    topology = replace(scenario.topology, keys=keys)
    return replace(
        scenario, topology=topology, parts=tuple(_part_with_keys(part, keys) for part in scenario.parts)
    )


def _part_with_keys(part: Part, keys: int) -> Part:
    assert isinstance(part.workload, ClosedLoop)
    laps = part.workload.requests // part.keys
    return replace(part, keys=keys, workload=replace(part.workload, requests=laps * keys))


class Court:
    """A rig that judges one source tree after the other."""

    def __init__(self, rig: Rig, scratch: Path) -> None:
        self._rig = rig
        self._scratch = scratch
        self._trials = 0

    def bench(self, tree: Path, scenario: Scenario) -> Bench:
        """What the gateway in this tree is measured with."""
        self._trials += 1
        return Bench(
            target=replace(TARGET, env=(("PYTHONPATH", str(tree)),)),
            builds={Arm.CANDIDATE: build_of(tree)},
            scenarios=(scenario,),
            benchmarks=False,
            rig=self._rig,
            policy=POLICY,
            scratch=self._scratch / str(self._trials),
            rng=Random(self._trials),
            controls=None,
            wrk=None,
        )

    def findings(self, tree: Path, scenario: Scenario) -> tuple[Finding, ...]:
        """What the scenario's criteria say of the gateway in this tree."""
        return findings_of(self.bench(tree, scenario))


def findings_of(bench: Bench) -> tuple[Finding, ...]:
    """Measure what runs once, and say what the criteria make of it."""
    blocks: list[Block] = []
    measure_once(bench, say=lambda doing, how_far: None, keep=blocks.append)
    return judge_criteria(bench.scenarios, all_series=series_of(blocks), blocks=blocks, policy=POLICY)


def source_tree(tree: Path, *, patch: str = "") -> Path:
    """The gateway as it is, copied to this folder, with the patch of this name if there is one."""
    (tree / "perf").mkdir(exist_ok=True, parents=True)
    shutil.copy2(PROJECT / "perf" / "__init__.py", tree / "perf")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(
        PROJECT / "perf" / "gateway", tree / "perf" / "gateway", ignore=ignored, dirs_exist_ok=True
    )
    if patch:
        file = Path(__file__).parent / f"{patch}.patch"
        applied = subprocess.run(
            ["git", "apply", str(file)], cwd=tree, capture_output=True, text=True, check=False
        )
        assert applied.returncode == 0, f"{file.name} must follow the gateway: {applied.stderr}"
    return tree


def facts_of(findings: Iterable[Finding]) -> list[Finding]:
    """Those that no busy machine changes: ratios and counts, but not of CPU time."""
    return [each for each in findings if each.unit in _FACTS and each.key.metric not in _OF_CPU]


@contextmanager
def court(scratch: Path, scenarios: Sequence[Scenario] = SCENARIOS) -> Iterator[Court]:
    """An upstream with every instance that one of these scenarios names, and the rig around it."""
    placement = place(own_cores())
    with frozen_heap(), serve_providers(scenarios, cpus=placement.upstream) as upstream:
        yield Court(Rig(upstream=upstream, placement=placement, rng=Random(1)), scratch)


def build_of(tree: Path) -> Build:
    """A source tree as if it had been built."""
    return Build(
        target=TARGET.name,
        source=Source(label=tree.name, commit="", tree="", dirty=True),
        key=str(tree),
        directory=str(tree),
        interpreter=sys.executable,
        release=True,
        reused=True,
        toolchain="",
    )
