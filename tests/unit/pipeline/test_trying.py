"""What is known of a scenario that was tried under several topologies."""

import pytest

from perf.model.trial import Outcome, Trial
from perf.pipeline.trying import with_trials


@pytest.mark.parametrize(
    ("outcomes", "known"),
    [
        pytest.param((Outcome.WORKS, Outcome.WORKS), Outcome.WORKS, id="both-work"),
        pytest.param((Outcome.WORKS, Outcome.FAILED), Outcome.FAILED, id="second-fails"),
        pytest.param((Outcome.FAILED, Outcome.WORKS), Outcome.FAILED, id="first-fails"),
    ],
)
def test_a_scenario_works_only_under_all_its_topologies(
    outcomes: tuple[Outcome, ...], known: Outcome
) -> None:
    """One failure is what is told of it, whenever it came."""
    found: dict[str, Trial] = {}
    for outcome in outcomes:
        found = with_trials(found, [Trial(scenario="config-scale", outcome=outcome, reason="")])

    assert found["config-scale"].outcome is known
