"""The words between an upstream process and its handle."""

from hypothesis import given, settings
from hypothesis import strategies as st

from perf.model.upstream import (
    ConstantDelay,
    Down,
    Fault,
    FaultKind,
    LogNormalDelay,
    NormalDelay,
    RecordedDelay,
    TimelineStep,
    TokenUsage,
    UpstreamScript,
)
from perf.upstream import control

COUNTS = st.integers(0, 2**40)
DELAYS = st.one_of(
    st.builds(ConstantDelay, delay_ns=COUNTS),
    st.builds(NormalDelay, mean_ns=COUNTS, sd_ns=COUNTS),
    st.builds(LogNormalDelay, median_ns=COUNTS, sigma=st.floats(0, 3)),
    st.builds(RecordedDelay, delays_ns=st.lists(COUNTS, max_size=3).map(tuple)),
)
FAULTS = st.builds(
    Fault,
    kind=st.sampled_from(FaultKind),
    ratio=st.floats(0, 1),
    status=COUNTS,
    after_frames=COUNTS,
    after_bytes=COUNTS,
    pause_ns=COUNTS,
    retry_after=st.text(max_size=5),
    retry_after_ms=st.text(max_size=5),
)
SCRIPTS = st.builds(
    UpstreamScript,
    first_delay=DELAYS,
    interval_ns=COUNTS,
    tokens=st.lists(st.text(max_size=5), max_size=4).map(tuple),
    usage=st.builds(
        TokenUsage,
        input_tokens=COUNTS,
        output_tokens=COUNTS,
        cache_creation_tokens=COUNTS,
        cache_read_tokens=COUNTS,
    ),
    faults=st.lists(FAULTS, max_size=3).map(tuple),
    tool_arguments=st.text(max_size=5),
    seed=st.integers(-(2**60), 2**60),
)
STEPS = st.builds(TimelineStep, instance=st.text(max_size=5), at_ns=COUNTS, state=SCRIPTS | st.builds(Down))


@settings(max_examples=50)
@given(steps=st.lists(STEPS, max_size=3))
def test_steps_arrive_as_they_were_sent(steps: list[TimelineStep]) -> None:
    """Every script, delay and fault survives the way to the process."""
    message = control.encode(control.Follow(steps=tuple(control.step_words(step) for step in steps)))

    (size,) = control.PREFIX.unpack(message[: control.PREFIX.size])
    command = control.decode_command(message[control.PREFIX.size :])
    assert size == len(message) - control.PREFIX.size
    assert isinstance(command, control.Follow)
    assert [control.step_of(step) for step in command.steps] == steps
