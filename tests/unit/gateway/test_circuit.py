"""The circuit breaker."""

from random import Random

from perf.gateway.circuit import Circuit, CircuitPolicy, Phase

_S = 1_000_000_000


def a_circuit(*, failure_threshold: int = 3, jitter_ratio: float = 0.0) -> Circuit:
    policy = CircuitPolicy(
        failure_threshold=failure_threshold,
        failure_window_ns=60 * _S,
        success_threshold=2,
        initial_backoff_ns=60 * _S,
        max_backoff_ns=200 * _S,
        probe_interval_ns=10 * _S,
        jitter_ratio=jitter_ratio,
    )
    return Circuit(policy, rng=Random(1))


def opened(circuit: Circuit) -> Circuit:
    for second in range(3):
        circuit.fail(second * _S)
    return circuit


def test_the_third_failure_in_a_row_opens() -> None:
    """Two do not, and the call that opens says so."""
    circuit = a_circuit()

    assert [circuit.fail(at * _S) for at in (0, 1, 2)] == [False, False, True]
    assert circuit.phase is Phase.OPEN
    assert circuit.probe_due_ns == 62 * _S


def test_a_success_forgets_the_failures() -> None:
    """Failures must be in a row: a rare error among many successes opens nothing."""
    circuit = a_circuit()
    for at in range(20):
        circuit.fail(at * _S)
        circuit.succeed()

    assert circuit.phase is Phase.CLOSED


def test_failures_far_apart_do_not_open() -> None:
    """The window slides: three failures count only within it."""
    circuit = a_circuit()

    assert not any(circuit.fail(at * _S) for at in (0, 31, 62, 93, 124))


def test_a_probe_and_a_success_close() -> None:
    """A good probe is the first of two successes."""
    circuit = opened(a_circuit())
    circuit.probed(62 * _S, alive=True)
    between = circuit.phase
    circuit.succeed()

    assert (between, circuit.phase) == (Phase.HALF_OPEN, Phase.CLOSED)
    assert circuit.probe_due_ns is None


def test_probes_alone_close_too() -> None:
    """An instance without traffic recovers by its probes."""
    circuit = opened(a_circuit())
    circuit.probed(62 * _S, alive=True)

    assert circuit.probe_due_ns == 72 * _S
    circuit.probed(72 * _S, alive=True)
    assert circuit.phase is Phase.CLOSED


def test_a_failure_on_probation_reopens_for_twice_as_long() -> None:
    """And each bad probe doubles again, up to the limit."""
    circuit = opened(a_circuit())
    circuit.probed(100 * _S, alive=True)

    assert circuit.fail(100 * _S)
    assert circuit.probe_due_ns == 220 * _S
    circuit.probed(220 * _S, alive=False)
    assert circuit.probe_due_ns == 420 * _S


def test_jitter_only_shortens() -> None:
    """The backoff lies between four fifths of the configured one and the whole."""
    dues = {opened(a_circuit(jitter_ratio=0.2)).probe_due_ns}
    for seed in range(50):
        circuit = a_circuit(jitter_ratio=0.2, failure_threshold=1)
        circuit._rng.seed(seed)
        circuit.fail(0)
        dues.add(circuit.probe_due_ns)

    assert len(dues) > 40
    assert all(due is not None and 48 * _S <= due <= 62 * _S for due in dues)
