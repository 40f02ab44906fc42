"""What a log shows while blocks are measured."""

from io import StringIO

from perf.model.units import s_to_ns
from perf.pipeline.progress import Lines, Silent, listener


class _Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        return self.now_ns


def test_a_log_has_a_line_a_block_and_a_heartbeat() -> None:
    """Steps of one block are one line; after half a minute of silence the log says what is waited for."""
    clock, stream = _Clock(), StringIO()
    lines = Lines(stream, clock_ns=clock)
    lines.block(1, at_most=24, doing="sequential")
    lines.beat()
    clock.now_ns = s_to_ns(10)
    lines.block(1, at_most=24, doing="keys")
    clock.now_ns = s_to_ns(31)
    lines.beat()
    lines.beat()
    lines.block(2, at_most=24, doing="sequential")
    lines.close()

    assert stream.getvalue().splitlines() == [
        "perfgate [  0.0 s] block 1 of at most 24: sequential",
        "perfgate [ 31.0 s] block 1 of at most 24: keys, for 21 s now",
        "perfgate [ 31.0 s] block 2 of at most 24: sequential",
    ]


def test_a_log_tells_how_far_a_long_slice_has_come() -> None:
    """That is a line of its own; the heartbeat goes on counting from the start of the slice."""
    clock, stream = _Clock(), StringIO()
    lines = Lines(stream, clock_ns=clock)
    lines.block(0, at_most=24, doing="mix, candidate")
    clock.now_ns = s_to_ns(60)
    lines.block(0, at_most=24, doing="mix, candidate: 60 s of 2 min, 60 s left")
    clock.now_ns = s_to_ns(90)
    lines.beat()
    lines.close()

    assert stream.getvalue().splitlines() == [
        "perfgate [  0.0 s] mix, candidate",
        "perfgate [ 60.0 s] mix, candidate: 60 s of 2 min, 60 s left",
        "perfgate [ 90.0 s] mix, candidate, for 90 s now",
    ]


def test_quiet_is_silent_and_a_file_gets_lines() -> None:
    """A bar is for terminals only."""
    assert isinstance(listener(StringIO(), quiet=True, colour=False), Silent)
    assert isinstance(listener(StringIO(), quiet=False, colour=False), Lines)
