"""One instance's circuit breaker: a state machine over outcomes, with the time as a parameter."""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from random import Random


class Phase(Enum):
    """Where a circuit stands."""

    CLOSED = auto()
    OPEN = auto()
    HALF_OPEN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitPolicy:
    """When a circuit opens and closes."""

    failure_threshold: int
    failure_window_ns: int
    success_threshold: int
    initial_backoff_ns: int
    max_backoff_ns: int
    probe_interval_ns: int
    jitter_ratio: float


class Circuit:
    """Opens after failures in a row, is probed after a backoff, closes after successes.

    The backoff doubles with each reopening.
    Its jitter only shortens it, so a recovery is never later than configured.
    """

    __slots__ = (
        "_failures",
        "_policy",
        "_probe_due_ns",
        "_reopened",
        "_rng",
        "_successes",
        "phase",
        "trials",
    )

    def __init__(self, policy: CircuitPolicy, *, rng: Random) -> None:
        self._policy = policy
        self._rng = rng
        self._failures: deque[int] = deque(maxlen=policy.failure_threshold)
        self._successes = 0
        self._reopened = 0
        self._probe_due_ns = 0
        self.phase = Phase.CLOSED
        self.trials = 0

    @property
    def probe_due_ns(self) -> int | None:
        """When the next probe is due; None while the circuit is closed."""
        return None if self.phase is Phase.CLOSED else self._probe_due_ns

    def succeed(self) -> None:
        """Note a success: a closed circuit forgets its failures, a half-open one nears closing."""
        match self.phase:
            case Phase.CLOSED:
                if self._failures:
                    self._failures.clear()
            case Phase.HALF_OPEN:
                self._successes += 1
                if self._successes >= self._policy.success_threshold:
                    self._close()
            case Phase.OPEN:
                pass

    def fail(self, now_ns: int) -> bool:
        """Note a failure; tells whether it opened the circuit."""
        match self.phase:
            case Phase.CLOSED:
                self._failures.append(now_ns)
                full = len(self._failures) == self._policy.failure_threshold
                if not full or now_ns - self._failures[0] > self._policy.failure_window_ns:
                    return False
            case Phase.HALF_OPEN:
                self._reopened += 1
            case Phase.OPEN:
                return False
        self._open(now_ns)
        return True

    def probed(self, now_ns: int, *, alive: bool) -> None:
        """Note the outcome of a probe."""
        if self.phase is Phase.CLOSED:
            return
        if not alive:
            self._reopened += 1
            self._open(now_ns)
            return
        if self.phase is Phase.OPEN:
            self.phase = Phase.HALF_OPEN
            self._successes = 0
        self._probe_due_ns = now_ns + self._policy.probe_interval_ns
        self.succeed()

    def adopt(self, other: "Circuit") -> None:
        """Go on where another circuit stands; trials under way there are its own."""
        self.phase = other.phase
        self._failures.extend(other._failures)
        self._successes = other._successes
        self._reopened = other._reopened
        self._probe_due_ns = other._probe_due_ns

    def _open(self, now_ns: int) -> None:
        self.phase = Phase.OPEN
        self._failures.clear()
        doublings = min(self._reopened, 32)
        backoff_ns = min(self._policy.initial_backoff_ns << doublings, self._policy.max_backoff_ns)
        self._probe_due_ns = now_ns + round(backoff_ns * (1 - self._rng.random() * self._policy.jitter_ratio))

    def _close(self) -> None:
        self.phase = Phase.CLOSED
        self._reopened = 0
        self._failures.clear()
