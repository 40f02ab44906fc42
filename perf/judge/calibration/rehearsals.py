"""Recorded gate runs as log ratios, and how such a run ends under today's rules."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from perf.judge.compare import series_of, worse
from perf.judge.decide import decide
from perf.judge.evidence import Evidence, counted_evidence, located_evidence
from perf.judge.findings import limit_of, terms_of, tested
from perf.judge.gates import gates_of
from perf.judge.levels import Look, look_at
from perf.judge.verdict import settled
from perf.model.calibration import End
from perf.model.metric import METRIC_BY_NAME, Key
from perf.model.policy import Policy
from perf.model.rehearsal import Rehearsal, RehearsalBlock, RehearsalBook
from perf.model.run import Arm, Block
from perf.model.scenario import Scenario
from perf.model.verdict import FAILING, UNMEASURED, Decision, Verdict
from perf.stats.bounds import Located, located
from perf.stats.repeats import Repeats

Ratios = Mapping[Key, Sequence[float | None]]
"""Per number: the log ratio of each block, positive where the candidate is worse; None where invalid."""

Counts = Mapping[Key, Sequence[tuple[float, float] | None]]
"""Per number: the logs of both builds' counts in each block, turned so that more is worse; None without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a gate run ended, after how many blocks, and what was red."""

    end: End
    blocks: int
    red: frozenset[Key]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    centre: Located | Repeats
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What blocks hold: log ratios of what was measured, and pairs of logs of what was counted."""

    ratios: Ratios
    counts: Counts

    @property
    def keys(self) -> tuple[Key, ...]:
        """All numbers."""
        return (*self.ratios, *self.counts)

    def log_ratios(self, key: Key) -> tuple[float, ...]:
        """Those of one number, in every block that has it."""
        if key in self.counts:
            return tuple(pair[1] - pair[0] for pair in self.counts[key] if pair is not None)
        return tuple(value for value in self.ratios[key] if value is not None)

    @property
    def size(self) -> int:
        """The number of blocks."""
        return max((len(column) for column in (*self.ratios.values(), *self.counts.values())), default=0)

    @property
    def counted(self) -> tuple[int, ...]:
        """The blocks in which anything was counted."""
        return tuple(at for at in range(self.size) if any(column[at] for column in self.counts.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One gate run to be judged, perhaps several times with different planted changes.

    `order` numbers the blocks of `columns` that the run consists of, `counted` those of which the counts are
    taken, all at the first look; what they say is worked out once a look.
    """

    columns: Columns
    order: Sequence[int]
    counted: Sequence[int]
    seen: dict[int, dict[Key, _Seen]] = field(default_factory=dict)

    def at(self, look: Look) -> Mapping[Key, _Seen]:
        """What the first blocks, as many as this look has, say about each number that they hold."""
        if look.blocks not in self.seen:
            found: dict[Key, _Seen | None] = {
                key: _seen(column, self.order[: look.blocks], look=look)
                for key, column in self.columns.ratios.items()
            }
            for key, column in self.columns.counts.items():
                found[key] = _seen_counts(column, self.counted, look=look)
            self.seen[look.blocks] = {key: seen for key, seen in found.items() if seen is not None}
        return self.seen[look.blocks]


def _seen(column: Sequence[float | None], order: Sequence[int], *, look: Look) -> _Seen | None:
    values = [value for number in order if (value := column[number]) is not None]
    if not values:
        return None
    centre = located(values)
    return _Seen(centre=centre, evidence=located_evidence(centre, blocks=len(values), look=look))


def _seen_counts(
    column: Sequence[tuple[float, float] | None], order: Sequence[int], *, look: Look
) -> _Seen | None:
    pairs = [pair for number in order if (pair := column[number]) is not None]
    if not pairs:
        return None
    baseline, candidate = zip(*pairs, strict=True)
    centre = Repeats(baseline=baseline, candidate=candidate)
    return _Seen(centre=centre, evidence=counted_evidence(centre, look=look))


