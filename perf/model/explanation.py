"""Why one number was judged as it was: everything that the judge looked at."""

from dataclasses import dataclass

from perf.model.verdict import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockValues:
    """What one block measured, in the metric's unit; None where an arm has no valid value."""

    number: int
    baseline: float | None
    candidate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How one number stood at one look.

    `p_worse` was held to `level`, what Holm's procedure leaves of `alpha` among `tested` numbers.
    `upper` is the largest worsening at the level of a proof; `relevance` the change from which on a
    significant worsening is red; `allowance` what a stored number may drift by itself. All are ratios.
    `more_blocks` is how many blocks this noise needs for a proof; None if no number of blocks would do.
    """

    look_blocks: int
    needed_blocks: int
    alpha: float
    level: float
    tested: int
    p_worse: float
    upper: float | None
    relevance: float
    allowance: float
    more_blocks: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One finding with the values it rests on; `trial` is None where nothing was tested."""

    finding: Finding
    values: tuple[BlockValues, ...]
    invalid_blocks: int
    problems: tuple[str, ...]
    trial: Trial | None
