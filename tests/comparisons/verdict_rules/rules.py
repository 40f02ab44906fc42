"""The candidate verdict rules and the summaries of blocks that they all judge by."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from perf.stats import signedrank
from perf.stats.bounds import one_sided_bounds, one_sided_p
from perf.stats.distributions import student_t_sf, student_t_upper_point
from perf.stats.holm import holm
from perf.stats.location import hodges_lehmann, trimmed_mean
from perf.stats.sequential import Spending

_HOPELESS_T = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A verdict rule: red needs significance against null_share and an estimate above relevant_share."""

    name: str
    bound: str
    null_share: float
    relevant_share: float
    red: Spending
    green: Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the rules need of one metric at one look."""

    values: Sequence[float]
    limit: float
    centre: float
    mean: float
    spreads: tuple[tuple[float, int], tuple[float, int]]


def summarise(values: Sequence[float], *, limit: float) -> Summary:
    """Return the centre, the mean, and Student's and Yuen's standard errors with their freedom."""
    plain = trimmed_mean(values, trim_count=0)
    trimmed = trimmed_mean(values, trim_count=len(values) // 10)
    spreads = ((plain.standard_error, plain.df), (trimmed.standard_error, trimmed.df))
    return Summary(
        values=values, limit=limit, centre=hodges_lehmann(values), mean=plain.mean, spreads=spreads
    )


def is_red(summaries: Sequence[Summary], *, rule: Rule, look: int, family: int) -> bool:
    """Say whether any metric is Holm-rejected and relevant; metrics not given count as unchanged."""
    level = rule.red.alpha_at_look(look)
    p_values = [_p_above(summary, rule) for summary in summaries]
    if min(p_values) > level / family:
        return False
    outcomes = holm([*p_values, *[1.0] * (family - len(p_values))], alpha=level)
    return any(
        outcome.rejected and summary.centre > rule.relevant_share * summary.limit
        for outcome, summary in zip(outcomes, summaries, strict=False)
    )


def is_green(summaries: Sequence[Summary], *, rule: Rule, look: int) -> bool:
    """Say whether every metric is proven below its limit."""
    level = rule.green.alpha_at_look(look)
    return all(_upper(summary, rule, level) < summary.limit for summary in summaries)


def _p_above(summary: Summary, rule: Rule) -> float:
    null = rule.null_share * summary.limit
    plain, trimmed = summary.spreads
    match rule.bound:
        case "signed-rank":
            if summary.centre < 0.5 * summary.limit:
                return 1.0
            return signedrank.signed_rank_p([value - null for value in summary.values])
        case "student":
            return _tail(summary.mean - null, plain)
        case "hl-yuen":
            return _tail(summary.centre - null, trimmed)
        case "tighter":
            if summary.centre - null < _HOPELESS_T * min(plain[0], trimmed[0]):
                return 1.0
            return one_sided_p(summary.values, null=null)
    raise ValueError(f"no such bound: {rule.bound}")


def _upper(summary: Summary, rule: Rule, alpha: float) -> float:
    plain, trimmed = summary.spreads
    match rule.bound:
        case "signed-rank":
            return signedrank.upper_bound(summary.values, alpha=alpha)
        case "student":
            return summary.mean + _half_width(plain, alpha)
        case "hl-yuen":
            return summary.centre + _half_width(trimmed, alpha)
        case "tighter":
            return one_sided_bounds(summary.values, alpha=alpha).upper
    raise ValueError(f"no such bound: {rule.bound}")


def _tail(distance: float, spread: tuple[float, int]) -> float:
    """Return the p-value, or 1 where it is so large that no rule could reject."""
    standard_error, df = spread
    if distance < _HOPELESS_T * standard_error:
        return 1.0
    return student_t_sf(distance / standard_error, df)


def _half_width(spread: tuple[float, int], alpha: float) -> float:
    standard_error, df = spread
    return standard_error * _upper_point(alpha, df)


@lru_cache(maxsize=1024)
def _upper_point(alpha: float, df: int) -> float:
    return student_t_upper_point(alpha, df)
