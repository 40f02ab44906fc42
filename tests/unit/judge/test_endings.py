"""What counts as a silent cut, a failure's time, and an abort that the upstream saw."""

from dataclasses import replace

import pytest

from perf.judge.compare import series_of
from perf.judge.criteria import judge_criteria
from perf.judge.endings import (
    abort_seen_ratio,
    abort_times_ns,
    cut_end_ratio,
    failed_e2e_ns,
    silent_cut_ratio,
    uncut_success,
)
from perf.judge.pool import Pool
from perf.judge.summarise import summarise
from perf.model import metric as m
from perf.model.load import Outcome, Phase
from perf.model.metric import Metric
from perf.model.policy import DEFAULT_POLICY
from perf.model.upstream import FaultKind
from perf.model.verdict import Decision
from perf.scenarios.stream_faults import STREAM_FAULTS
from tests.factories import a_block
from tests.unit.judge.setting import a_sample, a_slice, an_arrival

_CUT = (FaultKind.FIN,)
_CUTTING = next(part for part in STREAM_FAULTS.parts if part.name == "cut")


@pytest.mark.parametrize(
    ("changes", "silent"),
    [
        pytest.param({"outcome": Outcome.TRUNCATED_STREAM}, 1.0, id="ended-without-finish"),
        pytest.param({"outcome": Outcome.WRONG_CONTENT}, 1.0, id="ended-with-half-the-text"),
        pytest.param({"outcome": Outcome.STREAM_ERROR}, 0.0, id="error-event"),
        pytest.param({"outcome": Outcome.TRUNCATED_STREAM, "last_byte_ns": 0}, 0.0, id="connection-cut"),
        pytest.param({"outcome": Outcome.SERVER_5XX}, 0.0, id="error-status"),
        pytest.param({"outcome": Outcome.OK}, 0.0, id="made-good-by-a-retry"),
    ],
)
def test_a_cut_is_silent_if_the_client_cannot_tell(changes: dict[str, int], silent: float) -> None:
    """Only a message that comes to its proper end without the whole text deceives."""
    record = a_slice([a_sample(0, **changes)], [an_arrival(0, faults=_CUT)])

    assert silent_cut_ratio(Pool([record])) == silent


def test_what_was_not_cut_counts_for_nothing() -> None:
    """A wrong answer to an undisturbed request is no cut; without any cut there is no ratio."""
    samples = [a_sample(0, outcome=Outcome.WRONG_CONTENT), a_sample(1, outcome=Outcome.STREAM_ERROR)]
    undisturbed = a_slice(samples[:1], [an_arrival(0)])
    both = a_slice(samples, [an_arrival(0), an_arrival(1, faults=_CUT)])

    assert silent_cut_ratio(Pool([undisturbed])) is None
    assert silent_cut_ratio(Pool([both])) == 0.0


def test_an_answer_after_a_retry_is_that_of_the_last_attempt() -> None:
    """A request whose first attempt was cut and whose second was not was not cut in the end."""
    arrivals = [an_arrival(0, faults=_CUT), an_arrival(0, instance="openai-1")]

    assert silent_cut_ratio(Pool([a_slice([a_sample(0)], arrivals)])) is None


@pytest.mark.parametrize(
    ("outcome", "success"),
    [
        pytest.param(Outcome.OK, 1.0, id="all-well"),
        pytest.param(Outcome.SERVER_5XX, 0.0, id="refused"),
        pytest.param(Outcome.TOTAL_TIMEOUT, 0.0, id="hung"),
    ],
)
def test_a_cut_stream_excuses_no_other(outcome: Outcome, success: float) -> None:
    """What the upstream answered whole, or was never asked, must succeed beside what it cut."""
    samples = [a_sample(0, outcome=Outcome.STREAM_ERROR), *(a_sample(n, outcome=outcome) for n in (1, 2))]
    record = a_slice(samples, [an_arrival(0, faults=_CUT), an_arrival(1)])

    assert uncut_success(Pool([record])) == success
    assert uncut_success(Pool([a_slice(samples, [an_arrival(1)])])) is None


@pytest.mark.parametrize(
    ("outcome", "ended"),
    [
        pytest.param(Outcome.TOTAL_TIMEOUT, 0.5, id="hung"),
        pytest.param(Outcome.FIRST_BYTE_TIMEOUT, 0.5, id="held-back"),
        pytest.param(Outcome.RESET, 1.0, id="reset"),
        pytest.param(Outcome.STREAM_ERROR, 1.0, id="error-event"),
    ],
)
def test_a_cut_stream_that_hangs_has_no_end(outcome: Outcome, ended: float) -> None:
    """One of two ended with an error event; of the third, which was not cut, nothing is said."""
    samples = [a_sample(0, outcome=outcome), a_sample(1, outcome=Outcome.STREAM_ERROR), a_sample(2)]
    arrivals = [an_arrival(0, faults=_CUT), an_arrival(1, faults=_CUT), an_arrival(2)]

    assert cut_end_ratio(Pool([a_slice(samples, arrivals)])) == ended
    assert cut_end_ratio(Pool([a_slice(samples[2:], arrivals[2:])])) is None


