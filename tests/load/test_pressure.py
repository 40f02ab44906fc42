"""Clients that are hard on connections: they close them at a rate, or read slowly."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from perf.load import run
from perf.model.load import ClosedLoop, LoadPlan, Outcome, SlowReader
from perf.model.units import NS_PER_S, ms_to_ns
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import expected_text, script
from tests.load.plans import a_plan, a_template, outcomes

LONG = script(tokens=2_000)
READER = SlowReader(bytes_per_second=2_000_000, buffer_bytes=8_192)


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamProcess]:
    """A mock of a process of its own."""
    with UpstreamProcess.start(["a"], cpus=None) as process:
        yield process


def a_model_request(plan: LoadPlan, *, text: str, stream: bool) -> LoadPlan:
    """The plan with bodies that the mock understands."""
    chat = a_template(stream=stream, text=text)
    head = b'{"model":"m","stream":%s,' % (b"true" if stream else b"false")
    return replace(plan, templates=(replace(chat, body_prefix=head + chat.body_prefix[1:]),))


def test_connections_churn_at_the_rate(upstream: UpstreamProcess) -> None:
    """100 closings a second make 100 new connections a second, and no request fails by it."""
    upstream.script("a", script(delay=ms_to_ns(2)))
    plan = a_plan(upstream.urls["a"], workload=ClosedLoop(connections=4, requests=400))
    churning = replace(
        a_model_request(plan, text=expected_text(script()), stream=False), churn_per_second=100.0
    )
    recording = run(churning)

    seconds = (recording.ended_ns - recording.started_ns) / NS_PER_S
    assert outcomes(recording.samples) == {Outcome.OK: 400}
    assert abs(recording.connections_opened - 4 - 100 * seconds) <= 0.1 * 100 * seconds + 4


def test_a_slow_reader_holds_the_sender_up(upstream: UpstreamProcess) -> None:
    """A coalesced stream is read no faster than planned, whole and byte for byte."""
    upstream.script("a", LONG)
    plan = a_plan(upstream.urls["a"], workload=ClosedLoop(connections=2, requests=2))
    slow = replace(a_model_request(plan, text=expected_text(LONG), stream=True), slow_reader=READER)
    recording = run(slow)

    assert outcomes(recording.samples) == {Outcome.OK: 2}
    for sample in recording.samples:
        least_ns = (sample.bytes_in - 262_144) * NS_PER_S // READER.bytes_per_second
        assert sample.last_byte_ns - sample.first_byte_ns >= least_ns > 0
