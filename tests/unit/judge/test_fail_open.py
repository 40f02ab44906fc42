"""Ways in which gates of other projects passed without looking, each shown not to work here.

Labels that are lost or read by nobody are tested with GitHub's double in tests/github/test_labels.py,
reports of runs that broke off in tests/github/test_publish_nothing.py and tests/unit/commands/test_run.py,
shallow clones and wrong bases in tests/sut/test_source.py.
"""

from dataclasses import replace

import pytest

from perf.commands.output import exit_code
from perf.errors import Exit
from perf.judge.verdict import conclude
from perf.model import metric as m
from perf.model.baseline import Baseline
from perf.model.policy import Policy
from perf.model.run import Arm, Mode, Run, Skip
from perf.model.scenario import Route
from perf.model.verdict import CautionKind, Decision, State, Verdict
from tests.factories import a_baseline, a_block, a_header, a_part, a_record, a_run, an_entry, an_environment
from tests.unit.judge.setting import (
    KEY,
    POLICY,
    a_scenario,
    lone_run,
    noisy_pairs,
    paired_run,
    success_criterion,
)

_SCENARIOS = (a_scenario(criteria=(success_criterion(),)),)
_UNCHANGED = paired_run(noisy_pairs(16, change=0.0))
_NO_PASS = {State.FAILED, State.NO_RESULT}


def _judged(run: Run, *, baseline: Baseline | None = None, policy: Policy = POLICY) -> Verdict:
    return conclude(run, scenarios=_SCENARIOS, baseline=baseline, policy=policy)


def _renamed(run: Run, arm: Arm) -> Run:
    """The run with the part of one arm under another name."""
    blocks = tuple(
        replace(
            block,
            parts=tuple(replace(part, part="renamed") if part.arm is arm else part for part in block.parts),
        )
        for block in run.blocks
    )
    return replace(run, blocks=blocks)


def _without(run: Run, metric: str, *, arm: Arm) -> Run:
    blocks = tuple(
        replace(
            block,
            parts=tuple(
                replace(part, values={name: value for name, value in part.values.items() if name != metric})
                if part.arm is arm
                else part
                for part in block.parts
            ),
        )
        for block in run.blocks
    )
    return replace(run, blocks=blocks)


def test_a_comparison_that_matches_no_line() -> None:
    """Nothing in common is no pass: 473 runs, none caught (luthersystems/elps#309)."""
    assert _judged(_renamed(_UNCHANGED, Arm.CANDIDATE)).state in _NO_PASS


def test_an_empty_intersection_with_the_baseline() -> None:
    """A baseline from before a rename fails, and names what is gone (rjmurillo/moq.analyzers#1310)."""
    baseline = a_baseline(entries=(an_entry(part="before"),))
    verdict = _judged(_UNCHANGED, baseline=baseline)

    assert verdict.state is State.FAILED
    assert {each.key.part for each in verdict.findings if each.decision is Decision.MISSING} == {"before"}


def test_a_window_of_no_runs() -> None:
    """No block, no verdict (softmata/horus#177: "rolling window of 0 run(s)")."""
    verdict = _judged(paired_run([]))

    assert verdict.state in _NO_PASS
    assert exit_code(verdict.state, fail_on_inconclusive=False) is not Exit.PASS


def test_a_noise_floor_exempts_nothing() -> None:
    """However noisy: what is not proven is not green (daintreehq/daintree#10005)."""
    verdict = _judged(paired_run(noisy_pairs(24, change=0.05, sd=0.5)))

    assert verdict.state is State.INCONCLUSIVE
    assert exit_code(verdict.state, fail_on_inconclusive=True) is Exit.INCONCLUSIVE


def test_a_missing_entry_is_not_skipped() -> None:
    """A number that the baseline has and the run has not is red (daintreehq/daintree#10097)."""
    baseline = a_baseline(entries=(an_entry(), an_entry(metric=m.RSS)))

    assert _judged(_UNCHANGED, baseline=baseline).state is State.FAILED


def test_an_arm_that_measured_nothing() -> None:
    """A stub in place of one arm is no comparison (daintreehq/daintree#10097)."""
    lone = paired_run([(500_000.0, 0.0)] * 16)

    assert _judged(lone).state in _NO_PASS


@pytest.mark.parametrize("arm", [Arm.BASELINE, Arm.CANDIDATE])
def test_a_benchmark_that_never_ran(arm: Arm) -> None:
    """It is no pass, whichever side did not run it (MetaMask/metamask-extension#45450)."""
    assert _judged(_without(_UNCHANGED, m.E2E_P50.name, arm=arm)).state in _NO_PASS


def test_a_measurement_that_collapses() -> None:
    """3 % of the baseline is not "ok, worst +0.00 %" (rustic-ai/uni-db#230): a fast failure is no gain."""
    verdict = _judged(paired_run(noisy_pairs(16, change=-0.97)))

    assert verdict.state is State.NO_RESULT
    assert Decision.COLLAPSED in {finding.decision for finding in verdict.findings}


def test_a_first_run_does_not_become_its_own_baseline() -> None:
    """Without base and baseline nothing is known (lodgvideon/poseidon-http-server#103)."""
    assert _judged(lone_run([500_000.0] * 24)).state in _NO_PASS


def test_no_regression_is_a_pass_only_if_somebody_looked() -> None:
    """Criteria of the rig say nothing of the gateway, and no finding nothing at all (ROCm/cvs#310)."""
    nothing = conclude(_UNCHANGED, scenarios=(), baseline=None, policy=POLICY)

    assert nothing.state is State.NO_RESULT


