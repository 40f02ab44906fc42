"""`perfgate explain`: the words follow the verdict."""

from dataclasses import replace

import pytest

from perf.judge.explain import explain
from perf.judge.verdict import conclude
from perf.model import metric as m
from perf.model.run import Run
from perf.model.verdict import Decision
from perf.report.explanation import explained
from tests.factories import a_baseline
from tests.unit.judge.setting import (
    KEY,
    POLICY,
    a_scenario,
    lone_run,
    noisy_pairs,
    paired_run,
    success_criterion,
    with_problem,
)

_SCENARIOS = (a_scenario(criteria=(success_criterion(),)),)


def _words(run: Run, *, baseline: bool = False) -> str:
    committed = a_baseline() if baseline else None
    found = explain(run, [KEY], scenarios=_SCENARIOS, baseline=committed, policy=POLICY)
    return "\n".join(explained(each) for each in found)


@pytest.mark.parametrize(
    ("change", "sd", "blocks", "decision", "says"),
    [
        pytest.param(0.2, 0.02, 10, Decision.REGRESSED, "It would not be red if", id="red"),
        pytest.param(0.0, 0.02, 16, Decision.EQUIVALENT, "would have been red in 95 %", id="green"),
        pytest.param(0.02, 0.001, 16, Decision.SUSPECT, "It would be red beyond 2.5 %", id="suspect"),
        pytest.param(0.0, 0.2, 16, Decision.INCONCLUSIVE, "blocks would decide it", id="undecided"),
        pytest.param(0.1, 0.2, 3, Decision.INCONCLUSIVE, "More blocks have to be measured", id="too few"),
    ],
)
def test_what_would_change_it_is_said(
    change: float, sd: float, blocks: int, decision: Decision, says: str
) -> None:
    """Estimate, level, limit and look, then what it would take for another verdict."""
    run = paired_run(noisy_pairs(blocks, change=change, sd=sd))
    verdict = conclude(run, scenarios=_SCENARIOS, baseline=None, policy=POLICY)
    words = _words(run)

    assert next(each for each in verdict.findings if each.key == KEY).decision is decision
    assert says in words
    assert "the limit is +5 %" in words
    assert f"Look: {blocks} blocks" in words


def test_every_block_is_shown() -> None:
    """Whoever doubts the estimate can do the sum."""
    words = _words(paired_run([(500_000.0, 550_000.0)] * 6))

    assert words.count("+10.0 %") >= 6
    assert "500 µs" in words
    assert "550 µs" in words


def test_invalid_blocks_are_told_with_their_reason() -> None:
    """What was left out is not hidden."""
    run = paired_run(noisy_pairs(16, change=0.0))
    spoilt = tuple(with_problem(block, "never arrived") for block in run.blocks[:6])

    assert "6 blocks were invalid and are left out: never arrived" in _words(
        replace(run, blocks=(*spoilt, *run.blocks[6:]))
    )


def test_a_stored_comparison_names_its_drift() -> None:
    """Against a committed number the level is higher, and the reader sees why."""
    assert "that a stored number drifts by itself" in _words(lone_run([900_000.0] * 16), baseline=True)


def test_a_criterion_is_explained_by_its_target() -> None:
    """It has no test, only a demand."""
    run = paired_run(noisy_pairs(16, change=0.0), success=0.9)
    key = KEY._replace(metric=m.SUCCESS_RATIO.name)
    found = explain(run, [key], scenarios=_SCENARIOS, baseline=None, policy=POLICY)

    assert any("demanded is ≥ 99 %" in explained(each) for each in found)
