"""What a request asks for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.model.wire import Dialect
from perf.upstream.asks import body_nonce, credential_of, dialect_of, read_ask
from perf.upstream.replies import Ask

NONCE = "0123456789ab00000001"


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/v1/chat/completions", Dialect.OPENAI_CHAT),
        ("/chat/completions", Dialect.OPENAI_CHAT),
        ("/openai/v1/responses", Dialect.OPENAI_RESPONSES),
        ("/v1/messages", Dialect.ANTHROPIC_MESSAGES),
        ("/v1/messages/count_tokens", None),
        ("/v1/embeddings", None),
    ],
)
def test_the_last_words_of_a_path_are_its_dialect(path: str, dialect: Dialect | None) -> None:
    """With or without /v1, behind any prefix."""
    assert dialect_of(path) is dialect


@given(
    model=st.text(max_size=20),
    stream=st.sampled_from([None, False, True]),
    options=st.sampled_from([None, {}, {"include_usage": True}, {"include_usage": False}]),
    prompt=st.text(max_size=30) | st.just('"stream":true'),
)
def test_a_body_says_what_it_wants(
    model: str, stream: bool | None, options: dict[str, bool] | None, prompt: str
) -> None:
    """Neither the order of its fields nor words in its prompt matter."""
    body = {"messages": [{"content": prompt}], "stream_options": options, "stream": stream, "model": model}

    ask = read_ask(Dialect.OPENAI_CHAT, json.dumps(body).encode())

    include_usage = bool((options or {}).get("include_usage"))
    assert ask == Ask(Dialect.OPENAI_CHAT, model, bool(stream), include_usage)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"model":1}', b'{"model":"\xff"}'])
def test_what_is_no_request_asks_nothing(body: bytes) -> None:
    """Broken JSON, and JSON without a model, are refused."""
    assert read_ask(Dialect.OPENAI_CHAT, body) is None


@pytest.mark.parametrize(
    ("body", "nonce"),
    [
        (f'{{"content":"pg-nonce-{NONCE} hello"}}'.encode(), NONCE),
        (f"pg-nonce-{NONCE}".encode(), NONCE),
        (f"pg-nonce-{NONCE[:-1]}".encode(), ""),
        (b'{"content":"hello"}', ""),
        (b"", ""),
    ],
    ids=["in-a-prompt", "at-the-end", "cut", "none", "empty"],
)
def test_a_nonce_follows_its_mark(body: bytes, nonce: str) -> None:
    """Twenty characters or none."""
    assert body_nonce(body) == nonce


@pytest.mark.parametrize(
    ("authorization", "api_key", "credential"),
    [
        (b"Bearer abc", b"", "abc"),
        (b"bearer abc", b"def", "abc"),
        (b"", b"def", "def"),
        (b"Basic abc", b"def", "def"),
        (b"", b"", ""),
    ],
    ids=["bearer", "both", "key", "other-scheme", "none"],
)
def test_a_credential_is_a_bearer_token_or_a_key(
    authorization: bytes, api_key: bytes, credential: str
) -> None:
    """Either provider's way of showing the key is read."""
    assert credential_of(authorization, api_key) == credential
