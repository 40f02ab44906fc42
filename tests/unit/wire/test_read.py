"""What readers make of events and bodies that no well-behaved provider sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.model.wire import Dialect
from perf.wire.failure import error_body, error_frame, error_status
from perf.wire.read import EventKind, body_text, reader_for, stream_event
from perf.wire.sse import SseDecoder

CHAT, RESPONSES, MESSAGES = Dialect.OPENAI_CHAT, Dialect.OPENAI_RESPONSES, Dialect.ANTHROPIC_MESSAGES
DELTA = b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}'


@pytest.mark.parametrize(
    ("dialect", "event", "data", "kind"),
    [
        pytest.param(CHAT, b"", b"", EventKind.MALFORMED, id="chat-empty"),
        pytest.param(CHAT, b"", b"{", EventKind.MALFORMED, id="chat-not-json"),
        pytest.param(CHAT, b"", b"{}", EventKind.MALFORMED, id="chat-no-choices"),
        pytest.param(CHAT, b"", b'{"choices":[]}', EventKind.QUIET, id="chat-usage-chunk"),
        pytest.param(CHAT, b"", b'{"choices":[{}],"error":null}', EventKind.QUIET, id="chat-null-error"),
        pytest.param(CHAT, b"", b'{"error":{"message":"x"}}', EventKind.ERROR, id="chat-error"),
        pytest.param(
            CHAT, b"", b'{"choices":[{"delta":{"content":1}}]}', EventKind.MALFORMED, id="chat-type"
        ),
        pytest.param(RESPONSES, b"", b'{"type":"response.failed"}', EventKind.ERROR, id="responses-failed"),
        pytest.param(
            RESPONSES, b"", b'{"type":"response.incomplete"}', EventKind.TERMINATOR, id="responses-incomplete"
        ),
        pytest.param(
            RESPONSES,
            b"",
            b'{"type":"response.output_text.delta"}',
            EventKind.MALFORMED,
            id="responses-no-delta",
        ),
        pytest.param(RESPONSES, b"", b'{"a":1}', EventKind.MALFORMED, id="responses-no-type"),
        pytest.param(RESPONSES, b"", b"[DONE]", EventKind.CLOSED, id="responses-done"),
        pytest.param(RESPONSES, b"", b"[DONE]xyz", EventKind.MALFORMED, id="responses-done-and-more"),
        pytest.param(CHAT, b"", b"[DONE] ", EventKind.TERMINATOR, id="chat-done-and-a-space"),
        pytest.param(CHAT, b"", b"[DONE]xyz", EventKind.MALFORMED, id="chat-done-and-more"),
        pytest.param(MESSAGES, b"content_block_delta", DELTA, EventKind.TEXT, id="messages-delta"),
        pytest.param(MESSAGES, b"", DELTA, EventKind.QUIET, id="messages-without-name"),
        pytest.param(MESSAGES, b"ping", DELTA, EventKind.MALFORMED, id="messages-wrong-name"),
        pytest.param(MESSAGES, b"ping", b"", EventKind.QUIET, id="messages-empty"),
        pytest.param(MESSAGES, b"ping", b"pong", EventKind.MALFORMED, id="messages-not-json"),
    ],
)
def test_odd_events_are_read_as_official_clients_do(
    dialect: Dialect, event: bytes, data: bytes, kind: EventKind
) -> None:
    """What breaks a client is malformed; what it skips is quiet."""
    assert stream_event(dialect, data, event_name=event).kind is kind


def test_a_finish_may_bring_the_last_text() -> None:
    """Some gateways merge the last content into the finish chunk; no text is lost."""
    data = b'{"choices":[{"delta":{"content":"end"},"finish_reason":"stop"}]}'

    assert stream_event(CHAT, data) == (EventKind.FINISH, "end")


@pytest.mark.parametrize("dialect", Dialect)
def test_error_events_are_errors(dialect: Dialect) -> None:
    """Each dialect's own error event is read as one, with its words."""
    ((event, data),) = SseDecoder().feed(error_frame(dialect, sequence_number=3))

    kind, text = reader_for(dialect)(event, data)

    assert kind is EventKind.ERROR
    assert "verloaded" in text


@pytest.mark.parametrize("dialect", Dialect)
def test_error_bodies_have_no_text(dialect: Dialect) -> None:
    """An error sent with 200 is no answer."""
    assert body_text(dialect, error_body(dialect, 500)) is None


@pytest.mark.parametrize(
    ("dialect", "status", "sent"),
    [(CHAT, 529, 503), (CHAT, 0, 503), (RESPONSES, 429, 429), (MESSAGES, 0, 529), (MESSAGES, 529, 529)],
)
def test_529_is_anthropics_alone(dialect: Dialect, status: int, sent: int) -> None:
    """OpenAI says 503 where Anthropic says 529."""
    assert error_status(dialect, status) == sent


@pytest.mark.parametrize("dialect", Dialect)
@given(data=st.binary(max_size=60) | st.sampled_from([b"null", b"[]", b"1", b'"\xff"', b'{"type":1}']))
def test_no_bytes_break_a_reader(dialect: Dialect, data: bytes) -> None:
    """Whatever a gateway sends is read as something."""
    assert stream_event(dialect, data, event_name=b"ping").kind in EventKind
    assert body_text(dialect, data) is None or isinstance(body_text(dialect, data), str)
