"""A timeline as it is drawn and told."""

import json

import pytest

from perf.model.run import Arm, Moment
from perf.report import RENDERERS
from perf.report.compose import compose
from perf.report.document import Report, Timeline
from perf.report.timeline import drawing
from perf.store.codec import Place, to_model, to_shape
from perf.store.schema import PartShape
from tests.factories import a_block, a_part, a_run, a_verdict


def _moment(number: int, *, requests: int = 8, failed: int = 0, events: tuple[str, ...] = ()) -> Moment:
    return Moment(
        at_ns=number * 250_000_000,
        requests=requests,
        failed=failed,
        moved=failed,
        slowest_ns=1_000_000,
        arrivals={"openai-0": requests - failed, "openai-1": failed},
        events=events,
    )


MOMENTS = (_moment(0), _moment(1, failed=4, events=("openai-0 dies after 0.3 s",)), _moment(2, requests=0))


def _report() -> Report:
    part = a_part(timeline=MOMENTS)
    return compose(a_run(blocks=(a_block(parts=(part,)),)), a_verdict())


def test_a_drawing_has_a_letter_for_each_stretch() -> None:
    """Rows of equal length, a mark where something happened, and each row's sum behind it."""
    timeline = Timeline(scenario="failover", place="failover/death", arm=Arm.CANDIDATE, moments=MOMENTS)

    assert drawing(timeline) == (
        "failover/death, this change (a column is 250 ms)",
        "·▼· openai-0 dies after 0.3 s",
        "██· requests: 16",
        "·▅· failed: 4",
        "·▅· answered by another instance than the one before: 4",
        "███ slowest good answer: 1 ms",
        "█▅· attempts at openai-0: 12",
        "·▅· attempts at openai-1: 4",
    )


@pytest.mark.parametrize("name", ["console", "markdown", "html"])
def test_every_page_for_people_has_the_timeline(name: str) -> None:
    """The drawing stands in the terminal, the comment and the page."""
    assert "·▼· openai-0 dies after 0.3 s" in RENDERERS[name](_report())


def test_the_result_for_programs_has_the_numbers() -> None:
    """Every moment with its counts."""
    (timeline,) = json.loads(RENDERERS["json"](_report()))["timelines"]

    assert [each["failed"] for each in timeline["moments"]] == [0, 4, 0]


def test_a_timeline_is_stored_and_read() -> None:
    """What was written comes back as it was."""
    part = a_part(timeline=MOMENTS)
    shape = to_shape(part, PartShape, place=Place(where="here", cure="none"))

    assert to_model(shape, type(part)).timeline == MOMENTS
