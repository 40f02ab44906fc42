"""The columnar record."""

from hypothesis import given
from hypothesis import strategies as st

from perf.load.recorder import Recorder
from perf.model.load import Sample


def a_sample(number: int, deltas: int) -> Sample:
    """A sample of which only the number and the deltas matter."""
    return Sample(number, 0, 0, 1, 2**62, 0, 0, 0, 0, deltas, 0, 200, 0, 7, 2 * deltas, 9)


@given(order=st.permutations(range(12)), deltas=st.lists(st.integers(0, 4), min_size=12, max_size=12))
def test_samples_and_times_come_back_in_request_order(order: list[int], deltas: list[int]) -> None:
    """In whatever order requests end, each keeps its own times of deltas and frames."""
    recorder = Recorder()
    for number in order:
        recorder.add_times(
            deltas_ns=range(100 * number, 100 * number + deltas[number]),
            frames_ns=range(50 * number, 50 * number + 2 * deltas[number]),
        )
        recorder.add(a_sample(number, deltas[number]))

    samples, times_ns, frames_ns = recorder.samples()
    assert len(recorder) == 12
    assert samples == tuple(a_sample(number, deltas[number]) for number in range(12))
    assert times_ns.tolist() == [
        100 * number + index for number in range(12) for index in range(deltas[number])
    ]
    assert frames_ns.tolist() == [
        50 * number + index for number in range(12) for index in range(2 * deltas[number])
    ]
