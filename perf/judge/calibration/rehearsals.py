"""Recorded gate runs as log ratios, and how such a run ends under today's rules."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from perf.judge.compare import series_of, worse
from perf.judge.decide import decide
from perf.judge.evidence import Evidence, located_evidence
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

Ratios = Mapping[Key, Sequence[float | None]]
"""Per number: the log ratio of each block, positive where the candidate is worse; None where invalid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a gate run ended, after how many blocks, and what was red."""

    end: End
    blocks: int
    red: frozenset[Key]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    centre: Located
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One gate run to be judged, perhaps several times with different planted changes.

    `order` numbers the blocks of `ratios` that the run consists of; what they say is worked out once a look.
    """

    ratios: Ratios
    order: Sequence[int]
    seen: dict[int, dict[Key, _Seen]] = field(default_factory=dict)

    def at(self, look: Look) -> Mapping[Key, _Seen]:
        """What the first blocks, as many as this look has, say about each number that they hold."""
        if look.blocks not in self.seen:
            found = {
                key: _seen(column, self.order[: look.blocks], look=look)
                for key, column in self.ratios.items()
            }
            self.seen[look.blocks] = {key: seen for key, seen in found.items() if seen is not None}
        return self.seen[look.blocks]


def _seen(column: Sequence[float | None], order: Sequence[int], *, look: Look) -> _Seen | None:
    values = [value for number in order if (value := column[number]) is not None]
    if not values:
        return None
    centre = located(values)
    return _Seen(centre=centre, evidence=located_evidence(centre, blocks=len(values), look=look))


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
    decisions = dict.fromkeys(draw.ratios, Decision.INVALID)
    for key, outcome in outcomes.items():
        limit = limit_of(key, METRIC_BY_NAME[key.metric], policy=policy)
        terms = terms_of(limit, significant=outcome.rejected, policy=policy, look=look)
        decisions[key] = decide(evidence[key], terms).decision
    return decisions


def _moved(seen: _Seen, shift: float | None, *, look: Look) -> Evidence:
    if shift is None:
        return seen.evidence
    return located_evidence(seen.centre.shifted(shift), blocks=seen.evidence.blocks, look=look)


def ratios_of(book: RehearsalBook, rehearsals: Sequence[Rehearsal]) -> dict[Key, list[float | None]]:
    """The log ratios of all blocks of these rehearsals, one after the other."""
    blocks = [block for rehearsal in rehearsals for block in rehearsal.blocks if block.number]
    return {
        key: [
            _ratio(key, baseline=block.baseline[column], candidate=block.candidate[column])
            for block in blocks
        ]
        for column, key in enumerate(book.keys)
    }


def _ratio(key: Key, *, baseline: float | None, candidate: float | None) -> float | None:
    if not baseline or not candidate or min(baseline, candidate) < 0:
        return None
    return worse(METRIC_BY_NAME[key.metric], math.log(candidate / baseline))


def keys_of(blocks: Sequence[Block], scenarios: Sequence[Scenario]) -> tuple[Key, ...]:
    """The numbers of a run that gate, in order."""
    all_series = series_of(blocks)
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
