"""Defects that gateways really had, as patches of the reference gateway: each turns its scenario red."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from perf.model import metric as m
from perf.model.metric import Metric
from perf.model.scenario import Scenario
from perf.model.units import s_to_ns
from perf.model.verdict import Decision, Finding
from perf.pipeline.order import lasting
from perf.scenarios import SCENARIOS
from tests.mutants.trial import PROJECT, Court, court, shortened, with_keys

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A patch, the scenario that catches it, the parts that are enough, and the criterion that turns red.

    `keys` makes a scenario about many client keys one about so many, `seconds` a long one last so long; 0
    leaves it as it is.
    """

    patch: str
    scenario: str
    parts: tuple[str, ...]
    metric: Metric
    keys: int = 0
    seconds: int = 0

    @property
    def trial(self) -> Scenario:
        """The short form; the criterion is about its last part."""
        scenario = next(each for each in SCENARIOS if each.name == self.scenario)
        if self.keys:
            scenario = with_keys(scenario, self.keys)
        if self.seconds:
            (scenario,) = lasting([scenario], s_to_ns(self.seconds))
        return shortened(scenario, *self.parts)

    def verdict(self, findings: tuple[Finding, ...]) -> Decision:
        """What was decided of the criterion."""
        wanted = (self.parts[-1], self.metric.name)
        (decision,) = {each.decision for each in findings if (each.key.part, each.key.metric) == wanted}
        return decision


MUTANTS = (
    Mutant(
        patch="connection-leak-on-abort",
        scenario="client-aborts",
        parts=("aborted-streams",),
        metric=m.ABORT_SEEN_RATIO,
    ),
    Mutant(
        patch="aborts-noticed-late",
        scenario="client-aborts",
        parts=("aborted-streams",),
        metric=m.ABORT_TIME_P95,
    ),
    Mutant(
        patch="connection-per-request",
        scenario="baseline-latency",
        parts=("sequential",),
        metric=m.CONNECTIONS_PER_REQUEST,
    ),
    Mutant(
        patch="quadratic-stream",
        scenario="drain-rate",
        parts=("100-chunks", "2000-chunks"),
        metric=m.CPU_PER_DELTA,
    ),
    Mutant(
        patch="quadratic-pass-through",
        scenario="drain-rate",
        parts=("chat-100-chunks", "chat-2000-chunks"),
        metric=m.CPU_PER_DELTA,
    ),
    Mutant(patch="streams-kept", scenario="drain-rate", parts=("held-open",), metric=m.MEMORY_PER_CHUNK),
    Mutant(patch="first-frame-only", scenario="stream-faults", parts=("coalesced",), metric=m.SUCCESS_RATIO),
    Mutant(
        patch="events-per-read",
        scenario="stream-faults",
        parts=("split-converted",),
        metric=m.SUCCESS_RATIO,
    ),
    Mutant(
        patch="lost-failover-on-503", scenario="stream-faults", parts=("overloaded",), metric=m.SUCCESS_RATIO
    ),
    Mutant(
        patch="streams-not-failed-over",
        scenario="stream-faults",
        parts=("overloaded-streams",),
        metric=m.SUCCESS_RATIO,
    ),
    Mutant(patch="failures-uncounted", scenario="failover", parts=("errors",), metric=m.FAILING_ATTEMPTS),
    Mutant(
        patch="refusals-retried",
        scenario="memory-leak",
        parts=("mix",),
        metric=m.ATTEMPTS_PER_REQUEST,
        seconds=15,
    ),
    Mutant(patch="refusals-uncounted", scenario="failover", parts=("death",), metric=m.REFUSED_CONNECTS),
    Mutant(patch="probed-only-once", scenario="failover", parts=("death",), metric=m.RECOVER_TIME),
    Mutant(patch="stickiness-broken", scenario="sticky-sessions", parts=("keys",), metric=m.STICKY_RATIO),
    Mutant(patch="one-for-all", scenario="sticky-sessions", parts=("keys",), metric=m.SHARE_DEVIATION),
    Mutant(
        patch="sessions-forgotten",
        scenario="key-cardinality",
        parts=("keys",),
        metric=m.STICKY_RATIO,
        keys=2_000,
    ),
    Mutant(
        patch="weights-ignored",
        scenario="weighted-balancing",
        parts=("sessions",),
        metric=m.SHARE_DEVIATION,
        keys=1_500,
    ),
    Mutant(
        patch="unbounded-session-table",
        scenario="key-cardinality",
        parts=("keys",),
        metric=m.MEMORY_PER_KNOWN_KEY,
        keys=2_000,
    ),
    Mutant(patch="idle-spins", scenario="key-cardinality", parts=("keys",), metric=m.IDLE_CPU, keys=2_000),
    Mutant(patch="blocking-call", scenario="large-prompts", parts=("beside",), metric=m.SMALL_E2E_P99),
    Mutant(
        patch="buffered-streams", scenario="stream-faults", parts=("stalled",), metric=m.TTFT_OVERHEAD_P50
    ),
    Mutant(
        patch="buffered-conversion",
        scenario="stream-faults",
        parts=("stalled-converted",),
        metric=m.TTFT_OVERHEAD_P50,
    ),
    Mutant(
        patch="cache-tokens-lost", scenario="stream-fidelity", parts=("chat-converted",), metric=m.USAGE_RATIO
    ),
    Mutant(
        patch="cache-tokens-lost-whole",
        scenario="stream-fidelity",
        parts=("chat-converted-whole",),
        metric=m.USAGE_RATIO,
    ),
    Mutant(patch="clean-end-after-cut", scenario="stream-faults", parts=("cut",), metric=m.SILENT_CUT_RATIO),
    Mutant(patch="endless-after-cut", scenario="stream-faults", parts=("cut",), metric=m.CUT_END_RATIO),
    Mutant(
        patch="delayed-small-writes",
        scenario="client-aborts",
        parts=("kept-connections",),
        metric=m.TTFT_OVERHEAD_P50,
    ),
    Mutant(patch="keys-searched", scenario="config-scale", parts=("small", "keys"), metric=m.CPU_PER_REQUEST),
    Mutant(
        patch="rules-searched", scenario="config-scale", parts=("small", "routes"), metric=m.CPU_PER_REQUEST
    ),
    Mutant(patch="log-blocks", scenario="slow-sink", parts=("normal", "slow"), metric=m.E2E_MAX),
    Mutant(patch="models-copied", scenario="config-scale", parts=("small", "models"), metric=m.MODELS_P50),
    Mutant(patch="probe-blocks", scenario="black-hole", parts=("hangs",), metric=m.BYSTANDER_E2E_P99),
    Mutant(patch="health-asks-provider", scenario="black-hole", parts=("hangs",), metric=m.HEALTH_MAX),
)


