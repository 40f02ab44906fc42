"""Proof of passage and fitness of the rig."""

from dataclasses import replace

import pytest

from perf.judge.validity import problems_of
from perf.model.load import Outcome
from perf.model.upstream import Arrival
from tests.unit.judge.setting import POLICY, a_sample, a_slice, an_arrival

_SAMPLES = [a_sample(number) for number in range(3)]
_ARRIVALS = [an_arrival(number) for number in range(3)]


def test_a_slice_whose_requests_all_arrived_is_valid() -> None:
    """Matching nonces, the gateway's key and an idle rig leave nothing to doubt."""
    assert problems_of(a_slice(_SAMPLES, _ARRIVALS), policy=POLICY) == ()


def test_a_failed_request_need_not_arrive() -> None:
    """A request that the gateway refused proves nothing and disproves nothing."""
    samples = [*_SAMPLES[:2], a_sample(2, outcome=Outcome.SERVER_5XX)]

    assert problems_of(a_slice(samples, _ARRIVALS[:2]), policy=POLICY) == ()


@pytest.mark.parametrize(
    ("arrivals", "words"),
    [
        pytest.param(_ARRIVALS[:2], "never reached an upstream", id="answered-without-arrival"),
        pytest.param([], "3 of 3 answered requests", id="gateway-never-asked"),
        pytest.param([*_ARRIVALS, an_arrival(9, nonce="f" * 20)], "another slice", id="foreign-nonce"),
        pytest.param(
            [*_ARRIVALS[:2], an_arrival(2, credential="Bearer rig")],
            "without passing the gateway",
            id="bypassed",
        ),
    ],
)
def test_a_slice_that_cannot_prove_passage_is_invalid(arrivals: list[Arrival], words: str) -> None:
    """A number counts only if its requests provably went through the gateway."""
    problems = problems_of(a_slice(_SAMPLES, arrivals), policy=POLICY)

    assert len(problems) == 1
    assert words in problems[0]


def test_probes_of_the_gateway_are_no_traffic() -> None:
    """An arrival without a nonce is the gateway's own business."""
    probe = an_arrival(7, nonce="", credential="")

    assert problems_of(a_slice(_SAMPLES, [*_ARRIVALS, probe]), policy=POLICY) == ()


def test_a_slice_without_its_end_is_invalid() -> None:
    """Where requests were left unsent nothing is proven, and the reason says how far it came."""
    record = a_slice(_SAMPLES, _ARRIVALS)
    cut = replace(record, recording=replace(record.recording, unsent=7))

    assert problems_of(cut, policy=POLICY) == (
        "main was cut short: after 0 s the gateway had answered 3 of 10 requests",
    )


def test_a_slice_of_failures_needs_no_end() -> None:
    """A gateway that answers nothing has shown that, whatever was not sent any more."""
    record = a_slice([a_sample(number, outcome=Outcome.FIRST_BYTE_TIMEOUT) for number in range(3)], [])
    cut = replace(record, recording=replace(record.recording, unsent=7))

    assert problems_of(cut, policy=POLICY) == ()


def test_a_rig_without_room_is_the_bottleneck() -> None:
    """90 % of the rig's cores is the limit, and the figures are in the reason."""
    problems = problems_of(a_slice(_SAMPLES, _ARRIVALS, engine_cpu_ns=90_000), policy=POLICY)

    assert problems == (
        "the rig was the bottleneck: engine and upstream used 95% of their 1 core(s), the limit is 90%",
    )


def test_a_rig_behind_its_schedule_is_the_bottleneck() -> None:
    """5 % of requests taken up late are the limit: the rig's lag would count as the gateway's latency."""
    samples = [a_sample(number) for number in range(20)]
    arrivals = [an_arrival(number) for number in range(20)]

    assert problems_of(a_slice(samples, arrivals, lagging_sends=1), policy=POLICY) == ()
    assert problems_of(a_slice(samples, arrivals, lagging_sends=2), policy=POLICY)[0] == (
        "the rig was the bottleneck: it took up 10% of the requests more than 10 ms late, the limit is 5%; "
        "the worst by 40 ms"
    )


def test_an_empty_slice_is_invalid() -> None:
    """Nothing measured is not nothing wrong."""
    assert problems_of(a_slice([], []), policy=POLICY) == ("nothing was measured",)
