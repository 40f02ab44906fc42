"""The two forms of scenario 9."""

from perf.scenarios.stream_faults import STREAM_FAULTS, STREAM_FAULTS_SHORT


def test_the_short_form_judges_alike() -> None:
    """Its parts and criteria are those of the long form."""
    assert set(STREAM_FAULTS_SHORT.parts) <= set(STREAM_FAULTS.parts)
    assert set(STREAM_FAULTS_SHORT.criteria) <= set(STREAM_FAULTS.criteria)
    assert {each.part for each in STREAM_FAULTS_SHORT.criteria} == {"coalesced", "cut"}
