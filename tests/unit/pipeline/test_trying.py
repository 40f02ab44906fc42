"""What is known of a scenario that was tried under several topologies."""

import pytest

from perf.model.run import Skip
from perf.model.trial import Outcome, Trial
from perf.pipeline.trying import in_part, with_trials


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


@pytest.mark.parametrize("outcome", [Outcome.WORKS, Outcome.FAILED], ids=lambda outcome: outcome.value)
def test_parts_that_are_not_claimed_are_missed(outcome: Outcome) -> None:
    """What works without them works in part, and names them once a reason; a failure stays one."""
    tried = {name: Trial(scenario=name, outcome=outcome, reason="") for name in ("config-scale", "overload")}
    skips = [
        Skip(scenario="config-scale", part=part, reason=f"routers do not claim {claim}")
        for part, claim in (("routes", "model-routes"), ("other", "model-routes"), ("models", "model-list"))
    ]
    found = in_part(tried, skips)

    assert found["overload"] == tried["overload"]
    if outcome is Outcome.FAILED:
        assert found == tried
        return
    assert found["config-scale"].outcome is Outcome.PARTLY
    assert found["config-scale"].reason == (
        "without routes, other: routers do not claim model-routes; "
        "without models: routers do not claim model-list"
    )
