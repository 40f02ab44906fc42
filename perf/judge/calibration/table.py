"""What calibration finds: false reds, detections beside other rules, and how a real slowdown compares."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from statistics import fmean, median, stdev

from perf.judge.calibration.creep import Drawn, creep_of
from perf.judge.calibration.rehearsals import Columns, Draw, Ending, columns_of, end_of
from perf.judge.calibration.rivals import RIVALS, History, history_of, said
from perf.judge.counted import COUNTED_BLOCKS
from perf.judge.levels import ALPHA_SHOWN
from perf.model import metric as m
from perf.model.calibration import Calibration, Detection, End, Noise, Tally
from perf.model.metric import Key, Metric
from perf.model.policy import Policy
from perf.model.rehearsal import Rehearsal, RehearsalBook
from perf.stats.bounds import located

EFFECTS: Mapping[str, tuple[float, ...]] = {
    m.INSTRUCTIONS_PER_REQUEST.name: (0.01, 0.02, 0.03, 0.05, 0.10),
    m.CPU_PER_REQUEST.name: (0.02, 0.03, 0.05, 0.10),
    m.E2E_P50.name: (0.02, 0.03, 0.05, 0.10),
    m.QPS.name: (0.02, 0.03, 0.05, 0.10),
}
"""The worsenings that are planted, per metric."""


def calibrate(book: RehearsalBook, *, policy: Policy, resamples: int, seed: int) -> Calibration:
    """Judge the rehearsals, then gate runs drawn from their blocks, unchanged and with changes planted.

    A drawn run takes whole blocks, with replacement, from all unchanged rehearsals, so that what numbers
    have in common in a block stays. A change multiplies the candidate's values; the planted rehearsals tell
    whether a real one behaves like that. ValueError without an unchanged rehearsal.
    """
    unchanged = [rehearsal for rehearsal in book.rehearsals if not rehearsal.planted]
    columns = columns_of(book, unchanged)
    if not columns.size:
        raise ValueError("no block of an unchanged rehearsal")
    rng = Random(seed)
    history = history_of(book)
    draws = [
        Draw(
            columns=columns,
            order=rng.choices(range(columns.size), k=policy.looks[-1]),
            counted=rng.choices(columns.counted, k=COUNTED_BLOCKS) if columns.counted else (),
        )
        for _ in range(resamples)
    ]
    endings = [end_of(draw, shifts={}, policy=policy) for draw in draws]
    runs = [Drawn(draw, ending.blocks) for draw, ending in zip(draws, endings, strict=True)]
    return Calibration(
        book=book,
        looks=policy.looks,
        states=Counter(rehearsal.state for rehearsal in unchanged),
        reasons=Counter(reason for rehearsal in unchanged for reason in rehearsal.reasons),
        real=_real(book, unchanged, policy=policy),
        resampled=_tally(endings, times_ns=()),
        detections=tuple(
            _detection(metric, effect, history=history, draws=draws, policy=policy)
            for metric in m.METRICS
            for effect in EFFECTS.get(metric.name, ())
            if any(key.metric == metric.name for key in book.keys)
        ),
        rivals=tuple(said(rival, history, shifts=lambda _: {}) for rival in RIVALS),
        creep=creep_of(book, runs=runs, policy=policy, rng=rng),
        noise=_noise(book, columns),
    )


def healthy(reds: int, runs: int, *, alpha: float) -> bool:
    """Whether so many reds are believable if a run is falsely red with probability alpha (5 % level)."""
    fewer = math.fsum(math.comb(runs, k) * alpha**k * (1 - alpha) ** (runs - k) for k in range(reds))
    return 1 - fewer >= 0.05


def _real(book: RehearsalBook, unchanged: Sequence[Rehearsal], *, policy: Policy) -> Tally:
    endings = []
    for rehearsal in unchanged:
        columns = columns_of(book, [rehearsal])
        draw = Draw(columns=columns, order=range(columns.size), counted=columns.counted)
        endings.append(end_of(draw, shifts={}, policy=policy))
    times_ns = [sum(block.duration_ns for block in rehearsal.blocks) for rehearsal in unchanged]
    return _tally(endings, times_ns=times_ns)


def _tally(endings: Sequence[Ending], *, times_ns: Sequence[int]) -> Tally:
    ends = [ending.end for ending in endings]
    return Tally(
        runs=len(endings),
        ends={end: ends.count(end) for end in End},
        mean_blocks=fmean(ending.blocks for ending in endings) if endings else 0.0,
        median_ns=round(median(times_ns)) if times_ns else 0,
        longest_ns=max(times_ns, default=0),
    )


def _detection(
    metric: Metric, effect: float, *, history: History, draws: Sequence[Draw], policy: Policy
) -> Detection:
    """One part has the change, each in its turn; then all of them."""
    keys = [key for key in history.keys if key.metric == metric.name]
    shift = math.log1p(effect)

    def one(number: int) -> dict[Key, float]:
        return {keys[number % len(keys)]: shift}

    endings = [end_of(draw, shifts=one(number), policy=policy) for number, draw in enumerate(draws)]
    everywhere = [end_of(draw, shifts=dict.fromkeys(keys, shift), policy=policy) for draw in draws]
    found = [said(rival, history, shifts=one) for rival in RIVALS]
    return Detection(
        metric=metric,
        effect=effect,
        parts=len(keys),
        red_by=tuple(
            _share(sum(each.end is End.RED and each.blocks <= look for each in endings), len(endings))
            for look in policy.looks
        ),
        mean_blocks=fmean(each.blocks for each in endings),
        everywhere=_share(sum(each.end is End.RED for each in everywhere), len(everywhere)),
        rivals=tuple(each.ratio for each in found),
    )


def _noise(book: RehearsalBook, unchanged: Columns) -> tuple[Noise, ...]:
    planted = columns_of(book, [rehearsal for rehearsal in book.rehearsals if rehearsal.planted])
    return tuple(
        _noise_of(key, before=unchanged.log_ratios(key), after=planted.log_ratios(key)) for key in book.keys
    )


def _noise_of(key: Key, *, before: Sequence[float], after: Sequence[float]) -> Noise:
    shown = located(after).bounds(ALPHA_SHOWN) if len(after) > 1 else None
    return Noise(
        key=key,
        sd=stdev(before) if len(before) > 1 else 0.0,
        planted_sd=stdev(after) if len(after) > 1 else None,
        planted=(shown.estimate, shown.lower, shown.upper) if shown else None,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
