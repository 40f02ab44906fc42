"""Calibration: drawn runs end as real ones do, and what is planted is found."""

import math
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.judge.calibration.rehearsals import Columns, Draw, columns_of, end_of, keys_of, rehearsal_of
from perf.judge.calibration.rivals import RIVALS, history_of, said
from perf.judge.calibration.table import calibrate, healthy
from perf.judge.verdict import conclude
from perf.model.calibration import CreepTrial, End
from perf.model.metric import INSTRUCTIONS_PER_REQUEST, Key
from perf.model.rehearsal import Rehearsal, RehearsalBlock, RehearsalBook
from perf.model.verdict import State
from perf.report.calibration import render
from tests.factories import a_verdict, an_environment
from tests.unit.judge.setting import KEY, POLICY, a_scenario, noisy_pairs, paired_run

_COUNT = Key("instructions", "chat", INSTRUCTIONS_PER_REQUEST.name)
_STATE = {End.RED: State.FAILED, End.GREEN: State.PASSED, End.UNDECIDED: State.INCONCLUSIVE}


def _book(runs: int, *, sd: float, drift: float = 0.0, planted: float = 0.0) -> RehearsalBook:
    """Gate runs of six blocks, each run `drift` slower or faster than the next; then a planted one."""
    rng = Random(5)

    def block(number: int, *, level: float, change: float) -> RehearsalBlock:
        baseline, candidate = level * (1 + rng.gauss(0, sd)), level * (1 + change) * (1 + rng.gauss(0, sd))
        return RehearsalBlock(
            number=number, duration_ns=10**9, steal_ratio=0.0, baseline=(baseline,), candidate=(candidate,)
        )

    def rehearsal(level: float, *, change: float) -> Rehearsal:
        blocks = tuple(block(number, level=level, change=change) for number in range(1, 7))
        return Rehearsal(planted=change != 0, state=State.PASSED, reasons=(), blocks=blocks)

    levels = [500_000 * (1 + rng.gauss(0, drift)) for _ in range(runs)]
    rehearsals = [rehearsal(level, change=0.0) for level in levels]
    if planted:
        rehearsals.append(rehearsal(500_000, change=planted))
    return RehearsalBook(
        recorded_at="2026-11-23",
        commit="4be0a77c1d",
        target="reference",
        suite="fast",
        environment=an_environment(),
        keys=(KEY,),
        counted=frozenset(),
        rehearsals=tuple(rehearsals),
    )


def _draw(columns: Columns) -> Draw:
    """All blocks, in their order."""
    return Draw(columns=columns, order=range(columns.size), counted=columns.counted)


@settings(max_examples=15)
@given(change=st.sampled_from([0.0, 0.03, 0.06, 0.2]), seed=st.integers(0, 10_000))
def test_a_recorded_run_ends_as_the_gate_would_have_ended_it(change: float, seed: int) -> None:
    """The same decision, at the same look, as the verdict on the run itself."""
    pairs = noisy_pairs(24, change=change, sd=0.03, seed=seed)
    blocks = paired_run(pairs).blocks
    keys = keys_of(blocks, [a_scenario()])
    rehearsal = rehearsal_of(blocks, keys=keys, planted=False, verdict=a_verdict())
    book = RehearsalBook(
        recorded_at="",
        commit="",
        target="t",
        suite="s",
        environment=an_environment(),
        keys=keys,
        counted=frozenset(),
        rehearsals=(rehearsal,),
    )
    ending = end_of(_draw(columns_of(book, [rehearsal])), shifts={}, policy=POLICY)
    verdict = conclude(
        paired_run(pairs[: ending.blocks]), scenarios=[a_scenario()], baseline=None, policy=POLICY
    )

    assert _STATE[ending.end] is verdict.state
    assert verdict.settled


@settings(max_examples=15)
@given(effect=st.sampled_from([0.02, 0.05, 0.1]), seed=st.integers(0, 10_000))
def test_a_planted_change_multiplies_the_candidate(effect: float, seed: int) -> None:
    """Shifting log ratios and multiplying the measured values end alike."""
    pairs = noisy_pairs(24, change=0.0, sd=0.02, seed=seed)

    def ending(pairs: list[tuple[float, float]], *, shift: float) -> End:
        ratios = {KEY: [math.log(candidate / baseline) for baseline, candidate in pairs]}
        shifts = {KEY: shift} if shift else {}
        return end_of(_draw(Columns(ratios=ratios, counts={})), shifts=shifts, policy=POLICY).end

    multiplied = [(baseline, candidate * (1 + effect)) for baseline, candidate in pairs]

    assert ending(pairs, shift=math.log1p(effect)) is ending(multiplied, shift=0.0)


def test_counts_are_judged_as_counts() -> None:
    """Three processes of each build decide at the first look: +1 % is red, nothing is green."""
    base = math.log(1_000_000)
    column = [(base + 1e-4, base), (base, base + 1e-4), (base, base), *[None] * 3]
    columns = Columns(ratios={KEY: [0.001, -0.002, 0.001, 0.0, -0.001, 0.002]}, counts={_COUNT: column})
    unchanged = end_of(_draw(columns), shifts={}, policy=POLICY)
    changed = end_of(_draw(columns), shifts={_COUNT: math.log1p(0.01)}, policy=POLICY)

    assert (unchanged.end, unchanged.blocks) == (End.GREEN, 6)
    assert (changed.end, changed.red) == (End.RED, frozenset({_COUNT}))


