"""Holm's procedure and the proof of equivalence agree with statsmodels."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import DescrStatsW

from perf.stats.equivalence import equivalence
from perf.stats.holm import holm


@pytest.fixture(autouse=True, scope="module")
def no_collections() -> Iterator[None]:
    """`multipletests` collects garbage at each call, which takes half a second where much is loaded."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gc, "collect", lambda: 0)
        yield


@settings(max_examples=25)
@given(p_values=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12), alpha=st.floats(0.001, 0.2))
def test_holm_adjusts_and_rejects_alike(p_values: list[float], alpha: float) -> None:
    """The adjusted p-values of `multipletests`, and its rejections where no p lies on the edge."""
    rejected, adjusted, _, _ = multipletests(p_values, alpha=alpha, method="holm")
    results = holm(p_values, alpha=alpha)

    assert [result.adjusted_p for result in results] == pytest.approx(list(adjusted))
    for result, theirs, p_adjusted in zip(results, rejected, adjusted, strict=True):
        assert abs(p_adjusted - alpha) < 1e-9 or result.rejected == bool(theirs)


@settings(max_examples=25)
@given(
    centre=st.integers(-40, 40).map(lambda k: k / 1000),
    offsets=st.lists(st.integers(1, 100).map(lambda k: k / 1000), min_size=1, max_size=4),
)
def test_equivalence_is_two_one_sided_t_tests(centre: float, offsets: list[float]) -> None:
    """Below ten blocks, and for symmetric values, whose centre is their mean: `ttost_mean`."""
    values = [centre + sign * offset for offset in offsets for sign in (-1, 1)]
    p_value, _, _ = DescrStatsW(values).ttost_mean(-0.05, 0.05)

    assert equivalence(values, low=-0.05, high=0.05, alpha=0.05).p_value == pytest.approx(p_value, abs=1e-9)
