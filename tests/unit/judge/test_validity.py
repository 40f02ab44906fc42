"""Proof of passage and fitness of the rig."""

from dataclasses import replace

import pytest

from perf.judge.validity import passage_problems, problems_of, rig_lag, rig_load
from perf.model.load import Outcome, Phase
from perf.model.scenario import Ask
from perf.model.slices import SliceRecord
from perf.model.units import ms_to_ns
from perf.model.upstream import Arrival
from tests.unit.judge.setting import POLICY, a_sample, a_scenario_part, a_slice, an_arrival

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

    assert len(problems) == 1
    assert problems[0] == (
        "the rig was the bottleneck: the engine used 90% and the upstream 5% of a core, on 1 core(s) in all; "
        "the limit is 90%"
    )


@pytest.mark.parametrize(("engine_cpu_ns", "upstream_cpu_ns"), [(99_000, 5_000), (5_000, 99_000)])
def test_one_half_of_the_rig_at_its_limit_is_the_bottleneck(engine_cpu_ns: int, upstream_cpu_ns: int) -> None:
    """Engine and upstream work on one core each: one that is idle does not help the other."""
    record = replace(
        a_slice(_SAMPLES, _ARRIVALS, engine_cpu_ns=engine_cpu_ns),
        upstream_cpu_ns=upstream_cpu_ns,
        rig_cores=2,
    )

    assert rig_load(record) == pytest.approx(0.99)
    assert "the rig was the bottleneck" in problems_of(record, policy=POLICY)[0]


def test_warm_up_does_not_thin_out_the_lag() -> None:
    """Requests of the warm-up follow no schedule, so none of them can be late."""
    warm = [a_sample(number, phase=Phase.WARM_UP) for number in range(8)]
    steady = [a_sample(number) for number in range(8, 10)]

    assert rig_lag(a_slice([*warm, *steady], [], lagging_sends=1)) == 0.5


def _converted(arrivals: list[Arrival]) -> SliceRecord:
    part = replace(a_scenario_part(), ask=Ask.CHAT_CONVERTED)
    return replace(a_slice(_SAMPLES, arrivals, part=part), suited=("anthropic-0",))


def test_a_converted_request_goes_to_the_other_provider_in_its_dialect() -> None:
    """A gateway that converts asks an Anthropic instance for Messages, under whatever prefix."""
    arrivals = [an_arrival(number, instance="anthropic-0", path="/x/v1/messages") for number in range(3)]

    assert problems_of(_converted(arrivals), policy=POLICY) == ()


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param({"path": "/v1/messages"}, id="instance-of-the-same-provider"),
        pytest.param({"instance": "anthropic-0"}, id="not-converted"),
        pytest.param({}, id="neither"),
    ],
)
def test_a_request_that_was_not_converted_proves_nothing(elsewhere: dict[str, str]) -> None:
    """Whoever passes on what it was to convert has not done what is measured, however good the answer."""
    good = [an_arrival(number, instance="anthropic-0", path="/v1/messages") for number in range(2)]
    problems = problems_of(_converted([*good, an_arrival(2, **elsewhere)]), policy=POLICY)

    assert problems == passage_problems(_converted([*good, an_arrival(2, **elsewhere)]))
    assert problems[0].startswith(
        "1 of 3 requests for chat-converted were answered by another kind of provider"
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


def test_a_rig_that_is_late_each_time_is_the_bottleneck() -> None:
    """No request is so late that it counts, and yet all latencies are those of the rig; not at saturation."""
    record = a_slice(_SAMPLES, _ARRIVALS)
    on_time, late = (
        replace(record, recording=replace(record.recording, median_lag_ns=ms_to_ns(ms))) for ms in (2, 9)
    )
    saturating = replace(late.step, part=replace(late.step.part, saturating=True))

    assert problems_of(on_time, policy=POLICY) == ()
    assert problems_of(late, policy=POLICY) == (
        "the rig was the bottleneck: it took up half of the requests 9.0 ms late or more, the limit is 2 ms",
    )
    assert problems_of(replace(late, step=saturating), policy=POLICY) == ()


def test_an_empty_slice_is_invalid() -> None:
    """Nothing measured is not nothing wrong."""
    assert problems_of(a_slice([], []), policy=POLICY) == ("nothing was measured",)
