"""What a configuration may name: scenarios, parts and criteria that exist."""

from dataclasses import replace

import pytest

from perf.errors import ConfigError
from perf.model.metric import Key
from perf.model.policy import DEFAULT_POLICY, Loss, Miss, Waiver
from perf.pipeline.places import require_known_places


@pytest.mark.parametrize(
    ("key", "told"),
    [
        pytest.param("baseline-latensy/saturated/qps", "scenario 'baseline-latensy'", id="scenario"),
        pytest.param("baseline-latency/saturatd/qps", "part 'saturatd'", id="part"),
    ],
)
def test_a_misspelt_limit_or_waiver_is_refused(key: str, told: str) -> None:
    """A limit for a number that nobody has would loosen or tighten nothing, unseen."""
    waiver = Waiver(
        key=Key(*key.split("/")), allows=Loss(ceiling_ratio=0.1), expires="2027-01-31", reason="why"
    )
    for policy in (
        replace(DEFAULT_POLICY, limits={key: 0.1}),
        replace(DEFAULT_POLICY, waivers=(waiver,)),
    ):
        with pytest.raises(ConfigError, match=told) as caught:
            require_known_places(policy, where="perfgate.toml")
        assert key in caught.value.where


@pytest.mark.parametrize("place", ["baseline-latency/sequential/cpu-per-request", "k6/http/qps"])
def test_a_waiver_of_a_criterion_that_nobody_has_is_refused(place: str) -> None:
    """A misspelt waiver would be found out only in a red run."""
    waiver = Waiver(key=Key(*place.split("/")), allows=Miss(worst=1.0), expires="2027-01-31", reason="why")

    with pytest.raises(ConfigError, match="no such criterion") as caught:
        require_known_places(replace(DEFAULT_POLICY, waivers=(waiver,)), where="perfgate.toml")
    assert place in caught.value.where


@pytest.mark.parametrize(
    ("place", "worst", "taken"),
    [
        pytest.param("baseline-latency/sequential/overhead-p50", 6e6, True, id="a-longer-time"),
        pytest.param("baseline-latency/sequential/overhead-p50", 5e6, False, id="the-target"),
        pytest.param("baseline-latency/sequential/overhead-p50", 1e6, False, id="a-shorter-time"),
        pytest.param("sticky-sessions/keys/sticky-ratio", 0.5, True, id="a-lower-share"),
        pytest.param("sticky-sessions/keys/sticky-ratio", 0.995, False, id="a-higher-share"),
    ],
)
def test_a_waiver_up_to_what_meets_the_criterion_is_refused(place: str, worst: float, taken: bool) -> None:
    """It waives nothing: most likely a unit, or the side, was mistaken."""
    waiver = Waiver(key=Key(*place.split("/")), allows=Miss(worst=worst), expires="2027-01-31", reason="why")
    policy = replace(DEFAULT_POLICY, waivers=(waiver,))
    if taken:
        require_known_places(policy, where="perfgate.toml")
        return

    with pytest.raises(ConfigError, match="meets its criterion") as caught:
        require_known_places(policy, where="perfgate.toml")
    assert place in caught.value.where
    assert ("5 ms" if "p50" in place else "0.99") in caught.value.cure


@pytest.mark.parametrize(
    "key", ["qps", "baseline-latency/saturated/qps", "micro-benchmarks/any/bench-best", "k6/http/qps"]
)
def test_a_limit_for_what_exists_is_taken(key: str) -> None:
    """Micro-benchmarks and other tools' results have parts that only a run knows."""
    require_known_places(replace(DEFAULT_POLICY, limits={key: 0.1}), where="perfgate.toml")
