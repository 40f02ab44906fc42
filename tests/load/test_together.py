"""Several plans at once, and in alternation."""

from itertools import pairwise

import pytest

from perf.load import LoadError, run_together
from perf.model.load import ClosedLoop, Outcome, Sample
from perf.model.units import ms_to_ns
from tests.load.plans import a_plan, a_template, an_unreadable_template, answer, outcomes
from tests.load.scripted import Pause, ScriptedServer

_LONE = ClosedLoop(connections=1, requests=50)


def _in_order(*recordings: tuple[Sample, ...]) -> list[tuple[int, Sample]]:
    owned = [(owner, sample) for owner, samples in enumerate(recordings) for sample in samples]
    return sorted(owned, key=lambda pair: pair[1].sent_ns)


def test_plans_at_once_each_have_their_own_record(server: ScriptedServer) -> None:
    """Two plans over several connections each are carried out whole, at the same time."""
    server.serve((answer(),))
    plans = [a_plan(server.url, workload=ClosedLoop(connections=4, requests=count)) for count in (100, 60)]
    one, other = run_together(plans)

    assert outcomes(one.samples) == {Outcome.OK: 100}
    assert outcomes(other.samples) == {Outcome.OK: 60}
    assert one.started_ns < other.ended_ns
    assert other.started_ns < one.ended_ns


def test_alternating_requests_never_overlap(server: ScriptedServer) -> None:
    """In turns: no request is sent before the last one of the other plan is complete."""
    server.serve((answer(),))
    one, other = run_together([a_plan(server.url, workload=_LONE)] * 2, alternating=True)
    sent = _in_order(one.samples, other.samples)

    assert len(sent) == 100
    assert all(before.last_byte_ns <= after.sent_ns for (_, before), (_, after) in pairwise(sent))
    assert all(first != second for (first, _), (second, _) in pairwise(sent))


def test_only_lone_connections_can_alternate(server: ScriptedServer) -> None:
    """Two connections of one plan would delay each other whatever the other plan does."""
    plan = a_plan(server.url, workload=ClosedLoop(connections=2, requests=10))

    with pytest.raises(LoadError, match="one connection"):
        run_together([plan, plan], alternating=True)


def test_a_defect_in_one_plan_ends_all(server: ScriptedServer) -> None:
    """Also when the other plan has already come to its end: nothing waits for what will not come."""
    server.serve((answer(),), (Pause(ns=ms_to_ns(200)), answer()))
    defective = a_plan(
        server.url,
        templates=(a_template(), an_unreadable_template()),
        workload=ClosedLoop(connections=1, requests=2),
    )
    with pytest.raises(AssertionError, match="a dialect of nobody's"):
        run_together([defective, a_plan(server.url)])
