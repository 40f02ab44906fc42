"""The balancer: stickiness, priorities, weights, detours, and its invariants under any history."""

from collections import Counter
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from perf.gateway.balance import Balancer, Member, Outcome, Pick
from perf.gateway.circuit import CircuitPolicy, Phase
from perf.gateway.sessions import Sessions

_S = 1_000_000_000


def a_balancer(*places: tuple[int, int]) -> Balancer:
    """Build a balancer from pairs of priority and weight."""
    policy = CircuitPolicy(
        failure_threshold=3,
        failure_window_ns=60 * _S,
        success_threshold=2,
        initial_backoff_ns=60 * _S,
        max_backoff_ns=600 * _S,
        probe_interval_ns=10 * _S,
        jitter_ratio=0.2,
    )
    members = [
        Member(name=f"i{n}", priority=priority, weight=weight, circuit=policy)
        for n, (priority, weight) in enumerate(places)
    ]
    return Balancer(members, sessions=Sessions(idle_ns=3600 * _S, limit=10_000), rng=Random(7))


def index_of(pick: Pick | None) -> int:
    assert pick is not None
    return pick.index


def open_circuit(balancer: Balancer, index: int) -> None:
    for _ in range(3):
        balancer.settle(Pick(index=index, trial=False), Outcome.FAILURE, now_ns=0)


def test_weights_show_over_many_keys() -> None:
    """Weights 100, 200 and 100 give a quarter, a half and a quarter of 8,000 keys."""
    balancer = a_balancer((1, 100), (1, 200), (1, 100))
    counts = Counter(index_of(balancer.pick(f"k{n}", 0)) for n in range(8000))

    assert abs(counts[0] - 2000) < 200
    assert abs(counts[1] - 4000) < 200


def test_zero_weights_are_equal() -> None:
    """All weights zero means any instance, alike."""
    balancer = a_balancer((1, 0), (1, 0))
    counts = Counter(index_of(balancer.pick(f"k{n}", 0)) for n in range(2000))

    assert abs(counts[0] - 1000) < 150


def test_priorities_are_strict() -> None:
    """A higher number serves only when no lower one can."""
    balancer = a_balancer((1, 100), (2, 100))

    assert {index_of(balancer.pick(f"k{n}", 0)) for n in range(50)} == {0}
    open_circuit(balancer, 0)
    assert {index_of(balancer.pick(f"k{n}", 0)) for n in range(50)} == {1}


def test_a_detour_leaves_the_binding() -> None:
    """A retry goes elsewhere, and the next request comes back."""
    balancer = a_balancer((1, 100), (2, 100))

    assert index_of(balancer.pick("k", 0)) == 0
    assert index_of(balancer.pick("k", 0, avoid=[0])) == 1
    assert index_of(balancer.pick("k", 0)) == 0


def test_an_open_circuit_moves_the_binding_for_good() -> None:
    """A session that has moved stays where it is when the first instance is back."""
    balancer = a_balancer((1, 100), (2, 100))
    balancer.pick("k", 0)
    open_circuit(balancer, 0)
    balancer.pick("k", 0)
    balancer.probed(0, 0, alive=True)
    balancer.probed(0, 0, alive=True)

    assert balancer.phase(0) is Phase.CLOSED
    assert index_of(balancer.pick("k", 0)) == 1
    assert index_of(balancer.pick("another", 0)) == 0


def test_a_resting_instance_is_passed_by_only_while_it_rests() -> None:
    """Retry-After is honoured, and forgotten when it is over; the binding stays."""
    balancer = a_balancer((1, 100), (2, 100))
    balancer.pick("k", 0)
    balancer.rest(0, 5 * _S)

    assert index_of(balancer.pick("k", 4 * _S)) == 1
    assert index_of(balancer.pick("k", 5 * _S)) == 0


def test_the_only_instance_is_tried_again() -> None:
    """With nobody else to ask, avoiding and resting are wishes."""
    balancer = a_balancer((1, 100))
    balancer.rest(0, 5 * _S)

    assert index_of(balancer.pick("k", 0, avoid=[0])) == 0


def test_probation_takes_one_request_at_a_time() -> None:
    """While a trial is under way others go elsewhere."""
    balancer = a_balancer((1, 100), (2, 100))
    open_circuit(balancer, 0)
    balancer.probed(0, 0, alive=True)
    trial = balancer.pick("a", 0)
    other = balancer.pick("b", 0)

    assert trial == Pick(index=0, trial=True)
    assert other == Pick(index=1, trial=False)
    balancer.settle(trial, Outcome.NEUTRAL, now_ns=0)
    assert balancer.pick("c", 0) == Pick(index=0, trial=True)


class BalancerMachine(RuleBasedStateMachine):
    """Any history of picks, outcomes, probes and rests, under a clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.balancer = a_balancer((1, 100), (1, 50), (2, 100))
        self.now_ns = 0
        self.under_way: list[Pick] = []

    @rule(seconds=st.integers(0, 90))
    def wait(self, seconds: int) -> None:
        self.now_ns += seconds * _S

    @rule(key=st.sampled_from("abcdef"), avoid=st.sets(st.integers(0, 2)))
    def pick(self, key: str, avoid: set[int]) -> None:
        usable = {i for i in range(3) if self.balancer.phase(i) is not Phase.OPEN}
        chosen = self.balancer.pick(key, self.now_ns, avoid=avoid)

        assert (chosen is None) == (not usable)
        if chosen is not None:
            assert chosen.index in usable
            assert chosen.index not in avoid or usable <= avoid
            self.under_way.append(chosen)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), outcome=st.sampled_from(Outcome))
    def settle(self, data: st.DataObject, outcome: Outcome) -> None:
        chosen = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        was_open = self.balancer.phase(chosen.index) is Phase.OPEN
        opened = self.balancer.settle(chosen, outcome, now_ns=self.now_ns)

        assert opened == (not was_open and self.balancer.phase(chosen.index) is Phase.OPEN)

    @rule(index=st.integers(0, 2), alive=st.booleans())
    def probe(self, index: int, alive: bool) -> None:
        self.balancer.probed(index, self.now_ns, alive=alive)

    @rule(index=st.integers(0, 2), seconds=st.integers(0, 60))
    def rest(self, index: int, seconds: int) -> None:
        self.balancer.rest(index, self.now_ns + seconds * _S)

    @invariant()
    def every_sick_instance_has_a_probe_ahead(self) -> None:
        for index in range(3):
            healthy = self.balancer.phase(index) is Phase.CLOSED
            assert healthy == (self.balancer.probe_due_ns(index) is None)

    @invariant()
    def trials_are_those_under_way(self) -> None:
        for index, circuit in enumerate(self.balancer._circuits):
            assert circuit.trials == sum(1 for each in self.under_way if each.trial and each.index == index)


TestBalancerMachine = BalancerMachine.TestCase
TestBalancerMachine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
