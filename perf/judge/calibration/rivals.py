"""What other tools' rules would have said: one run stored, a later one compared with it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev

from perf.judge.compare import worse
from perf.model.calibration import RivalTally
from perf.model.metric import METRIC_BY_NAME, Key
from perf.model.rehearsal import Rehearsal, RehearsalBook
from perf.model.run import Arm
from perf.stats.distributions import student_t_sf
from perf.stats.ranksum import rank_sum_p

Logs = Mapping[Key, Sequence[float]]
"""Per number: the logs of its values in the blocks of one run and arm, turned so that more is worse."""
Rule = Callable[[Sequence[Sequence[float]], Sequence[float]], bool | None]
"""The logs of stored runs and of the run to judge: whether this is red; None if it cannot say yet."""

_THRESHOLD = math.log(1.05)
_TWICE = math.log(2.0)
_ALPHA = 0.05
_MIN_HISTORY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A rule that judges one number of one run by a stored run, or by the history of all earlier ones."""

    name: str
    rule: Rule
    by_history: bool


def _mean(logs: Sequence[float]) -> float:
    """The log of the mean, for a mean is what those tools store."""
    return math.log(fmean(math.exp(value) for value in logs))


def _threshold(limit: float) -> Rule:
    return lambda stored, now: _mean(now) - _mean(stored[0]) > limit


def _mann_whitney(stored: Sequence[Sequence[float]], now: Sequence[float]) -> bool:
    return rank_sum_p(stored[0], now) < _ALPHA / 2


def _history(stored: Sequence[Sequence[float]], now: Sequence[float]) -> bool | None:
    """Student's prediction interval for one more run."""
    if len(stored) < _MIN_HISTORY:
        return None
    means = [_mean(logs) for logs in stored]
    spread = stdev(means) * math.sqrt(1 + 1 / len(means))
    return spread > 0 and student_t_sf((_mean(now) - fmean(means)) / spread, len(means) - 1) < _ALPHA / 2


RIVALS: tuple[Rival, ...] = (
    Rival(name="stored mean + 5 %", rule=_threshold(_THRESHOLD), by_history=False),
    Rival(name="Mann–Whitney", rule=_mann_whitney, by_history=False),
    Rival(name="t-test on history", rule=_history, by_history=True),
    Rival(name="200 % of stored mean", rule=_threshold(_TWICE), by_history=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The unchanged rehearsals in their order: what each arm measured, and answers that were given before."""

    keys: tuple[Key, ...]
    stored: tuple[Logs, ...]
    judged: tuple[Logs, ...]
    answers: dict[tuple[str, range, int, Key, float], bool | None] = field(default_factory=dict)


def history_of(book: RehearsalBook) -> History:
    """The unchanged rehearsals of a book."""
    rehearsals = [rehearsal for rehearsal in book.rehearsals if not rehearsal.planted]
    return History(
        keys=book.keys,
        stored=tuple(_logs(book, rehearsal, arm=Arm.BASELINE) for rehearsal in rehearsals),
        judged=tuple(_logs(book, rehearsal, arm=Arm.CANDIDATE) for rehearsal in rehearsals),
    )


def said(rival: Rival, history: History, *, shifts: Callable[[int], Mapping[Key, float]]) -> RivalTally:
    """Judge each unchanged rehearsal by each one before it, or by all of them; red if any number is.

    `shifts` gives, for the number of a rehearsal, the log ratios to plant on its candidate.
    """
    judged = red = 0
    for number in range(len(history.judged)):
        planted = shifts(number)
        earlier = range(number)
        for known in [earlier] if rival.by_history else [earlier[at : at + 1] for at in earlier]:
            answers = {
                _answer(rival, history, known=known, number=number, key=key, shift=planted.get(key, 0.0))
                for key in history.keys
            }
            judged += bool(answers - {None})
            red += True in answers
    return RivalTally(name=rival.name, judged=judged, red=red)


def _answer(
    rival: Rival, history: History, *, known: range, number: int, key: Key, shift: float
) -> bool | None:
    asked = (rival.name, known, number, key, shift)
    if asked not in history.answers:
        stored = [history.stored[run][key] for run in known if history.stored[run][key]]
        now = [value + shift for value in history.judged[number][key]]
        history.answers[asked] = rival.rule(stored, now) if stored and now else None
    return history.answers[asked]


def _logs(book: RehearsalBook, rehearsal: Rehearsal, *, arm: Arm) -> dict[Key, list[float]]:
    logs: dict[Key, list[float]] = {}
    for column, key in enumerate(book.keys):
        metric = METRIC_BY_NAME[key.metric]
        values = [
            (block.baseline if arm is Arm.BASELINE else block.candidate)[column]
            for block in rehearsal.blocks
            if block.number
        ]
        logs[key] = [worse(metric, math.log(value)) for value in values if value and value > 0]
    return logs
