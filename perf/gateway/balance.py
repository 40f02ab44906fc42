"""Which instance of a provider serves a request: stickiness, priority, weight, health.

Pure: the time and the Random are parameters.
Every `Pick` is settled exactly once, whatever becomes of the request.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from random import Random

from perf.gateway.circuit import Circuit, CircuitPolicy, Phase
from perf.gateway.sessions import Sessions


class Outcome(IntEnum):
    """What a request says about the health of its instance; the numbers are places in a list of counts."""

    SUCCESS = 0
    FAILURE = 1
    NEUTRAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One instance, as the balancer sees it."""

    name: str
    priority: int
    weight: int
    circuit: CircuitPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A chosen instance, by its place in the list; `trial` when it is on probation."""

    index: int
    trial: bool


class Balancer:
    """The instances of one provider."""

    def __init__(self, members: Sequence[Member], *, sessions: Sessions, rng: Random) -> None:
        self.members = tuple(members)
        self.sessions = sessions
        self._rng = rng
        self._circuits = [Circuit(member.circuit, rng=rng) for member in self.members]
        self._rests_until_ns = [0] * len(self.members)
        self._picks = [Pick(index=index, trial=False) for index in range(len(self.members))]

    def adopt(self, other: "Balancer", *, places: Mapping[int, int], same: Collection[int]) -> None:
        """Go on where another balancer stands.

        `places` gives an instance's index here for the one there.
        `same` names those, by their index here, whose health there still says something.
        """
        self.sessions.adopt(other.sessions, places=places)
        for there, here in places.items():
            if here in same:
                self._circuits[here].adopt(other._circuits[there])
                self._rests_until_ns[here] = other._rests_until_ns[there]

    def pick(self, key: str, now_ns: int, *, avoid: Collection[int] = ()) -> Pick | None:
        """Choose an instance for a sticky key; None when every circuit is open.

        `avoid` names instances that have just failed this request: one is chosen only when no other is left.
        The binding moves only when its instance's circuit is open; a detour leaves it.
        """
        bound = self.sessions.lookup(key, now_ns)
        if bound is not None and bound not in avoid and self._fit(bound, now_ns):
            self.sessions.bind(key, bound, now_ns=now_ns)
            return self._start(bound)
        index = self._choose(now_ns, avoid=avoid)
        if index is None:
            return None
        if bound is None or self._circuits[bound].phase is Phase.OPEN:
            self.sessions.bind(key, index, now_ns=now_ns)
        else:
            self.sessions.bind(key, bound, now_ns=now_ns)
        return self._start(index)

    def settle(self, pick: Pick, outcome: Outcome, *, now_ns: int) -> bool:
        """Note how a picked request ended; tells whether that opened the circuit."""
        circuit = self._circuits[pick.index]
        if pick.trial:
            circuit.trials -= 1
        match outcome:
            case Outcome.SUCCESS:
                circuit.succeed()
                return False
            case Outcome.FAILURE:
                return circuit.fail(now_ns)
            case Outcome.NEUTRAL:
                return False

    def rest(self, index: int, until_ns: int) -> None:
        """Leave an instance alone for a while, as its Retry-After asks, if another can serve."""
        self._rests_until_ns[index] = max(self._rests_until_ns[index], until_ns)

    def probe_due_ns(self, index: int) -> int | None:
        """When an instance is to be probed next; None while it is healthy."""
        return self._circuits[index].probe_due_ns

    def probed(self, index: int, now_ns: int, *, alive: bool) -> None:
        """Note the outcome of a probe."""
        self._circuits[index].probed(now_ns, alive=alive)

    def phase(self, index: int) -> Phase:
        """Give the phase of an instance's circuit."""
        return self._circuits[index].phase

    def _start(self, index: int) -> Pick:
        circuit = self._circuits[index]
        if circuit.phase is Phase.HALF_OPEN:
            circuit.trials += 1
            return Pick(index=index, trial=True)
        return self._picks[index]

    def _fit(self, index: int, now_ns: int) -> bool:
        """Tell whether an instance may be asked: closed or free for one trial, and not at rest."""
        circuit = self._circuits[index]
        closed = circuit.phase is Phase.CLOSED or (circuit.phase is Phase.HALF_OPEN and circuit.trials == 0)
        return closed and self._rests_until_ns[index] <= now_ns

    def _choose(self, now_ns: int, *, avoid: Collection[int]) -> int | None:
        usable = [i for i, circuit in enumerate(self._circuits) if circuit.phase is not Phase.OPEN]
        others = [i for i in usable if i not in avoid]
        fit = [i for i in others if self._fit(i, now_ns)]
        candidates = fit or others or usable
        return self._draw(candidates) if candidates else None

    def _draw(self, candidates: Sequence[int]) -> int:
        """Draw by weight among the candidates of the lowest priority number."""
        first = min(self.members[i].priority for i in candidates)
        tier = [i for i in candidates if self.members[i].priority == first]
        total = sum(self.members[i].weight for i in tier)
        if len(tier) == 1 or total == 0:
            return tier[0] if len(tier) == 1 else self._rng.choice(tier)
        left = self._rng.randrange(total)
        for index in tier:
            left -= self.members[index].weight
            if left < 0:
                return index
        raise AssertionError("the weights do not add up to their sum")