def test_fewer_blocks_than_the_rules_want_are_no_conclusion() -> None:
    """Six noisy blocks decide nothing, and no seventh was recorded."""
    ratios = {KEY: [0.05, -0.06, 0.04, -0.05, 0.06, -0.03]}

    assert end_of(_draw(Columns(ratios=ratios, counts={})), shifts={}, policy=POLICY).end is End.CUT_SHORT


def test_drift_between_runs_fools_stored_numbers_and_not_the_gate() -> None:
    """Runs that differ by 10 % as a whole: rules that compare with an earlier run are red, pairs are not."""
    table = calibrate(_book(12, sd=0.01, drift=0.1), policy=POLICY, resamples=60, seed=1)
    by_name = {rival.name: rival for rival in table.rivals}

    assert table.real.ends[End.RED] == 0
    assert table.resampled.ends[End.RED] == 0
    assert by_name["stored mean + 5 %"].ratio > 0.25
    assert by_name["Mann–Whitney"].ratio > 0.25
    assert by_name["200 % of stored mean"].ratio == 0.0


def test_more_change_is_found_more_often() -> None:
    """Detection grows with the change and with the blocks; the slower build shows what was built in."""
    table = calibrate(_book(12, sd=0.02, planted=0.08), policy=POLICY, resamples=60, seed=1)
    found = [each.red_by for each in table.detections]
    planted = table.noise[0].planted

    assert [shares[-1] for shares in found] == sorted(shares[-1] for shares in found)
    assert all(list(shares) == sorted(shares) for shares in found)
    assert found[-1][-1] == 1.0
    assert planted is not None
    assert planted[1] < math.log(1.08) < planted[2]


def test_the_same_seed_gives_the_same_table() -> None:
    """So that a difference is one of judging."""
    book = _book(6, sd=0.02)

    assert calibrate(book, policy=POLICY, resamples=10, seed=3) == calibrate(
        book, policy=POLICY, resamples=10, seed=3
    )


def test_history_needs_five_runs() -> None:
    """A t-test on fewer says nothing, and is not counted as green."""
    history = history_of(_book(6, sd=0.02))
    t_test = next(rival for rival in RIVALS if rival.by_history)

    assert said(t_test, history, shifts=lambda _: {}).judged == 1


def test_a_book_without_unchanged_blocks_is_refused() -> None:
    """Nothing can be said about false reds."""
    with pytest.raises(ValueError, match="no block"):
        calibrate(_book(0, sd=0.02, planted=0.05), policy=POLICY, resamples=10, seed=1)


@pytest.mark.parametrize(
    ("reds", "believable"), [pytest.param(0, True), pytest.param(1, True), pytest.param(2, False)]
)
def test_two_reds_of_twenty_are_not_chance(reds: int, believable: bool) -> None:
    """At one per cent, two of twenty happen in 1.7 % of all nights."""
    assert healthy(reds, 20, alpha=0.01) is believable


def _counted_book() -> RehearsalBook:
    """Six processes of each build, whose counts scatter by 0.05 %."""
    rng = Random(7)

    def block(number: int) -> RehearsalBlock:
        baseline, candidate = ((250_000 * (1 + rng.gauss(0, 5e-4)),) for _ in range(2))
        return RehearsalBlock(
            number=number, duration_ns=10**9, steal_ratio=0.0, baseline=baseline, candidate=candidate
        )

    blocks = tuple(block(number) for number in range(1, 7))
    rehearsal = Rehearsal(planted=False, state=State.PASSED, reasons=(), blocks=blocks)
    book = replace(_book(1, sd=0.0), keys=(_COUNT,), counted=frozenset({_COUNT}))
    return replace(book, rehearsals=(rehearsal,))


def test_small_losses_are_red_when_they_add_up_to_the_line() -> None:
    """A quarter of the limit each, 0.25 %: the creep guard is red once they are 2 %, and not before."""
    table = calibrate(_counted_book(), policy=POLICY, resamples=60, seed=1)
    by_trial = {(each.trial, each.share): each for each in table.creep}
    quarters = by_trial[CreepTrial.ROW, 0.25]

    assert by_trial[CreepTrial.LEVEL, 0.0].red == 0
    assert by_trial[CreepTrial.LINE, 0.0].red <= 1
    assert quarters.red == quarters.runs == 20
    assert quarters.changes[0] >= 7
    assert quarters.changes[-1] <= 16


def test_times_are_never_red_by_the_creep_guard() -> None:
    """Stored times drift, so a book of times has nothing to tell of rows of losses."""
    table = calibrate(_book(6, sd=0.02), policy=POLICY, resamples=20, seed=1)

    assert [(each.trial, each.red) for each in table.creep] == [(CreepTrial.LEVEL, 0)]


def test_twenty_runs_are_history_enough() -> None:
    """The sixth and all later ones are compared; a loss far beyond the scatter of runs is red in each."""
    history = history_of(_book(20, sd=0.01))
    t_test = next(rival for rival in RIVALS if rival.by_history)
    unchanged = said(t_test, history, shifts=lambda _: {})
    slower = said(t_test, history, shifts=lambda _: {KEY: math.log(1.5)})

    assert (unchanged.judged, slower.judged, slower.red) == (15, 15, 15)
    assert unchanged.ratio < 0.3


def test_too_few_runs_are_said_to_be_too_few() -> None:
    """Three runs are no history: the table does not call that free of false reds."""
    shown = render(calibrate(_book(3, sd=0.02), policy=POLICY, resamples=10, seed=1))
    (row,) = (line for line in shown.splitlines() if line.startswith("false red"))

    assert "too few runs" in row
