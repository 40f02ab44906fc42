"""Whether sessions are spread over the instances as their weights say."""

from collections import Counter

from perf.judge.pool import Pool
from perf.judge.validity import nonce_of
from perf.model.load import Outcome
from perf.stats.chisquare import goodness_of_fit, goodness_of_fit_power

TOLERANCE = 0.05
"""The deviation of a share, in points of the whole, that the test must be able to see."""
SIGNIFICANCE = 0.001
"""A p-value below it is a miss: a faithful gateway is accused once in a thousand runs."""


def share_deviation(pool: Pool) -> float | None:
    """The largest difference between an instance's share of the sessions and its weight's, in points."""
    counts, weights = _sessions(pool)
    total, whole = sum(counts), sum(weights)
    if not total:
        return None
    return max(abs(seen / total - weight / whole) for seen, weight in zip(counts, weights, strict=True))


def chi_square_p(pool: Pool) -> float | None:
    """The p-value of Pearson's test that sessions follow the weights."""
    counts, weights = _sessions(pool)
    return goodness_of_fit(counts, weights=weights).p_value if sum(counts) else None


def chi_square_power(pool: Pool) -> float | None:
    """The probability that this test, with so many sessions, sees a deviation of TOLERANCE.

    The deviation that is hardest to see: from the heaviest instance to the lightest, in equal parts to
    all of the lightest.
    """
    counts, weights = _sessions(pool)
    if not sum(counts):
        return None
    whole = sum(weights)
    shares = [weight / whole for weight in weights]
    heaviest = shares.index(max(shares))
    others = [index for index in range(len(shares)) if index != heaviest]
    moved = [
        share - TOLERANCE if index == heaviest else share + TOLERANCE / len(others)
        for index, share in enumerate(shares)
    ]
    if min(moved) <= 0.0:
        return None
    return goodness_of_fit_power(moved, weights=weights, observations=sum(counts), alpha=SIGNIFICANCE)


def _sessions(pool: Pool) -> tuple[list[int], list[int]]:
    """How many client keys each weighted instance got for their first good answer, and its weight."""
    weights = dict(pool.slices[0].step.part.weights)
    counts: Counter[str] = Counter()
    for record in pool.slices:
        served = {arrival.nonce: arrival.instance for arrival in record.arrivals}
        prefix = record.recording.nonce_prefix
        seen: set[int] = set()
        for sample in record.recording.samples:
            instance = served.get(nonce_of(prefix, sample.number))
            if sample.outcome == Outcome.OK and instance in weights and sample.template not in seen:
                seen.add(sample.template)
                counts[instance] += 1
    return [counts[name] for name in weights], list(weights.values())
