"""Holm's step-down guard against testing many hypotheses at once (Holm 1979)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HolmResult:
    """One hypothesis after Holm: rejected exactly when adjusted_p ≤ alpha, and when p ≤ local_alpha."""

    adjusted_p: float
    local_alpha: float
    rejected: bool


def holm(p_values: Sequence[float], *, alpha: float) -> tuple[HolmResult, ...]:
    """Return Holm's outcome for each p-value, in the order given.

    With p ascending, adjusted p_(i) is the running maximum of min(1, (m − i + 1)·p_(i)).
    local_alpha is the level the hypothesis was held to: alpha / (m − i + 1) while the procedure
    rejects, then alpha / (m − rejected) for all that remain.
    A bound at local_alpha excludes the null exactly for the rejected ones.
    """
    if not 0.0 < alpha < 1.0 or any(not 0.0 <= p <= 1.0 for p in p_values):
        raise ValueError("p-values must lie in [0, 1] and alpha strictly between 0 and 1")
    m = len(p_values)
    results: dict[int, HolmResult] = {}
    adjusted, local, rejecting = 0.0, alpha, True
    for step, index in enumerate(sorted(range(m), key=p_values.__getitem__)):
        adjusted = max(adjusted, min(1.0, (m - step) * p_values[index]))
        if rejecting:
            local = alpha / (m - step)
            rejecting = p_values[index] <= local
        results[index] = HolmResult(adjusted_p=adjusted, local_alpha=local, rejected=rejecting)
    return tuple(results[index] for index in range(m))
