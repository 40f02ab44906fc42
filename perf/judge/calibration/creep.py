"""What the creep guard says of drawn gate runs, and of rows of merged changes that each lose a little."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from perf.judge.baseline import entry_of
from perf.judge.calibration.rehearsals import Draw
from perf.judge.compare import Series, worse
from perf.judge.creep import Crept, judge_creep, line_of
from perf.judge.findings import Case, committed_medians, limit_of
from perf.judge.levels import Look, look_at
from perf.judge.stored import machine_independent
from perf.model.baseline import BaselineEntry, MachineRecord
from perf.model.calibration import CreepTally, CreepTrial
from perf.model.metric import METRIC_BY_NAME, Key
from perf.model.policy import Policy
from perf.model.rehearsal import RehearsalBlock, RehearsalBook
from perf.model.run import Arm

_RUNS = 5
"""As many runs as a committed baseline has at least."""
_SHARES = (0.25, 0.5, 1.0)
"""What each of several changes loses, in limits."""
_MOST_CHANGES = 24
_ROWS_OF = 3
"""One row of changes for so many drawn runs: a row is many runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Court:
    """What all trials share; `blocks` are numbered as the draws number them."""

    book: RehearsalBook
    blocks: Sequence[RehearsalBlock]
    watched: tuple[Key, ...]
    policy: Policy
    rng: Random


class Drawn(NamedTuple):
    """A drawn gate run, and after how many blocks its comparisons end it."""

    draw: Draw
    ended: int


Moves = Mapping[Key, tuple[float, float]]
"""Per number: by how much (log ratio, worse if positive) base and candidate are off the committed level."""


def creep_of(
    book: RehearsalBook, *, runs: Sequence[Drawn], policy: Policy, rng: Random
) -> tuple[CreepTally, ...]:
    """False reds at the committed level, at the line and beyond it; then how rows of small losses end.

    Each baseline is drawn from the same blocks. Only what does not depend on the machine can be red.
    """
    blocks = [each for one in book.rehearsals if not one.planted for each in one.blocks if each.number]
    watched = tuple(key for key in book.keys if machine_independent(METRIC_BY_NAME[key.metric].unit))
    court = _Court(book=book, blocks=blocks, watched=watched, policy=policy, rng=rng)
    unchanged = [
        _unchanged(CreepTrial.LEVEL, court, runs=runs, lines=0.0),
        _unchanged(CreepTrial.LINE, court, runs=runs, lines=1.0),
        _unchanged(CreepTrial.BEYOND, court, runs=runs, lines=1.5),
    ]
    if not watched:
        return (unchanged[0],)
    return (*unchanged, *(_rows(share, court, runs=runs[::_ROWS_OF]) for share in _SHARES))


def _unchanged(trial: CreepTrial, court: _Court, *, runs: Sequence[Drawn], lines: float) -> CreepTally:
    """Both builds alike, so many lines worse than the committed level."""
    moved = {key: (lines * _line(key, court.policy),) * 2 for key in court.watched}
    heard = [_heard(run, court, record=_record(court), moves=moved) for run in runs]
    return CreepTally(
        trial=trial,
        share=0.0,
        runs=len(heard),
        red=sum(bool(each.findings) for each in heard),
        warned=sum(bool(each.cautions) for each in heard),
        changes=(),
    )


def _rows(share: float, court: _Court, *, runs: Sequence[Drawn]) -> CreepTally:
    """Rows of merged changes in one number, each number in its turn: at which change each row ends red."""
    ends = [
        _row(share, court, runs=[*runs[at:], *runs[:at]], key=court.watched[at % len(court.watched)])
        for at in range(len(runs))
    ]
    return CreepTally(
        trial=CreepTrial.ROW,
        share=share,
        runs=len(ends),
        red=len([each for each in ends if each]),
        warned=0,
        changes=tuple(sorted(each for each in ends if each)),
    )


def _row(share: float, court: _Court, *, runs: Sequence[Drawn], key: Key) -> int:
    """The number of the change at which the guard is red, each in a run of its own; 0 if it never is."""
    step = math.log1p(share * limit_of(key, METRIC_BY_NAME[key.metric], policy=court.policy))
    record = _record(court)
    for number in range(1, _MOST_CHANGES + 1):
        moved = {key: ((number - 1) * step, number * step)}
        if _heard(runs[number % len(runs)], court, record=record, moves=moved).findings:
            return number
    return 0


def _heard(run: Drawn, court: _Court, *, record: MachineRecord, moves: Moves) -> Crept:
    """What the guard says at any look until the comparisons end the run."""
    heard = Crept(findings=(), cautions=())
    for blocks in (look for look in court.policy.looks if look <= run.ended):
        look = look_at(blocks, policy=court.policy)
        heard = judge_creep(_case(run.draw, court, record=record, moves=moves, look=look), same_build=False)
        if heard.findings:
            return heard
    return heard


def _case(draw: Draw, court: _Court, *, record: MachineRecord, moves: Moves, look: Look) -> Case:
    return Case(
        all_series={
            key: _series(key, court, draw=draw, moved=moves.get(key, (0.0, 0.0)), look=look)
            for key in court.book.keys
        },
        gates=frozenset(court.book.keys),
        counted=court.book.counted,
        record=record,
        committed=committed_medians(record),
        environment=court.book.environment,
        policy=court.policy,
        look=look,
        paired=True,
    )


def _series(key: Key, court: _Court, *, draw: Draw, moved: tuple[float, float], look: Look) -> Series:
    column = court.book.keys.index(key)
    chosen = draw.counted if key in court.book.counted else draw.order[: look.blocks]
    factors = [math.exp(worse(METRIC_BY_NAME[key.metric], move)) for move in moved]
    values: dict[Arm, dict[int, float]] = {Arm.BASELINE: {}, Arm.CANDIDATE: {}}
    for number, at in enumerate(chosen, start=1):
        block = court.blocks[at]
        pair = block.baseline[column], block.candidate[column]
        for arm, value, factor in zip((Arm.BASELINE, Arm.CANDIDATE), pair, factors, strict=True):
            if value is not None:
                values[arm][number] = value * factor
    return Series(key=key, metric=METRIC_BY_NAME[key.metric], values=values, invalid_blocks=0, problems=())


def _record(court: _Court) -> MachineRecord:
    """A committed baseline of five drawn runs."""
    return MachineRecord(
        environment=court.book.environment,
        created_at=court.book.recorded_at,
        commit=court.book.commit,
        tree="",
        entries=tuple(_entries(court)),
    )


def _entries(court: _Court) -> Iterator[BaselineEntry]:
    for column, key in enumerate(court.book.keys):
        known = [block.baseline[column] for block in court.blocks]
        values = [value for value in known if value is not None]
        if values:
            drawn = tuple(court.rng.choices(values, k=_RUNS))
            yield entry_of(key, drawn, gating=True, policy=court.policy, commit=court.book.commit)


def _line(key: Key, policy: Policy) -> float:
    return line_of(limit_of(key, METRIC_BY_NAME[key.metric], policy=policy), policy)
