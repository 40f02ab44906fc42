"""What a run concludes, and that not knowing is never success."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.judge.verdict import conclude
from perf.model import metric as m
from perf.model.baseline import Baseline
from perf.model.metric import Direction, Unit
from perf.model.run import Run
from perf.model.verdict import CautionKind, Decision, Finding, State, Verdict
from tests.factories import a_baseline, a_record, an_entry, an_environment
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


def _conclude(run: Run, *, baseline: Baseline | None = None) -> Verdict:
    return conclude(run, scenarios=_SCENARIOS, baseline=baseline, policy=POLICY)


def _gate(verdict: Verdict) -> Finding:
    return next(finding for finding in verdict.findings if finding.key == KEY and finding.change is not None)


@pytest.mark.parametrize("blocks", POLICY.looks)
def test_a_large_slowdown_fails_at_any_look(blocks: int) -> None:
    """+20 % at 2 % noise is a regression as soon as anything may be concluded."""
    verdict = _conclude(paired_run(noisy_pairs(blocks, change=0.20)))

    assert verdict.state is State.FAILED
    assert verdict.settled
    assert _gate(verdict).decision is Decision.REGRESSED


def test_an_unchanged_build_passes() -> None:
    """No change at 2 % noise is proven to be within 5 % after sixteen blocks."""
    verdict = _conclude(paired_run(noisy_pairs(16, change=0.0)))

    assert verdict.state is State.PASSED
    assert _gate(verdict).decision is Decision.EQUIVALENT


@settings(max_examples=15)
@given(pairs=st.lists(st.tuples(st.floats(1e3, 1e9), st.floats(1e3, 1e9)), min_size=6, max_size=16))
def test_swapping_the_arms_flips_the_sign(pairs: list[tuple[float, float]]) -> None:
    """What is slower from one side is faster from the other, by the same log ratio."""
    one = _gate(_conclude(paired_run(pairs)))
    other = _gate(_conclude(paired_run([(candidate, base) for base, candidate in pairs])))

    assert one.change is not None
    assert other.change is not None
    assert (1 + one.change) * (1 + other.change) == pytest.approx(1.0)


@given(values=st.lists(st.floats(1e3, 1e9), min_size=6, max_size=16))
def test_a_run_compared_with_itself_is_no_change(values: list[float]) -> None:
    """Equal values on both sides are never worse, whatever they are."""
    finding = _gate(_conclude(paired_run([(value, value) for value in values])))

    assert finding.decision is Decision.EQUIVALENT
    assert finding.change == 0.0


def test_judging_is_reproducible() -> None:
    """The same blocks give the same verdict, bit for bit."""
    run = paired_run(noisy_pairs(10, change=0.03))

    assert _conclude(run) == _conclude(run)


def test_too_few_blocks_are_inconclusive() -> None:
    """Five blocks prove nothing when the policy asks for six, however clear they look."""
    verdict = _conclude(paired_run(noisy_pairs(5, change=0.50)))

    assert verdict.state is State.INCONCLUSIVE
    assert not verdict.settled
    assert "6 are needed" in _gate(verdict).text


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(paired_run([]), id="no-block"),
        pytest.param(lone_run([500_000.0] * 6), id="no-base-and-no-baseline"),
        pytest.param(paired_run([(0.0, 0.0)] * 6), id="only-zeros"),
    ],
)
def test_nothing_compared_is_no_result(run: Run) -> None:
    """Nought regressions are a pass only if somebody looked."""
    assert _conclude(run).state is State.NO_RESULT


def test_a_number_of_the_contract_that_was_not_measured_fails() -> None:
    """A benchmark that never ran does not pass."""
    baseline = a_baseline(entries=(an_entry(), an_entry(metric=m.QPS)))
    verdict = _conclude(paired_run(noisy_pairs(16, change=0.0)), baseline=baseline)
    missing = [finding for finding in verdict.findings if finding.decision is Decision.MISSING]

    assert verdict.state is State.FAILED
    assert [finding.key.metric for finding in missing] == ["qps"]


def test_a_changed_unit_fails() -> None:
    """A baseline in other units is not compared as if nothing had happened."""
    entry = replace(an_entry(), unit=Unit.BYTES)
    verdict = _conclude(paired_run(noisy_pairs(16, change=0.0)), baseline=a_baseline(entries=(entry,)))

    assert verdict.state is State.FAILED
    assert Decision.CHANGED_UNIT in {finding.decision for finding in verdict.findings}


def test_a_turned_direction_fails() -> None:
    """Faster must not become slower by a change of direction."""
    entry = replace(an_entry(), direction=Direction.HIGHER_IS_BETTER)
    verdict = _conclude(paired_run(noisy_pairs(16, change=0.0)), baseline=a_baseline(entries=(entry,)))

    assert verdict.state is State.FAILED


def test_a_collapse_is_no_pass() -> None:
    """A measurement that falls to 3 % of its base did not do the work."""
    verdict = _conclude(paired_run(noisy_pairs(16, change=-0.97)))

    assert verdict.state is State.NO_RESULT
    assert _gate(verdict).decision is Decision.COLLAPSED


def test_a_real_improvement_passes() -> None:
    """40 % faster, with every request proven, is good news."""
    verdict = _conclude(paired_run(noisy_pairs(16, change=-0.40)))

    assert verdict.state is State.PASSED
    assert _gate(verdict).decision is Decision.IMPROVED


def test_a_missed_criterion_fails_whatever_the_baseline_did() -> None:
    """A success ratio of 90 % fails a demand of 99 %."""
    verdict = _conclude(paired_run(noisy_pairs(16, change=0.0), success=0.90))

    assert verdict.state is State.FAILED
    assert Decision.MISSED in {finding.decision for finding in verdict.findings}


def test_a_same_build_that_looks_worse_is_noise() -> None:
    """The same artefact on both sides cannot be a regression; the machine is blamed."""
    verdict = _conclude(paired_run(noisy_pairs(16, change=0.20), same_build=True))

    assert verdict.state is State.PASSED
    assert {CautionKind.SAME_BUILD, CautionKind.NOISE} <= {caution.kind for caution in verdict.cautions}


def test_a_same_build_leaves_nothing_open() -> None:
    """However wide the interval: no change is possible, so the first look settles it."""
    verdict = _conclude(paired_run(noisy_pairs(6, change=0.0, sd=0.2), same_build=True))

    assert verdict.state is State.PASSED
    assert verdict.settled
    assert "no change is possible" in _gate(verdict).text


def test_too_many_invalid_blocks_are_no_result() -> None:
    """With a third of the blocks unproven, the rest is not believed either."""
    run = paired_run(noisy_pairs(16, change=0.0))
    spoilt = tuple(
        with_problem(block, "never reached an upstream") if block.number % 3 == 0 else block
        for block in run.blocks
    )
    verdict = _conclude(replace(run, blocks=spoilt))

    assert verdict.state is State.NO_RESULT
    assert "never reached an upstream" in _gate(verdict).text


class TestStoredNumbers:
    """Committed baselines decide alone where there is no base build."""

    _BASELINE = a_baseline(
        entries=(
            an_entry(),
            an_entry(metric=m.SUCCESS_RATIO, values=(1.0,) * 5),
        )
    )

    def test_a_doubled_latency_fails(self) -> None:
        """A factor of two is beyond what stored numbers drift."""
        verdict = _conclude(lone_run([1_600_000.0 + n for n in range(16)]), baseline=self._BASELINE)

        assert verdict.state is State.FAILED

    def test_a_small_change_cannot_be_told_from_drift(self) -> None:
        """8 % against a stored number is within what the same build shows on another day."""
        verdict = _conclude(lone_run([875_000.0 + n for n in range(16)]), baseline=self._BASELINE)

        assert verdict.state is State.PASSED
        assert CautionKind.NO_BASE in {caution.kind for caution in verdict.cautions}

    def test_the_committed_median_stands_as_the_baseline(self) -> None:
        """Whoever reads the table sees what the candidate was compared with."""
        verdict = _conclude(lone_run([812_000.0 + n for n in range(16)]), baseline=self._BASELINE)

        assert _gate(verdict).baseline == 811_204.0

    def test_another_machine_is_said(self) -> None:
        """A baseline from another CPU is a rough guide, and the reader is told."""
        baseline = a_baseline(machines=(a_record(environment=an_environment(cpu_model="another")),))
        verdict = _conclude(lone_run([812_000.0 + n for n in range(16)]), baseline=baseline)

        assert CautionKind.OTHER_MACHINE in {caution.kind for caution in verdict.cautions}