@pytest.mark.parametrize(
    ("mode", "others", "skips", "state"),
    [
        pytest.param(Mode.CRITERIA_ONLY, (), (), State.PASSED, id="all-that-was-asked"),
        pytest.param(Mode.BASELINE_ONLY, (), (), State.NO_RESULT, id="in-place-of-a-comparison"),
        pytest.param(Mode.CRITERIA_ONLY, ("failover",), (), State.NO_RESULT, id="beside-others"),
        pytest.param(
            Mode.CRITERIA_ONLY,
            (),
            (Skip(scenario="failover", reason="not claimed"),),
            State.NO_RESULT,
            id="all-that-was-left",
        ),
    ],
)
def test_a_rig_that_is_well_is_no_well_gateway(
    mode: Mode, others: tuple[str, ...], skips: tuple[Skip, ...], state: State
) -> None:
    """Its criteria are a result only for whoever asked for nothing else, and compares nothing."""
    rig = a_scenario(route=Route.DIRECT, criteria=(success_criterion(),))
    blocks = tuple(
        a_block(number=number, parts=(a_part(arm=Arm.RIG, values={m.SUCCESS_RATIO.name: 1.0}),))
        for number in range(1, 25)
    )
    run = a_run(header=a_header(mode=mode, scenarios=(rig.name, *others), skips=skips), blocks=blocks)

    assert conclude(run, scenarios=[rig], baseline=None, policy=POLICY).state is state


def test_a_baseline_from_a_laptop() -> None:
    """Its times are allowed twice the drift, and the reader is told (basanos#378, Rezi#59)."""
    laptop = an_environment(cpu_model="Apple M4 Pro", cores=14)
    baseline = a_baseline(machines=(a_record(entries=(an_entry(),), environment=laptop),))
    run = replace(lone_run([1_100_000.0 + n for n in range(16)]))
    here = a_baseline(entries=(an_entry(),))

    def gate(verdict: Verdict) -> Decision:
        return next(each.decision for each in verdict.findings if each.key == KEY and each.change is not None)

    assert gate(_judged(run, baseline=baseline)) is not Decision.REGRESSED
    assert CautionKind.OTHER_MACHINE in {each.kind for each in _judged(run, baseline=baseline).cautions}
    assert gate(_judged(run, baseline=here)) is Decision.REGRESSED


def test_a_machine_that_changed_its_name_still_compares() -> None:
    """pytest-benchmark then finds nothing to compare with (ionelmc/pytest-benchmark#276); here it is said."""
    renamed = an_environment(cpu_model="AMD EPYC 7763 64-Core Processor (renamed)")
    baseline = a_baseline(machines=(a_record(entries=(an_entry(),), environment=renamed),))
    verdict = _judged(lone_run([3_000_000.0 + n for n in range(16)]), baseline=baseline)

    assert verdict.state is State.FAILED
    assert CautionKind.OTHER_MACHINE in {each.kind for each in verdict.cautions}


def test_a_stale_baseline_hides_no_regression() -> None:
    """The baseline is 27 % too slow; the pair catches +10 % all the same (rigortype/rigor#233)."""
    stale = a_baseline(entries=(an_entry(values=(635_000.0, 634_000.0, 636_000.0, 635_500.0, 634_500.0)),))

    assert _judged(paired_run(noisy_pairs(16, change=0.10)), baseline=stale).state is State.FAILED


def test_many_small_losses_do_not_pass_for_ever() -> None:
    """Each +0.4 % passes its pair, together they are red (ubugeeei-prod/vize#3488, nooga/let-go#663)."""
    part = replace(_SCENARIOS[0].parts[0], gates=(m.RSS,))
    scenario = a_scenario(parts=(part,))
    baseline = a_baseline(entries=(an_entry(metric=m.RSS, values=(1e8, 1e8 + 1, 1e8 + 2, 1e8 - 1, 1e8 - 2)),))
    states = []
    size = 1e8
    for _ in range(30):
        sides = {Arm.BASELINE: size, Arm.CANDIDATE: size * 1.004}
        blocks = tuple(
            a_block(
                number=number,
                parts=tuple(
                    a_part(arm=arm, values={m.RSS.name: value + number % 3}) for arm, value in sides.items()
                ),
            )
            for number in range(1, 11)
        )
        run = replace(_UNCHANGED, blocks=blocks)
        states.append(conclude(run, scenarios=(scenario,), baseline=baseline, policy=POLICY).state)
        size = sides[Arm.CANDIDATE]

    assert states.index(State.FAILED) == 23
    assert set(states[:23]) == {State.PASSED}


def test_a_threshold_that_needs_a_factor_of_seven_to_fire() -> None:
    """Committed numbers alone catch a factor of two (superplayground3000/port-scan-mk3#180)."""
    run = lone_run([1_620_000.0 + n for n in range(16)])

    assert _judged(run, baseline=a_baseline(entries=(an_entry(),))).state is State.FAILED


def test_a_failing_control_is_no_pass_whatever_else_is_green() -> None:
    """A gate that could not have gone red proves nothing: controls that were planned must have run."""
    run = replace(_UNCHANGED, header=replace(_UNCHANGED.header, scenarios=("baseline-latency", "controls")))

    assert _judged(run).state is State.NO_RESULT
