"""Sticky sessions: which instance a key is bound to, until it expires or too many others come."""

from collections import OrderedDict
from collections.abc import Mapping


class Sessions:
    """Bindings in the order of their last use; the oldest go first.

    Every bind sweeps at most two expired bindings, so that memory shrinks without a timer.
    """

    __slots__ = ("_bindings", "_idle_ns", "_limit")

    def __init__(self, *, idle_ns: int, limit: int) -> None:
        self._idle_ns = idle_ns
        self._limit = limit
        self._bindings: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def __len__(self) -> int:
        """Give the number of bindings, expired ones that are not yet swept included."""
        return len(self._bindings)

    def adopt(self, other: "Sessions", *, places: Mapping[int, int]) -> None:
        """Take the bindings of another table over; `places` gives an instance's own index for its other."""
        for key, (index, used_ns) in other._bindings.items():
            if index in places:
                self._bindings[key] = (places[index], used_ns)

    def lookup(self, key: str, now_ns: int) -> int | None:
        """Give the instance of a key, or None when it has none or its binding is too old."""
        binding = self._bindings.get(key)
        if binding is None or now_ns - binding[1] >= self._idle_ns:
            return None
        return binding[0]

    def bind(self, key: str, index: int, *, now_ns: int) -> None:
        """Bind a key, or use its binding once more."""
        bindings = self._bindings
        bindings[key] = (index, now_ns)
        bindings.move_to_end(key)
        for _ in range(2):
            oldest, (_, used_ns) = next(iter(bindings.items()))
            if now_ns - used_ns < self._idle_ns and len(bindings) <= self._limit:
                return
            del bindings[oldest]
