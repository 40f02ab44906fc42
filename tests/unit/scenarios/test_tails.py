"""Whether a run has the requests that its percentiles need."""

import pytest

from perf.judge.criteria import NEEDED_SAMPLES
from perf.model.load import ClosedLoop
from perf.model.policy import DEFAULT_POLICY
from perf.model.scenario import Cadence, Criterion, Part, Scenario
from perf.scenarios import SCENARIOS

_TAILS = [
    (scenario, part, criterion)
    for scenario in SCENARIOS
    for criterion in scenario.criteria
    for part in scenario.parts
    if part.name == criterion.part and criterion.metric in NEEDED_SAMPLES
    if isinstance(part.workload, ClosedLoop) and part.overload is None
]


@pytest.mark.parametrize(
    ("scenario", "part", "criterion"),
    _TAILS,
    ids=[f"{scenario.name}-{part.name}-{criterion.metric.name}" for scenario, part, criterion in _TAILS],
)
def test_a_tail_can_be_judged_at_the_first_look(scenario: Scenario, part: Part, criterion: Criterion) -> None:
    """One that needs later blocks would keep a run from ending where everything else is settled."""
    assert isinstance(part.workload, ClosedLoop)
    blocks = DEFAULT_POLICY.looks[0] if scenario.cadence is Cadence.EVERY_BLOCK else 1
    requests = part.workload.requests * max(part.slices + part.together, 1) * blocks

    assert requests >= NEEDED_SAMPLES[criterion.metric]