def end_of(draw: Draw, *, shifts: Mapping[Key, float], policy: Policy) -> Ending:
    """Judge look by look as a gate run does; `shifts` (log ratios, worse if positive) are added."""
    for blocks in policy.looks:
        if blocks > len(draw.order):
            return Ending(end=End.CUT_SHORT, blocks=len(draw.order), red=frozenset())
        look = look_at(blocks, policy=policy)
        decisions = _decisions(draw, look=look, shifts=shifts, policy=policy)
        red = frozenset(key for key, decision in decisions.items() if decision in FAILING)
        if red:
            return Ending(end=End.RED, blocks=blocks, red=red)
        if Decision.INCONCLUSIVE not in decisions.values() and settled(decisions.values(), look):
            return Ending(end=End.GREEN, blocks=blocks, red=red)
    return Ending(end=End.UNDECIDED, blocks=policy.looks[-1], red=frozenset())


def _decisions(draw: Draw, *, look: Look, shifts: Mapping[Key, float], policy: Policy) -> dict[Key, Decision]:
    evidence = {key: _moved(seen, shifts.get(key), look=look) for key, seen in draw.at(look).items()}
    outcomes = tested(evidence, look=look)
    decisions = dict.fromkeys(draw.columns.keys, Decision.INVALID)
    for key, outcome in outcomes.items():
        limit = limit_of(key, METRIC_BY_NAME[key.metric], policy=policy)
        terms = terms_of(limit, significant=outcome.rejected, policy=policy, look=look)
        decisions[key] = decide(evidence[key], terms).decision
    return decisions


def _moved(seen: _Seen, shift: float | None, *, look: Look) -> Evidence:
    if shift is None:
        return seen.evidence
    if isinstance(seen.centre, Located):
        return located_evidence(seen.centre.shifted(shift), blocks=seen.evidence.blocks, look=look)
    moved = tuple(value + shift for value in seen.centre.candidate)
    return counted_evidence(replace(seen.centre, candidate=moved), look=look)


def columns_of(book: RehearsalBook, rehearsals: Sequence[Rehearsal]) -> Columns:
    """What all blocks of these rehearsals hold, one after the other."""
    blocks = [block for rehearsal in rehearsals for block in rehearsal.blocks if block.number]
    pairs = {
        key: [_logs(key, block.baseline[column], block.candidate[column]) for block in blocks]
        for column, key in enumerate(book.keys)
    }
    ratios = {
        key: [None if pair is None else pair[1] - pair[0] for pair in column]
        for key, column in pairs.items()
        if key not in book.counted
    }
    return Columns(ratios=ratios, counts={key: pairs[key] for key in book.keys if key in book.counted})


def _logs(key: Key, *values: float | None) -> tuple[float, float] | None:
    """The logs of the baseline's and the candidate's value, turned so that more is worse."""
    metric = METRIC_BY_NAME[key.metric]
    baseline, candidate = (
        worse(metric, math.log(value)) if value and value > 0 else None for value in values
    )
    return None if baseline is None or candidate is None else (baseline, candidate)


def keys_of(blocks: Sequence[Block], scenarios: Sequence[Scenario]) -> tuple[Key, ...]:
    """The numbers of a run's interleaved blocks that gate, in order."""
    all_series = series_of([block for block in blocks if block.number])
    return tuple(sorted(gates_of(scenarios, all_series) & all_series.keys()))


def rehearsal_of(
    blocks: Sequence[Block], *, keys: Sequence[Key], planted: bool, verdict: Verdict
) -> Rehearsal:
    """What is kept of a gate run; its reasons are the numbers that kept it from passing."""
    reasons = (
        f"{finding.decision}: {finding.key.text}"
        for finding in verdict.findings
        if finding.gating and finding.decision in FAILING | UNMEASURED
    )
    return Rehearsal(
        planted=planted,
        state=verdict.state,
        reasons=tuple(reasons),
        blocks=tuple(_rehearsal_block(block, keys=keys) for block in blocks),
    )


def _rehearsal_block(block: Block, *, keys: Sequence[Key]) -> RehearsalBlock:
    all_series = series_of([block])

    def values(arm: Arm) -> tuple[float | None, ...]:
        if not block.number:
            return ()
        found = [all_series[key].centre(arm) if key in all_series else None for key in keys]
        return tuple(found)

    return RehearsalBlock(
        number=block.number,
        duration_ns=block.duration_ns,
        steal_ratio=block.steal_ratio,
        baseline=values(Arm.BASELINE),
        candidate=values(Arm.CANDIDATE),
    )
