"""How far a long slice has come."""

import pytest

from perf.model.load import ClosedLoop, ConstantRate, Workload
from perf.model.scenario import Ask, Part
from perf.model.units import s_to_ns
from perf.pipeline.headway import headway
from perf.scenarios.topologies import script


def _part(workload: Workload, *, watched: bool = True) -> Part:
    return Part(
        name="mix",
        ask=Ask.CHAT,
        workload=workload,
        default_script=script(tokens=1),
        usage_every_ns=s_to_ns(1) if watched else 0,
    )


_HALF_AN_HOUR = ConstantRate(per_second=100, duration_ns=s_to_ns(1_800))


@pytest.mark.parametrize(
    ("part", "elapsed_s", "said"),
    [
        (_part(_HALF_AN_HOUR), 60, "phase 1 of 12, 60 s of 30 min, 29 min left"),
        (_part(_HALF_AN_HOUR), 1_741, "phase 12 of 12, 29 min of 30 min, 59 s left"),
        (_part(_HALF_AN_HOUR, watched=False), 600, "10 min of 30 min, 20 min left"),
        (_part(_HALF_AN_HOUR), 1_801, "all of 30 min sent, waiting for the last answers"),
        (
            _part(ClosedLoop(connections=16, requests=200_000)),
            180,
            "3 min so far, until 200,000 requests are answered",
        ),
    ],
    ids=["first", "last", "unwatched", "draining", "closed"],
)
def test_headway_tells_what_is_left(part: Part, elapsed_s: float, said: str) -> None:
    """The phase, the time so far and what is left, as far as they are known."""
    assert headway(part, s_to_ns(elapsed_s)) == said
