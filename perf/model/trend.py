"""How the committed level of a number moved over the history of its baseline file."""

from dataclasses import dataclass

from perf.model.baseline import BaselineEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The median that one recording gave, in the unit of its entry."""

    commit: str
    created_at: str
    median: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One number and its levels, oldest first; `newest` is the entry that stands in the file now."""

    newest: BaselineEntry
    levels: tuple[Level, ...]

    @property
    def change(self) -> float:
        """From the first level to the last, as a ratio: 0.05 is 5 % more."""
        first, last = self.levels[0].median, self.levels[-1].median
        return last / first - 1 if first else 0.0
