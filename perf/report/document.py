"""What a report holds, before any format: the value that every renderer reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from perf.model.metric import Key
from perf.model.run import Arm, Moment, RunHeader
from perf.model.verdict import Acceptance, Caution, Decision, Failure, Finding


class Status(StrEnum):
    """The state of the gate as people read it."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NO_RESULT = "no-result"
    ACCEPTED = "accepted"
    SKIPPED = "skipped"
    """A maintainer said that this change need not be measured."""


class Style(StrEnum):
    """How a span stands out. CODE is for everything that we did not write ourselves."""

    PLAIN = "plain"
    STRONG = "strong"
    CODE = "code"
    STRONG_CODE = "strong-code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of text in one style."""

    text: str
    style: Style


Phrase = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A finding and the name of its place: the scenario, with the part where there are several."""

    place: str
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All compared numbers of one scenario, in the order of their keys."""

    scenario: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What became of the requests of one part and arm, over all blocks.

    `instances` are counts by name, or by `name:protocol` where the gateway had the choice of a protocol.
    """

    place: str
    arm: Arm
    requests: int
    ok: int
    client_4xx: int
    server_5xx: int
    network: int
    timeout: int
    other: int
    instances: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What happened, stretch by stretch, to the requests of one part and arm while instances changed."""

    scenario: str
    place: str
    arm: Arm
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line on how it was measured."""

    label: str
    value: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to do next: in which case, what, and a command that works on a laptop ("" for none).

    `paste` is what to write into `perfgate.toml`.
    """

    case: str
    text: Phrase
    command: str
    paste: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the report is made; each text is "" outside of CI. `accept_label` accepts a regression."""

    run_url: str
    run_name: str
    artifact: str
    finished_at: str
    accept_label: str


KEY_METRICS = frozenset(
    {
        "e2e-p50",
        "e2e-p99",
        "qps",
        "ttft-p50",
        "cpu-per-request",
        "rss",
        "wrk-qps",
        "log-bytes-per-request",
        "idle-cpu",
    }
)
"""Shown of every part, judged or not."""
NOWHERE = Origin(run_url="", run_name="", artifact="", finished_at="", accept_label="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that a renderer may show. `counters` pair a word for a kind of finding with their number."""

    status: Status
    title: str
    sentence: Phrase
    counters: tuple[tuple[str, int], ...]
    visible: tuple[Row, ...]
    more_changed: int
    groups: tuple[Group, ...]
    criteria: tuple[Row, ...]
    traffic: tuple[Traffic, ...]
    timelines: tuple[Timeline, ...]
    cautions: tuple[Caution, ...]
    facts: tuple[Fact, ...]
    steps: tuple[Step, ...]
    failure: Failure | None
    acceptance: Acceptance | None
    header: RunHeader | None
    blocks: int
    changes: Mapping[Key, tuple[float, ...]]
    """How each compared number moved in each block, as ratios."""
    origin: Origin

    def brief(self) -> tuple[Group, ...]:
        """The groups with what a person looks at first: the rows that are judged, and KEY_METRICS."""
        kept = (
            Group(scenario=group.scenario, rows=tuple(row for row in group.rows if _matters(row.finding)))
            for group in self.groups
        )
        return tuple(group for group in kept if group.rows)


def _matters(finding: Finding) -> bool:
    return finding.decision is not Decision.INFORMATIONAL or finding.key.metric in KEY_METRICS