def test_a_gateway_that_passes_nothing_on_has_no_success() -> None:
    """Nothing arrived, and so nothing was cut: where something was to be, that is no excuse."""
    samples = [a_sample(number, outcome=Outcome.SERVER_5XX) for number in range(2)]

    assert uncut_success(Pool([a_slice(samples, [], part=_CUTTING)])) == 0.0


@pytest.mark.parametrize("part", ["cut", "cut-converted"])
@pytest.mark.parametrize(
    ("uncut", "cut", "missed"),
    [
        pytest.param(Outcome.OK, Outcome.STREAM_ERROR, set(), id="faithful"),
        pytest.param(Outcome.OK, Outcome.TOTAL_TIMEOUT, {m.CUT_END_RATIO}, id="cut-streams-hang"),
        pytest.param(Outcome.TOTAL_TIMEOUT, Outcome.STREAM_ERROR, {m.UNCUT_SUCCESS}, id="others-hang"),
        pytest.param(Outcome.SERVER_5XX, Outcome.SERVER_5XX, {m.UNCUT_SUCCESS}, id="all-fail"),
    ],
)
def test_scenario_9_misses_what_hangs_or_fails(
    part: str, uncut: Outcome, cut: Outcome, missed: set[Metric]
) -> None:
    """Every fifth stream was cut; none of this ends as if it were whole."""
    samples = [a_sample(number, outcome=uncut if number % 5 else cut) for number in range(100)]
    arrivals = [an_arrival(number, faults=() if number % 5 else _CUT) for number in range(100)]
    (own,) = (each for each in STREAM_FAULTS.parts if each.name == part)
    record = a_slice(samples, arrivals, part=own)
    record = replace(record, step=replace(record.step, scenario=STREAM_FAULTS.name))
    blocks = [a_block(number=0, parts=summarise([record], policy=DEFAULT_POLICY))]
    findings = judge_criteria(
        [STREAM_FAULTS.only([own])], all_series=series_of(blocks), blocks=blocks, policy=DEFAULT_POLICY
    )

    assert {each.key.metric for each in findings if each.decision is Decision.MISSED} == {
        metric.name for metric in missed
    }


def test_failures_have_times_of_their_own() -> None:
    """Answered, cut off or given up, each counts for as long as it was waited for; a success does not."""
    samples = [
        a_sample(0),
        a_sample(1, outcome=Outcome.SERVER_5XX),
        a_sample(2, outcome=Outcome.RESET, last_byte_ns=0),
        a_sample(3, outcome=Outcome.TOTAL_TIMEOUT, last_byte_ns=0, ended_ns=90_000),
        a_sample(4, outcome=Outcome.ABORTED_BY_PLAN, last_byte_ns=0),
    ]

    assert failed_e2e_ns(Pool([a_slice(samples, [])])) == (1_000, 1_000, 50_000)


def test_an_abort_counts_if_the_upstream_had_the_request() -> None:
    """Of three requests that the client left, one never arrived; one of the others was seen left."""
    left = [a_sample(number, outcome=Outcome.ABORTED_BY_PLAN, last_byte_ns=0) for number in range(3)]
    arrivals = [an_arrival(0, client_aborted=True), an_arrival(1)]

    assert abort_seen_ratio(Pool([a_slice(left, arrivals)])) == 0.5


def test_aborts_of_the_warm_up_and_successes_count_for_nothing() -> None:
    """No request that is judged was left: there is no ratio."""
    samples = [a_sample(0, outcome=Outcome.ABORTED_BY_PLAN, phase=Phase.WARM_UP), a_sample(1)]

    assert abort_seen_ratio(Pool([a_slice(samples, [an_arrival(0), an_arrival(1)])])) is None


def test_the_time_of_an_abort_counts_from_the_last_delta() -> None:
    """Left at the second delta, at 20,700; the upstream saw it at 20,750. Other deltas are of no matter."""
    samples = [
        a_sample(0, deltas=1, first_content_ns=10_500),
        a_sample(1, deltas=2, first_content_ns=20_600, outcome=Outcome.ABORTED_BY_PLAN, last_byte_ns=0),
        a_sample(2, outcome=Outcome.ABORTED_BY_PLAN, last_byte_ns=0),
    ]
    arrivals = [
        an_arrival(0),
        an_arrival(1, client_aborted=True, last_byte_ns=20_750),
        an_arrival(2, client_aborted=True, last_byte_ns=30_900),
    ]
    record = a_slice(samples, arrivals, delta_times_ns=[10_500, 20_600, 20_700])

    assert abort_times_ns(Pool([record])) == (50, 900)
