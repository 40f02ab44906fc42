"""The distribution functions agree with scipy to 1e-9."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from perf.stats import distributions

_TAILS = st.floats(1e-9, 1.0 - 1e-9)
_DFS = st.floats(1.0, 200.0)


def _agree(value: float, reference: float) -> bool:
    return math.isclose(value, float(reference), rel_tol=1e-9, abs_tol=1e-12)


@given(z=st.floats(-30.0, 30.0))
def test_normal_cdf_is_that_of_scipy(z: float) -> None:
    """Both tails are right, also far out."""
    assert _agree(distributions.normal_cdf(z), stats.norm.cdf(z))


@given(p=_TAILS)
def test_normal_quantile_is_that_of_scipy(p: float) -> None:
    """The quantile agrees over the whole open interval."""
    assert _agree(distributions.normal_quantile(p), stats.norm.ppf(p))


@given(x=st.floats(0.0, 1.0), a=st.floats(0.1, 100.0), b=st.floats(0.1, 100.0))
def test_regularised_beta_is_that_of_scipy(x: float, a: float, b: float) -> None:
    """The incomplete beta function agrees on both sides of its mean."""
    assert _agree(distributions.regularised_beta(x, a=a, b=b), special.betainc(a, b, x))


@given(a=st.floats(0.1, 200.0), x=st.floats(0.0, 400.0))
def test_regularised_gamma_upper_is_that_of_scipy(a: float, x: float) -> None:
    """The incomplete gamma function agrees in the series and in the fraction."""
    assert _agree(distributions.regularised_gamma_upper(a, x), special.gammaincc(a, x))


@given(t=st.floats(-200.0, 200.0), df=_DFS)
def test_student_t_tails_are_those_of_scipy(t: float, df: float) -> None:
    """Both tails agree, also far out where verdicts are made."""
    assert _agree(distributions.student_t_sf(t, df), stats.t.sf(t, df))
    assert _agree(distributions.student_t_cdf(t, df), stats.t.cdf(t, df))


@given(tail=st.floats(1e-8, 0.49), df=_DFS)
def test_student_t_points_are_those_of_scipy(tail: float, df: float) -> None:
    """The critical values of the bounds agree, and the quantile mirrors them."""
    reference = stats.t.isf(tail, df)

    assert _agree(distributions.student_t_upper_point(tail, df), reference)
    assert _agree(distributions.student_t_quantile(tail, df), -reference)


def test_student_t_quantile_is_symmetric() -> None:
    """The upper quantile is the lower one with its sign turned."""
    upper = distributions.student_t_quantile(0.975, 7.0)

    assert _agree(upper, stats.t.ppf(0.975, 7.0))
    assert _agree(distributions.student_t_upper_point(0.975, 7.0), -upper)


@given(x=st.floats(0.0, 300.0), df=st.integers(1, 100))
def test_chi_square_sf_is_that_of_scipy(x: float, df: int) -> None:
    """The upper tail of chi-square agrees."""
    assert _agree(distributions.chi_square_sf(x, df), stats.chi2.sf(x, df))


@given(tail=st.floats(1e-6, 0.999), df=st.integers(1, 40))
def test_chi_square_upper_point_is_that_of_scipy(tail: float, df: int) -> None:
    """The critical value of chi-square agrees."""
    assert _agree(distributions.chi_square_upper_point(tail, df), stats.chi2.isf(tail, df))


@given(x=st.floats(0.1, 100.0), df=st.integers(1, 20), noncentrality=st.floats(0.1, 100.0))
def test_noncentral_chi_square_sf_is_that_of_scipy(x: float, df: int, noncentrality: float) -> None:
    """The noncentral upper tail agrees; scipy itself is exact here to about 1e-9."""
    value = distributions.noncentral_chi_square_sf(x, df, noncentrality=noncentrality)

    assert math.isclose(value, float(stats.ncx2.sf(x, df, noncentrality)), rel_tol=1e-8, abs_tol=1e-9)


def test_no_noncentrality_is_the_central_distribution() -> None:
    """Noncentrality zero gives chi-square itself."""
    central = distributions.chi_square_sf(3.0, 2)

    assert distributions.noncentral_chi_square_sf(3.0, 2, noncentrality=0.0) == central


def test_infinite_t_has_no_tail() -> None:
    """At the ends of the line the probability is 0 or 1."""
    assert distributions.student_t_sf(math.inf, 3.0) == 0.0
    assert distributions.student_t_sf(-math.inf, 3.0) == 1.0


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, math.nan], ids=str)
def test_an_impossible_probability_is_refused(p: float) -> None:
    """A quantile exists only strictly between 0 and 1."""
    for quantile in (distributions.normal_quantile, lambda q: distributions.student_t_quantile(q, 4.0)):
        with pytest.raises(ValueError, match="probability"):
            quantile(p)


def test_arguments_outside_their_domain_are_refused() -> None:
    """Each function says which arguments it takes."""
    with pytest.raises(ValueError, match="need"):
        distributions.regularised_beta(1.5, a=1.0, b=1.0)
    with pytest.raises(ValueError, match="need"):
        distributions.regularised_gamma_upper(0.0, 1.0)
    with pytest.raises(ValueError, match="need"):
        distributions.student_t_sf(1.0, 0.0)
    with pytest.raises(ValueError, match="need"):
        distributions.noncentral_chi_square_sf(1.0, 1.0, noncentrality=-1.0)
