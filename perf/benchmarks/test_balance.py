"""Choosing an instance: the load balancer's draw, and the look-up of a session that is bound."""

from itertools import count
from random import Random

from perf.benchmarks.rounds import Benchmark, timed
from perf.gateway.balance import Balancer, Member, Outcome, Pick
from perf.gateway.circuit import CircuitPolicy
from perf.gateway.sessions import Sessions

SECOND_NS = 1_000_000_000
SESSIONS = 1_000
WEIGHTS = (100, 200, 100)
POLICY = CircuitPolicy(
    failure_threshold=3,
    failure_window_ns=60 * SECOND_NS,
    success_threshold=2,
    initial_backoff_ns=60 * SECOND_NS,
    max_backoff_ns=600 * SECOND_NS,
    probe_interval_ns=30 * SECOND_NS,
    jitter_ratio=0.2,
)


def _balancer() -> Balancer:
    members = [
        Member(name=f"openai-{number}", priority=1, weight=weight, circuit=POLICY)
        for number, weight in enumerate(WEIGHTS)
    ]
    sessions = Sessions(idle_ns=3_600 * SECOND_NS, limit=SESSIONS)
    return Balancer(members, sessions=sessions, rng=Random(7))


def _asked(balancer: Balancer, key: str) -> Pick:
    pick = balancer.pick(key, SECOND_NS)
    assert pick is not None
    balancer.settle(pick, Outcome.SUCCESS, now_ns=SECOND_NS)
    return pick


def test_load_balancer_selection(benchmark: Benchmark) -> None:
    """A key that nobody has seen is given one of three weighted instances."""
    balancer = _balancer()
    keys = [f"user-{number}" for number in range(2 * SESSIONS)]
    turn = count()

    pick = timed(benchmark, lambda: _asked(balancer, keys[next(turn) % len(keys)]), calls=150)

    assert pick.index in range(len(WEIGHTS))


def test_session_lookup(benchmark: Benchmark) -> None:
    """A key that is bound finds its instance among a thousand sessions."""
    balancer = _balancer()
    keys = [f"user-{number}" for number in range(SESSIONS)]
    bound = {key: _asked(balancer, key).index for key in keys}
    turn = count()

    timed(benchmark, lambda: _asked(balancer, keys[next(turn) % SESSIONS]), calls=400)

    assert _asked(balancer, keys[0]).index == bound[keys[0]]
