"""What a measuring job uploads: a run of a small gateway, packed as GitHub packs it."""

import io
import json
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from perf.judge.controls import CONTROLS, PLANTED, UNCHANGED
from perf.model import metric as m
from perf.model.metric import Unit
from perf.model.run import Arm, Block, PartRecord, Run
from perf.model.scenario import Bound, Capability, Part, Route, Scenario
from perf.model.verdict import State, Verdict
from perf.pipeline.order import servable
from perf.scenarios import SUITES
from perf.store.runs import RunStore
from perf.targets.reference import REFERENCE
from tests.factories import a_block, a_build, a_header, a_part, a_source
from tests.judged import a_verdict

HEAD_SHA = "a" * 40
TARGET = "tiny"
_P50_NS = 400_000.0
_NOISE = 0.001
"""So little that six blocks decide every number, also those with a limit of 1 %."""
CAPABILITIES = frozenset({Capability.OPENAI_CHAT})
CONFIG = """\
[gate]
target = "tiny"

[targets.tiny]
kind = "command"
capabilities = ["openai-chat"]
inputs = ["gateway.py"]
build = ["cp", "gateway.py", "{out}"]
start = ["python3", "{out}/gateway.py", "{config}"]
ready = {path = "/health"}

[targets.tiny.config]
"gateway.json" = '{"port": {port}, "keys": {keys}, "upstream": "{openai[0].upstream_host}"}'
"""
_DATES = {f"GIT_{who}_DATE": "2026-11-20T12:00:00Z" for who in ("AUTHOR", "COMMITTER")}
_WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
}


def git(repo: Path, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """What git prints in a repository of the test."""
    done = subprocess.run(
        ["git", "-C", str(repo), *arguments],
        env={"PATH": "/usr/bin:/bin", "HOME": str(repo), **_WHO, **_DATES, **(env or {})},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def a_repository(root: Path, *, config: str = CONFIG) -> str:
    """Make `root` the checkout of the default branch, and give the commit that gates."""
    git(root, "init", "--quiet", "--initial-branch=main", ".")
    (root / "perfgate.toml").write_text(config)
    return commit(root, "gateway.py", "print('gateway')\n")


def commit(root: Path, name: str, text: str, *, date: str = "2026-11-20T12:00:00Z") -> str:
    """Commit a file to the branch that is checked out."""
    (root / name).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", name, env={"GIT_COMMITTER_DATE": date})
    return git(root, "rev-parse", "HEAD")


def a_measured_run(
    base: str, *, slowdown: float = 0.0, workflow_run: int = 5, blocks: int = 6, suite: str = "fast"
) -> Run:
    """A run of every scenario that the tiny gateway can serve; the candidate is `slowdown` slower."""
    scenarios = servable(SUITES[suite], replace(REFERENCE, capabilities=CAPABILITIES))[0]
    header = replace(
        a_header(base=a_build(source=a_source(commit=base))),
        target=TARGET,
        suite=suite,
        scenarios=(*(scenario.name for scenario in scenarios), CONTROLS),
        head_sha=HEAD_SHA,
        workflow_run=workflow_run,
        workflow_attempt=1,
    )
    rng = Random(7)
    return Run(
        header=header,
        blocks=tuple(
            _block(scenarios, number=number, slowdown=slowdown, rng=rng) for number in range(1, blocks + 1)
        ),
    )


def texts_of(run: Run, folder: Path, *, verdict: Verdict | None = None) -> dict[str, str]:
    """The files of a run as the store writes them; the measuring job said `passed` unless told otherwise."""
    store = RunStore.create(folder, run.header)
    for block in run.blocks:
        store.append(block)
    store.finish(a_verdict(state=State.PASSED) if verdict is None else verdict)
    return {path.name: path.read_text() for path in store.directory.iterdir()}


def zipped(texts: Mapping[str, str], *, folder: str = "20261123T094107Z-9f3c1e") -> bytes:
    """The files of a run as actions/upload-artifact packs them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(f"{folder}/{name}" if folder else name, text)
    return packed.getvalue()


def edited(texts: Mapping[str, str], **header: object) -> dict[str, str]:
    """The same files with other values in the header."""
    document = json.loads(texts["run.json"])
    document["header"] |= header
    return {**texts, "run.json": json.dumps(document)}


def _block(scenarios: Sequence[Scenario], *, number: int, slowdown: float, rng: Random) -> Block:
    parts = [
        record
        for scenario in scenarios
        for part in scenario.parts
        for record in _records(scenario, part, slowdown=slowdown, rng=rng)
    ]
    return a_block(number=number, parts=(*parts, *_controls(rng)))


def _controls(rng: Random) -> list[PartRecord]:
    """The same build twice, and beside itself with a quarter of its time added."""
    records = []
    for part, factor in ((UNCHANGED, 1.0), (PLANTED, 1.25)):
        for arm in (Arm.BASELINE, Arm.CANDIDATE):
            time_ns = _P50_NS * (1 + rng.gauss(0, 0.004)) * (factor if arm is Arm.CANDIDATE else 1.0)
            values = {m.E2E_P50.name: time_ns}
            if part == PLANTED and arm is Arm.CANDIDATE:
                values[m.PLANTED_DELAY.name] = _P50_NS / 4
            records.append(a_part(scenario=CONTROLS, part=part, arm=arm, values=values))
    return records


def _records(scenario: Scenario, part: Part, *, slowdown: float, rng: Random) -> list[PartRecord]:
    if scenario.route is not Route.THROUGH_SUT:
        return [_record(scenario, part, arm=Arm.RIG, factor=1.0)]
    return [
        _record(scenario, part, arm=arm, factor=factor * (1 + rng.gauss(0, _NOISE)))
        for arm, factor in ((Arm.BASELINE, 1.0), (Arm.CANDIDATE, 1.0 + slowdown))
    ]


def _record(scenario: Scenario, part: Part, *, arm: Arm, factor: float) -> PartRecord:
    values = {metric.name: _gated(metric, factor) for metric in part.gates}
    for criterion in scenario.criteria:
        if criterion.part == part.name:
            better = 0.9 if criterion.bound is Bound.AT_MOST else 1.0
            ratio = criterion.metric.unit is Unit.RATIO and criterion.bound is Bound.AT_LEAST
            values[criterion.metric.name] = 1.0 if ratio else criterion.target * better
        if criterion.minus_part == part.name:
            values.setdefault(criterion.metric.name, 0.0)
    counts = {"requests": 1_000, "ok": 1_000, "instance:openai-0": 1_000}
    return PartRecord(
        scenario=scenario.name, part=part.name, arm=arm, values=values, counts=counts, problems=()
    )


def _gated(metric: m.Metric, factor: float) -> float:
    return 3_000.0 / factor if metric.unit is Unit.PER_SECOND else _P50_NS * factor
