"""Other tools' results as blocks."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from perf.judge.ingest import PROCESSES, added_to, records_of
from perf.judge.verdict import conclude
from perf.model.ingest import Tool, ToolRun
from perf.model.metric import TIME_PER_OP
from perf.model.run import Arm, Block, Mode
from perf.model.verdict import CautionKind, Decision, State, Verdict
from tests.factories import a_header, a_run
from tests.unit.judge.setting import KEY, POLICY, a_scenario, noisy_pairs, paired_run

PLACE = ("decode", TIME_PER_OP.name)


def a_tool_run(*samples: float, fresh: bool = False, problems: tuple[str, ...] = ()) -> ToolRun:
    """A run of a tool with one benchmark."""
    return ToolRun(samples={PLACE: samples}, problems=problems, fresh_samples=fresh)


def _blocks(baseline: list[ToolRun], candidate: list[ToolRun]) -> tuple[Block, ...]:
    runs = {Arm.BASELINE: baseline, Arm.CANDIDATE: candidate}
    return added_to((), records_of(Tool.CRITERION, runs, at_most=24))


def _judged(baseline: list[ToolRun], candidate: list[ToolRun]) -> Verdict:
    header = replace(a_header(scenarios=("criterion",)), mode=Mode.INGESTED)
    run = a_run(header=header, blocks=_blocks(baseline, candidate))
    return conclude(run, scenarios=(), baseline=None, policy=POLICY)


@settings(max_examples=40)
@given(st.lists(st.floats(1, 1e9), min_size=1, max_size=200))
def test_no_sample_is_lost_or_moved(samples: list[float]) -> None:
    """However many samples: at most as many blocks as the last look has, each within its neighbours."""
    blocks = _blocks([a_tool_run(*samples)], [a_tool_run(*samples)])
    values = [block.parts[0].values[TIME_PER_OP.name] for block in blocks]

    assert len(values) == min(len(samples), 24)
    assert min(samples) <= min(values) <= max(values) <= max(samples)
    assert len(samples) > 24 or values == samples


def test_several_runs_are_the_blocks() -> None:
    """The samples of one process share its luck: of several runs each counts once."""
    run = a_tool_run(1.0, 2.0, 9.0)
    blocks = _blocks([run, run, run], [run, run, run])

    assert [block.parts[0].values[TIME_PER_OP.name] for block in blocks] == [2.0, 2.0, 2.0]


def test_the_samples_of_one_process_are_doubted() -> None:
    """They are judged, but the reader is told what they are worth."""
    sides = [a_tool_run(*(base for base, _ in noisy_pairs(16, change=0.0)))]

    assert CautionKind.ONE_PROCESS in {caution.kind for caution in _judged(sides, sides).cautions}


def test_runs_that_are_processes_of_their_own_are_not_doubted() -> None:
    """Hyperfine starts the command anew each time."""
    sides = [a_tool_run(*(base for base, _ in noisy_pairs(16, change=0.0)), fresh=True)]
    blocks = _blocks(sides, sides)

    assert {part.counts[PROCESSES] for block in blocks for part in block.parts} == {16}


def test_a_slowdown_fails() -> None:
    """+20 % in sixteen runs is a regression, by the rules of every other number."""
    pairs = noisy_pairs(16, change=0.20)
    verdict = _judged([a_tool_run(base) for base, _ in pairs], [a_tool_run(slow) for _, slow in pairs])

    assert verdict.state is State.FAILED


def test_too_few_runs_never_pass() -> None:
    """Three runs prove nothing, however alike they are."""
    three = [a_tool_run(100.0 + n) for n in range(3)]
    verdict = _judged(three, three)

    assert verdict.state is State.INCONCLUSIVE
    assert "6 are needed" in verdict.findings[0].text


def test_a_benchmark_that_the_candidate_lacks_fails() -> None:
    """A benchmark that never ran does not pass."""
    ten = [a_tool_run(100.0 + n) for n in range(10)]
    both = [replace(run, samples={**run.samples, ("route", "time-per-op"): (5.0,)}) for run in ten]
    verdict = _judged(both, ten)

    assert verdict.state is State.FAILED
    assert Decision.MISSING in {finding.decision for finding in verdict.findings}


def test_runs_with_a_problem_are_no_result() -> None:
    """Requests that failed quickly are not fast."""
    slow = [a_tool_run(100.0 + n) for n in range(10)]
    fast = [a_tool_run(50.0 + n, problems=("30.0% of the requests failed",)) for n in range(10)]

    assert _judged(slow, fast).state is State.NO_RESULT


def test_added_results_do_not_make_a_run_longer() -> None:
    """Sixteen samples of a tool are no sixteen blocks of the gateway: the look stays the first."""
    short = paired_run(noisy_pairs(5, change=0.50))
    runs = {arm: [a_tool_run(100.0 + n) for n in range(16)] for arm in (Arm.BASELINE, Arm.CANDIDATE)}
    both = replace(short, blocks=added_to(short.blocks, records_of(Tool.CRITERION, runs, at_most=24)))
    verdict = conclude(both, scenarios=(a_scenario(),), baseline=None, policy=POLICY)

    gateway = next(finding for finding in verdict.findings if finding.key == KEY)
    assert len(both.blocks) == 16
    assert gateway.decision is Decision.INCONCLUSIVE
