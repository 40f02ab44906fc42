"""Creep: losses that each pass, added up against the committed level."""

from dataclasses import replace

from perf.judge.verdict import conclude
from perf.model import metric as m
from perf.model.baseline import Baseline
from perf.model.metric import Metric
from perf.model.run import Arm, Run
from perf.model.verdict import Basis, CautionKind, Finding, State, Verdict
from tests.factories import (
    a_baseline,
    a_block,
    a_build,
    a_header,
    a_part,
    a_record,
    a_run,
    an_entry,
    an_environment,
)
from tests.unit.judge.setting import PART, POLICY, SCENARIO, a_scenario, a_scenario_part

_LEVEL = 1_000_000.0


def _run(base: float, candidate: float, *, metric: Metric = m.RSS, same_build: bool = False) -> Run:
    """Ten blocks whose values scatter by 0.02 % around base and candidate, in thousandths of the level."""
    blocks = tuple(
        a_block(
            number=number,
            parts=(
                a_part(arm=Arm.BASELINE, values={metric.name: _LEVEL * (base + 1e-4 * (number % 3))}),
                a_part(arm=Arm.CANDIDATE, values={metric.name: _LEVEL * (candidate + 1e-4 * (number % 2))}),
            ),
        )
        for number in range(1, 11)
    )
    built = a_build(key="k-candidate") if same_build else None
    return a_run(header=a_header(scenarios=(SCENARIO,), base=built), blocks=blocks)


def _committed(*, metric: Metric = m.RSS, best: float = 1.0, now: float = 1.0, cpu: str = "") -> Baseline:
    values = tuple(_LEVEL * (now + 1e-4 * number) for number in (-2, -1, 0, 1, 2))
    entry = an_entry(metric=metric, values=values, best=_LEVEL * best)
    machine = an_environment(cpu_model=cpu) if cpu else an_environment()
    return a_baseline(machines=(a_record(entries=(entry,), environment=machine),))


def _judged(run: Run, baseline: Baseline, *, metric: Metric = m.RSS) -> Verdict:
    part = replace(a_scenario_part(), gates=(metric,))
    return conclude(run, scenarios=(a_scenario(parts=(part,)),), baseline=baseline, policy=POLICY)


def _accumulated(verdict: Verdict) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.basis is Basis.BASELINE]


def _warned(verdict: Verdict) -> bool:
    return CautionKind.CREEP in {caution.kind for caution in verdict.cautions}


def test_the_straw_that_crosses_the_line_fails() -> None:
    """+0.5 % passes the pair, but makes +10.3 % of what was +9.8 %: twice the limit is the line."""
    verdict = _judged(_run(1.098, 1.103), _committed())

    assert verdict.state is State.FAILED
    assert [finding.key.part for finding in _accumulated(verdict)] == [PART]
    assert "add up since 4be0a77" in _accumulated(verdict)[0].text


def test_a_change_that_adds_nothing_is_not_blamed() -> None:
    """What the base build had lost already is a caution for those who come after, not a red for each."""
    verdict = _judged(_run(1.12, 1.12), _committed())

    assert verdict.state is State.PASSED
    assert _warned(verdict)


def test_a_change_that_adds_to_a_crossed_line_fails() -> None:
    """Beyond the line every further proven loss is red, however small."""
    assert _judged(_run(1.12, 1.125), _committed()).state is State.FAILED


def test_beyond_the_limit_but_not_the_line_is_a_caution() -> None:
    """+7 % in all is more than one change may lose, and less than the line."""
    verdict = _judged(_run(1.065, 1.07), _committed())

    assert verdict.state is State.PASSED
    assert _warned(verdict)


def test_a_level_that_is_kept_is_silent() -> None:
    """Nothing is said where nothing crept."""
    verdict = _judged(_run(1.0, 1.0), _committed())

    assert verdict.state is State.PASSED
    assert not _warned(verdict)


def test_recording_a_worse_baseline_does_not_reset_the_level() -> None:
    """The guard counts from the best level ever sustained, not from the last recording."""
    verdict = _judged(_run(1.098, 1.103), _committed(best=1.0, now=1.09))

    assert verdict.state is State.FAILED


def test_the_same_build_is_never_blamed() -> None:
    """An A/A run shows the loss as a caution."""
    verdict = _judged(_run(1.098, 1.103, same_build=True), _committed())

    assert verdict.state is State.PASSED
    assert _warned(verdict)


def test_times_only_warn() -> None:
    """A stored time drifts by itself: however far it is off, the pair decides."""
    verdict = _judged(_run(1.59, 1.60, metric=m.E2E_P50), _committed(metric=m.E2E_P50), metric=m.E2E_P50)

    assert verdict.state is State.PASSED
    assert _warned(verdict)


def test_times_of_another_machine_say_nothing() -> None:
    """Where the fingerprint differs, a stored time is no level."""
    verdict = _judged(
        _run(1.59, 1.60, metric=m.E2E_P50), _committed(metric=m.E2E_P50, cpu="another"), metric=m.E2E_P50
    )

    assert not _warned(verdict)


def test_sizes_of_another_machine_count() -> None:
    """What does not depend on the machine is compared wherever it was measured."""
    assert _judged(_run(1.098, 1.103), _committed(cpu="another")).state is State.FAILED