class Trials:
    """The gateway as it is, and its mutants, before the court; what the original did serves all mutants."""

    def __init__(self, bench: Court, folder: Path) -> None:
        self._bench = bench
        self._folder = folder
        self.original = cache(self._original)

    def mutated(self, mutant: Mutant) -> tuple[Finding, ...]:
        """The findings about the gateway with this patch."""
        tree = self._copy(mutant.patch)
        patch = FOLDER / f"{mutant.patch}.patch"
        applied = subprocess.run(
            ["git", "apply", str(patch)], cwd=tree, capture_output=True, text=True, check=False
        )
        assert applied.returncode == 0, f"{patch.name} must follow the gateway: {applied.stderr}"
        return self._bench.findings(tree, mutant.trial)

    def _original(self, scenario: Scenario) -> tuple[Finding, ...]:
        return self._bench.findings(self._copy(f"original {scenario.name} {len(scenario.parts)}"), scenario)

    def _copy(self, name: str) -> Path:
        tree = self._folder / name
        tree.mkdir(exist_ok=True)
        (tree / "perf").mkdir(exist_ok=True)
        shutil.copy2(PROJECT / "perf" / "__init__.py", tree / "perf")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(
            PROJECT / "perf" / "gateway", tree / "perf" / "gateway", ignore=ignored, dirs_exist_ok=True
        )
        return tree


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    """One rig for all."""
    with court(tmp_path_factory.mktemp("scratch")) as bench:
        yield Trials(bench, tmp_path_factory.mktemp("trees"))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.patch)
def test_a_mutant_turns_its_scenario_red(trials: Trials, mutant: Mutant) -> None:
    """The criterion holds for the gateway as it is, all are measured, and it is missed with the defect."""
    original = trials.original(mutant.trial)

    assert [each.key for each in original if each.candidate is None] == []
    assert mutant.verdict(original) is Decision.MET
    assert mutant.verdict(trials.mutated(mutant)) is Decision.MISSED


def test_every_patch_is_tried() -> None:
    """A patch that no test applies would prove nothing."""
    assert sorted(path.stem for path in FOLDER.glob("*.patch")) == sorted(each.patch for each in MUTANTS)
