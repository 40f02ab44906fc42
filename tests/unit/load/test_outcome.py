"""Classification of what was seen of an exchange."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.load.outcome import Said, ends_with_connection, overdue, status_outcome, stream_outcome
from perf.model.load import Outcome

SAID = st.builds(Said, st.integers(0, 15))


@given(status=st.integers(200, 599))
def test_a_status_decides_unless_it_is_good(status: int) -> None:
    """2xx leaves it to the content; 4xx and 5xx have their classes; a redirect is no answer."""
    classes = {2: None, 3: Outcome.WRONG_CONTENT, 4: Outcome.CLIENT_4XX, 5: Outcome.SERVER_5XX}

    assert status_outcome(status) is classes[status // 100]


@given(said=SAID, whole=st.booleans(), faithful=st.booleans())
def test_a_stream_is_ok_only_if_all_is_well(said: Said, whole: bool, faithful: bool) -> None:
    """OK needs every kind of end, the right text, and neither an error nor a broken frame."""
    outcome = stream_outcome(said, whole=whole, faithful=faithful)

    has_end = whole and Said.TERMINATED in said and Said.FINISHED in said
    is_clean = not said & (Said.FAILED | Said.MALFORMED)
    assert (outcome is Outcome.OK) == (has_end and is_clean and faithful)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        pytest.param(Said.FAILED | Said.MALFORMED, Outcome.STREAM_ERROR, id="error-event"),
        pytest.param(Said.MALFORMED | Said.TERMINATED, Outcome.MALFORMED_STREAM, id="broken-frame"),
        pytest.param(Said.FINISHED, Outcome.TRUNCATED_STREAM, id="no-terminator"),
        pytest.param(Said.NOTHING, Outcome.TRUNCATED_STREAM, id="nothing"),
        pytest.param(Said.TERMINATED, Outcome.TRUNCATED_STREAM, id="no-finish"),
        pytest.param(Said.FINISHED | Said.TERMINATED, Outcome.WRONG_CONTENT, id="other-text"),
    ],
)
def test_the_worst_comes_first(said: Said, outcome: Outcome) -> None:
    """Of a whole message with the wrong text the gravest fault is told."""
    assert stream_outcome(said, whole=True, faithful=False) is outcome


@given(
    age_ns=st.integers(0, 10_000),
    answered=st.booleans(),
    first_byte_ns=st.integers(1, 5_000),
    total_ns=st.integers(1, 5_000),
)
def test_a_request_is_never_given_up_early(
    age_ns: int, answered: bool, first_byte_ns: int, total_ns: int
) -> None:
    """The first-byte limit binds until the first byte, the total limit always."""
    outcome = overdue(
        1_000_000 + age_ns,
        sent_ns=1_000_000,
        first_byte_ns=1_000_001 if answered else 0,
        limits_ns=(first_byte_ns, total_ns),
    )

    if not answered and age_ns > first_byte_ns:
        assert outcome is Outcome.FIRST_BYTE_TIMEOUT
    else:
        assert outcome is (Outcome.TOTAL_TIMEOUT if age_ns > total_ns else None)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\ndate: now\r\n\r\nbody", True, id="neither"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", False, id="length"),
        pytest.param(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", False, id="chunked"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\ncontent-length: 4", True, id="length-in-body"),
        pytest.param(b"HTTP/1.1 200 OK\r\ndate: no", False, id="unfinished-head"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", True, id="after-interim"),
    ],
)
def test_a_body_ends_with_the_connection_only_if_nothing_else_ends_it(head: bytes, expected: bool) -> None:
    """RFC 9112, 6.3: no length and no transfer coding."""
    assert ends_with_connection(head) is expected
