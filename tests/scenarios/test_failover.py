"""Scenario 7 as it is, on the real reference gateway of this tree."""

import pytest

from perf.judge.compare import series_of
from perf.judge.criteria import judge_criteria
from perf.model.metric import Unit
from perf.model.run import Block, Moment
from perf.model.verdict import Decision
from perf.pipeline.once import measure_once
from perf.scenarios.failover import FAILOVER_SCENARIO
from tests.mutants.trial import POLICY, PROJECT, court

_FACTS = frozenset({Unit.RATIO, Unit.COUNT})
_PRIMARY, _BACKUP = "openai-primary", "openai-backup"


@pytest.fixture(scope="module")
def block(tmp_path_factory: pytest.TempPathFactory) -> Block:
    """What was measured; the parts follow one another on one rig."""
    kept: list[Block] = []
    with court(tmp_path_factory.mktemp("failover")) as judged:
        bench = judged.bench(PROJECT, FAILOVER_SCENARIO)
        measure_once(bench, say=lambda doing, how_far: None, keep=kept.append)
    return kept[-1]


def _around_loss(block: Block, part: str) -> tuple[tuple[Moment, ...], Moment, tuple[Moment, ...]]:
    """The stretches before the primary is lost, that in which it is, and those that follow."""
    timeline = next(each.timeline for each in block.parts if each.part == part)
    at = next(number for number, each in enumerate(timeline) if each.events)
    return timeline[:at], timeline[at], timeline[at + 1 :]


def test_every_number_is_measured_and_every_fact_met(block: Block) -> None:
    """Success, attempts and attempts at the failing instance hold; times are only to be measured here."""
    findings = judge_criteria(
        [FAILOVER_SCENARIO], all_series=series_of([block]), blocks=[block], policy=POLICY
    )

    assert len(findings) == len(FAILOVER_SCENARIO.criteria)
    assert [each for each in findings if each.candidate is None] == []
    facts = [each for each in findings if each.unit in _FACTS]
    assert [each for each in facts if each.decision is not Decision.MET] == []


def test_errors_are_drawn_as_they_come(block: Block) -> None:
    """The primary alone is asked until it fails, the backup from then on; no client sees a failure."""
    before, failing, after = _around_loss(block, "errors")

    assert failing.events[0].startswith("openai-primary fails after")
    assert [each.arrivals[_BACKUP] for each in before] == [0] * len(before)
    assert all(each.arrivals[_BACKUP] for each in after)
    assert sum(each.failed for each in (*before, failing, *after)) == 0


def test_an_instance_that_failed_is_well_in_the_next_part(block: Block) -> None:
    """Until it dies the primary answers all there is, though it failed to the end of the part before."""
    before, dying, _ = _around_loss(block, "death")

    assert dying.events[0].startswith("openai-primary dies after")
    assert all(each.arrivals[_PRIMARY] for each in before)
    assert [each.arrivals[_BACKUP] for each in before] == [0] * len(before)
