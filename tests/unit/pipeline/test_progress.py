"""What a log shows while blocks are measured."""

from io import StringIO
from threading import Thread

from rich.console import Console

from perf.model.units import ns_to_s, s_to_ns
from perf.pipeline.progress import Bar, Lines, Silent, listener


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
    """Where that is known, the heartbeat says it instead of the bare time."""
    clock, stream = _Clock(), StringIO()
    lines = Lines(stream, clock_ns=clock)
    clock.now_ns = s_to_ns(5)
    lines.block(0, at_most=24, doing="mix, candidate", how_far=lambda ns: f"{ns_to_s(ns):.0f} s of 2 min")
    clock.now_ns = s_to_ns(65)
    lines.beat()
    lines.say("something else")
    clock.now_ns = s_to_ns(95)
    lines.beat()
    lines.close()

    assert stream.getvalue().splitlines() == [
        "perfgate [  5.0 s] mix, candidate",
        "perfgate [ 65.0 s] mix, candidate: 60 s of 2 min",
        "perfgate [ 65.0 s] something else",
        "perfgate [ 95.0 s] something else, for 30 s now",
    ]


def test_a_bar_tells_how_far_a_long_slice_has_come() -> None:
    """It stands still while a short slice is measured, and is drawn anew beside one that says more."""
    clock, stream = _Clock(), StringIO()
    bar = Bar(Console(file=stream, force_terminal=True, width=120), clock_ns=clock)
    bar.block(0, at_most=24, doing="short")
    clock.now_ns = s_to_ns(60)
    bar.beat()
    bar.block(0, at_most=24, doing="mix", how_far=lambda ns: f"{ns_to_s(ns):.0f} s of 2 min")
    clock.now_ns = s_to_ns(89)
    bar.beat()
    clock.now_ns = s_to_ns(90)
    bar.beat()
    bar.close()

    drawn = stream.getvalue()
    assert "mix: 30 s of 2 min" in drawn
    assert "short:" not in drawn
    assert "29 s" not in drawn


def test_a_bar_is_drawn_by_one_thread_at_a_time() -> None:
    """A slice that begins while the heartbeat draws the last one is what stands there in the end."""
    clock, stream = _Clock(), StringIO()
    bar = Bar(Console(file=stream, force_terminal=True, width=120), clock_ns=clock)
    begins = Thread(target=bar.block, args=(1,), kwargs={"at_most": 24, "doing": "the next"})

    def how_far(_: int) -> str:
        begins.start()
        begins.join(timeout=0.2)
        return "far"

    bar.block(0, at_most=24, doing="mix", how_far=how_far)
    clock.now_ns = s_to_ns(60)
    bar.beat()
    begins.join()
    bar.close()

    drawn = stream.getvalue()
    assert drawn.rindex("mix: far") < drawn.rindex("the next")


def test_quiet_is_silent_and_a_file_gets_lines() -> None:
    """A bar is for terminals only."""
    assert isinstance(listener(StringIO(), quiet=True, colour=False), Silent)
    assert isinstance(listener(StringIO(), quiet=False, colour=False), Lines)
