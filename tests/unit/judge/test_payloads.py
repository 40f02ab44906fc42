"""Prompts that arrive, token counts that agree, and small requests beside large ones."""

from dataclasses import replace

from perf.judge.payloads import model_ratio, prompt_ratio, small_e2e_ns, usage_ratio
from perf.judge.pool import Pool
from perf.model.load import Outcome
from perf.model.scenario import Prompt
from tests.unit.judge.setting import a_sample, a_scenario_part, a_slice, an_arrival

_SIZES = (Prompt(text_bytes=0), Prompt(text_bytes=100_000))


def test_token_counts_are_a_share_of_the_right_texts() -> None:
    """One of three right texts has wrong counts; an answer with a wrong text says nothing of counts."""
    part = replace(a_scenario_part(), checks_usage=True)
    outcomes = (Outcome.OK, Outcome.OK, Outcome.WRONG_USAGE, Outcome.WRONG_CONTENT)
    samples = [a_sample(number, outcome=outcome) for number, outcome in enumerate(outcomes)]

    assert usage_ratio(Pool([a_slice(samples, [], part=part)])) == 2 / 3
    assert usage_ratio(Pool([a_slice(samples, [])])) is None


def test_a_changed_prompt_shows() -> None:
    """Template 1 is long: of its two requests one arrived otherwise; template 0 is not looked at."""
    samples = [a_sample(number, template=number % 2) for number in range(4)]
    arrivals = [
        an_arrival(0, prompt_digest=""),
        an_arrival(1, prompt_digest="aa"),
        an_arrival(2, prompt_digest="cc"),
        an_arrival(3, prompt_digest=""),
    ]
    record = replace(a_slice(samples, arrivals), prompt_digests=("", "aa"))

    assert prompt_ratio(Pool([record])) == 0.5
    assert prompt_ratio(Pool([a_slice(samples, arrivals)])) is None


def test_a_request_that_arrives_for_another_model_shows() -> None:
    """One of three went astray; where only one model is configured, its name is the gateway's affair."""
    samples = [a_sample(number, template=number % 2) for number in range(3)]
    arrivals = [an_arrival(number, model=model) for number, model in enumerate("aba")]
    astray = [*arrivals[:2], arrivals[2]._replace(model="b")]

    assert model_ratio(Pool([replace(a_slice(samples, arrivals), models=("a", "b"))])) == 1
    assert model_ratio(Pool([replace(a_slice(samples, astray), models=("a", "b"))])) == 2 / 3
    assert model_ratio(Pool([a_slice(samples, arrivals)])) is None


def test_small_requests_are_those_with_the_smallest_prompt() -> None:
    """Every second prompt is large, and slow; with a single size there is no small one."""
    part = replace(a_scenario_part(), prompts=_SIZES)
    samples = [
        a_sample(number, template=number % 2, last_byte_ns=10_000 * (number + 1) + 1_000 * (number % 2 + 1))
        for number in range(4)
    ]

    assert small_e2e_ns(Pool([a_slice(samples, [], part=part)])) == (1_000, 1_000)
    assert small_e2e_ns(Pool([a_slice(samples, [], part=replace(part, prompts=_SIZES[:1]))])) == ()


def test_a_request_with_an_image_is_no_small_one() -> None:
    """However little text it has: whoever fetches the image must wait."""
    part = replace(a_scenario_part(), prompts=(Prompt(text_bytes=0, image_ns=1), Prompt(text_bytes=9)))
    samples = [a_sample(number, template=number % 2) for number in range(4)]
    of_text = [sample.last_byte_ns - sample.intended_ns for sample in samples[1::2]]

    assert small_e2e_ns(Pool([a_slice(samples, [], part=part)])) == tuple(sorted(of_text))
