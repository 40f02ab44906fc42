"""The text of the sticky comment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.errors import PublishError
from perf.github.body import NOBODY, STICKY, Sticky, Writer, body_of, is_same, marker_of, writer_of

WRITERS = st.builds(Writer, number=st.integers(0, 10**9), attempt=st.integers(0, 99))


@given(st.text(), WRITERS)
def test_body_tells_who_wrote_it(report: str, writer: Writer) -> None:
    """Whatever the report says, marker and writer stand in the first two lines."""
    body = body_of(report, sticky=STICKY, writer=writer)

    assert body.startswith(marker_of(STICKY))
    assert writer_of(body) == writer


@given(st.text())
def test_report_cannot_pose_as_a_writer(report: str) -> None:
    """Only the second line counts: a report that quotes a writer's line changes nothing."""
    body = f"{marker_of(STICKY)}\n### passed\n<!-- perfgate-run number=99 attempt=1 -->\n{report}"

    assert writer_of(body) == NOBODY


@given(st.text(alphabet="ab \n", max_size=40))
def test_line_ends_make_no_difference(body: str) -> None:
    """GitHub may give line feeds back as carriage returns with line feeds."""
    assert is_same(body, body.replace("\n", "\r\n") + "\r\n")


@pytest.mark.parametrize("key", ["", "A", "a b", "a-->", "x" * 41], ids=repr)
def test_key_is_one_plain_word(key: str) -> None:
    """A key with other characters could end the hidden line."""
    with pytest.raises(PublishError, match="one word"):
        marker_of(Sticky(key=key, author="bot"))
