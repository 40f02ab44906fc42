"""Frames that no provider sends, before the official clients and before our reader: they agree."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import anthropic
import openai
import pytest

from perf.model.wire import Dialect
from perf.wire.answer import Answer
from perf.wire.build import reply_frames
from perf.wire.read import EventKind, reader_for
from perf.wire.sse import SseDecoder

PROMPT: openai.types.chat.ChatCompletionUserMessageParam = {"role": "user", "content": "hello"}
ASKED: anthropic.types.MessageParam = {"role": "user", "content": "hello"}


@contextmanager
def serving(stream: bytes) -> Iterator[str]:
    """The URL of a server that answers every request with this stream."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("content-length", str(len(stream)))
            self.end_headers()
            self.wfile.write(stream)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _read_chat(url: str) -> int:
    with openai.OpenAI(api_key="k", base_url=f"{url}/v1", max_retries=0) as client:
        return len(list(client.chat.completions.create(model="m", messages=[PROMPT], stream=True)))


def _read_responses(url: str) -> int:
    with openai.OpenAI(api_key="k", base_url=f"{url}/v1", max_retries=0) as client:
        return len(list(client.responses.create(model="m", input="hello", stream=True)))


def _read_messages(url: str) -> int:
    with anthropic.Anthropic(api_key="k", base_url=url, max_retries=0) as client:
        return len(list(client.messages.create(model="m", max_tokens=9, messages=[ASKED], stream=True)))


CLIENTS: dict[Dialect, Callable[[str], int]] = {
    Dialect.OPENAI_CHAT: _read_chat,
    Dialect.OPENAI_RESPONSES: _read_responses,
    Dialect.ANTHROPIC_MESSAGES: _read_messages,
}
"""How each official client reads a whole stream; the number of events that it had of it."""


def breaks_client(dialect: Dialect, stream: bytes) -> bool:
    """Whether the official client raises over this stream."""
    with serving(stream) as url:
        try:
            CLIENTS[dialect](url)
        except json.JSONDecodeError:
            return True
    return False


def is_malformed(dialect: Dialect, stream: bytes) -> bool:
    """Whether our reader calls it so."""
    read = reader_for(dialect)
    kinds = [read(event, data)[0] for event, data in SseDecoder().feed(stream)]
    return EventKind.MALFORMED in kinds


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"data:\n\n", id="empty"),
        pytest.param(b"data: \n\n", id="blank"),
        pytest.param(b"data:\ndata:\n\n", id="two-empty-lines"),
        pytest.param(b"event: ping\ndata:\n\n", id="named-and-empty"),
        pytest.param(b"event: content_block_delta\ndata: {\n\n", id="half-an-object"),
        pytest.param(b": keep-alive\n\n", id="comment"),
    ],
)
def test_what_breaks_an_official_client_is_malformed(dialect: Dialect, odd: bytes) -> None:
    """An event without data ends a stream of OpenAI's with an error, and Anthropic's client skips it."""
    answer = Answer(model="m", tokens=("tok0", " tok1"), tool_arguments="", usage=None)
    opening, deltas, closing = reply_frames(dialect, answer, include_usage=False)
    stream = b"".join((*opening, deltas[0], odd, deltas[1], *closing))

    assert is_malformed(dialect, stream) is breaks_client(dialect, stream)


@pytest.mark.parametrize("dialect", [Dialect.OPENAI_CHAT, Dialect.OPENAI_RESPONSES])
def test_official_clients_read_no_further_than_done(dialect: Dialect) -> None:
    """Whatever text is behind it, they have none of it, and take the stream for whole."""
    answer = Answer(model="m", tokens=("tok0", " tok1"), tool_arguments="", usage=None)
    opening, deltas, closing = reply_frames(dialect, answer, include_usage=False)

    with serving(b"".join((*opening, b"data: [DONE]\n\n", *deltas, *closing))) as url:
        assert CLIENTS[dialect](url) == len(opening)
