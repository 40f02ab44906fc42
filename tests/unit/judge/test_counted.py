"""Counts: from windows to records, from records to a verdict, and what is said where there are none."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from perf.judge.counted import counts_disagree, is_uncounted, summarise_counted, uncounted
from perf.judge.verdict import conclude
from perf.model import metric as m
from perf.model.counting import CountedSlice
from perf.model.load import Outcome
from perf.model.metric import Key
from perf.model.run import Arm, Mode, PartRecord, Run
from perf.model.scenario import Scenario
from perf.model.verdict import CautionKind, Decision, State, Verdict
from perf.scenarios.instructions import INSTRUCTIONS
from tests.factories import a_baseline, a_block, a_build, a_header, a_part, a_run, an_entry
from tests.unit.judge.setting import POLICY, a_sample, a_slice, an_arrival

_KEY = Key(INSTRUCTIONS.name, "chat", m.INSTRUCTIONS_PER_REQUEST.name)
_BASE = (250_000.0, 250_050.0, 250_100.0)


def _window(instructions: int, *, requests: int = 4, outcome: Outcome = Outcome.OK) -> CountedSlice:
    samples = [a_sample(number, outcome=outcome) for number in range(requests)]
    arrivals = [an_arrival(number) for number in range(requests)]
    return CountedSlice(record=a_slice(samples, arrivals, together=True), instructions=instructions)


def _count(value: float, arm: Arm) -> PartRecord:
    values = {m.INSTRUCTIONS_PER_REQUEST.name: value}
    return a_part(scenario=_KEY.scenario, part=_KEY.part, arm=arm, values=values)


def _run(baseline: Sequence[float], candidate: Sequence[float], *, same_build: bool = False) -> Run:
    pairs = list(zip(baseline, candidate, strict=True))
    blocks = tuple(
        a_block(
            number=number,
            parts=(_count(pairs[number - 1][0], Arm.BASELINE), _count(pairs[number - 1][1], Arm.CANDIDATE))
            if number <= len(pairs)
            else (),
        )
        for number in range(1, 7)
    )
    base = a_build(key="k-candidate") if same_build else None
    return a_run(header=a_header(scenarios=(INSTRUCTIONS.name,), base=base), blocks=blocks)


def _verdict(run: Run, scenario: Scenario = INSTRUCTIONS) -> Verdict:
    return conclude(run, scenarios=(scenario,), baseline=None, policy=POLICY)


def _decision(verdict: Verdict) -> Decision:
    (finding,) = (each for each in verdict.findings if each.key == _KEY)
    return finding.decision


def test_the_cheapest_window_counts() -> None:
    """A timer that ticks in some of the windows adds nothing."""
    (record,) = summarise_counted([_window(4_000), _window(4_900), _window(4_004)], policy=POLICY)

    assert record.values[m.INSTRUCTIONS_PER_REQUEST.name] == 1_000


def test_nothing_that_was_timed_is_kept() -> None:
    """A gateway under a counter runs many times slower: its latencies and CPU times mean nothing."""
    (record,) = summarise_counted([_window(4_000)], policy=POLICY)

    assert m.UPSTREAM_BYTES_PER_REQUEST.name in record.values
    assert not {m.E2E_P50.name, m.QPS.name, m.CPU_PER_REQUEST.name, m.RSS.name} & record.values.keys()


def test_a_failed_request_makes_the_count_invalid() -> None:
    """What it cost to fail is not what it costs to answer."""
    (record,) = summarise_counted([_window(4_000, outcome=Outcome.SERVER_5XX)], policy=POLICY)

    assert any("failed" in problem for problem in record.problems)


def test_one_percent_more_instructions_fail_at_the_first_look() -> None:
    """Three counts of each build are enough, though the looks ask for six blocks of everything else."""
    verdict = _verdict(_run(_BASE, [1.01 * value for value in _BASE]))

    assert _decision(verdict) is Decision.REGRESSED
    assert verdict.state is State.FAILED


def test_equal_counts_pass() -> None:
    """Differences of a fiftieth of a percent are how counts repeat themselves."""
    assert _decision(_verdict(_run(_BASE, _BASE[::-1]))) is Decision.EQUIVALENT


def test_counts_that_do_not_repeat_themselves_decide_nothing() -> None:
    """More of them are then counted; +1 % among ±3 % is not called red."""
    verdict = _verdict(_run((245_000, 250_000, 255_000), (247_000, 252_500, 258_000)))

    assert _decision(verdict) is Decision.INCONCLUSIVE
    assert counts_disagree(verdict, (INSTRUCTIONS,))


def test_a_reason_without_numbers_is_told() -> None:
    """Where nothing can count, the report says so."""
    run = _run(_BASE, _BASE)
    why = uncounted(INSTRUCTIONS, why="instructions cannot be counted on this machine")
    told = a_run(header=run.header, blocks=(a_block(number=1, parts=why), *run.blocks[3:]))

    cautions = [each.text for each in _verdict(told).cautions if each.kind is CautionKind.SKIPPED]

    assert all(is_uncounted(record) for record in why)
    assert cautions == ["Instructions cannot be counted on this machine."]


def test_the_contract_asks_for_counts_unless_the_build_is_the_same() -> None:
    """Missing counts fail where they could differ, and only there."""
    baseline = a_baseline(
        entries=(an_entry(scenario=_KEY.scenario, part=_KEY.part, metric=m.INSTRUCTIONS_PER_REQUEST),)
    )
    decisions = {
        same: {
            finding.decision
            for finding in conclude(
                _run((), (), same_build=same), scenarios=(INSTRUCTIONS,), baseline=baseline, policy=POLICY
            ).findings
        }
        for same in (True, False)
    }

    assert decisions == {True: set(), False: {Decision.MISSING}}


@pytest.mark.parametrize(
    ("change", "decision"), [(0.0, Decision.EQUIVALENT), (0.03, Decision.REGRESSED)], ids=["same", "worse"]
)
def test_without_a_base_build_counts_are_compared_with_the_baseline(
    change: float, decision: Decision
) -> None:
    """Three processes of the candidate are enough here too."""
    metric = m.INSTRUCTIONS_PER_REQUEST
    entry = an_entry(scenario=_KEY.scenario, part=_KEY.part, metric=metric, values=(*_BASE, *_BASE))
    paired = _run(_BASE, [value * (1 + change) for value in _BASE])
    blocks = tuple(
        replace(block, parts=tuple(part for part in block.parts if part.arm is Arm.CANDIDATE))
        for block in paired.blocks
    )
    header = a_header(scenarios=(INSTRUCTIONS.name,), mode=Mode.BASELINE_ONLY)
    verdict = conclude(
        a_run(header=header, blocks=blocks),
        scenarios=(INSTRUCTIONS,),
        baseline=a_baseline(entries=(entry,)),
        policy=POLICY,
    )

    assert decision in {each.decision for each in verdict.findings if each.key == _KEY}
