"""Defects that gateways really had, each a patch of the reference gateway and the criterion that tells it."""

from dataclasses import dataclass

from perf.judge.ceiling import rests_on_time
from perf.model import metric as m
from perf.model.metric import Metric
from perf.model.scenario import Scenario
from perf.model.units import s_to_ns
from perf.model.verdict import Decision, Finding
from perf.pipeline.order import lasting
from perf.scenarios import SCENARIOS
from tests.mutants.trial import shortened, with_keys

_OF_THE_MACHINE = frozenset({m.IDLE_CPU, m.REFUSED_CONNECTS, m.FAILING_ATTEMPTS})
"""Not times, but not the gateway's alone either, where others keep the cores busy or connect in vain."""


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

    @property
    def needs_quiet(self) -> bool:
        """Whether others at work on the machine might hide the defect, or make it up."""
        return rests_on_time(self.metric) or self.metric in _OF_THE_MACHINE

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
        patch="slots-kept-on-abort",
        scenario="client-aborts",
        parts=("aborted-streams",),
        metric=m.UNDISTURBED_SUCCESS,
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
    Mutant(patch="images-block", scenario="health-under-load", parts=("images",), metric=m.HEALTH_MAX),
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
