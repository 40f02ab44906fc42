"""What is no request for an answer of a model."""

import json

import pytest

from perf.model.wire import Dialect
from perf.upstream.probes import probe_reply, unknown_path
from perf.upstream.replies import Reply

PATHS = {
    Dialect.OPENAI_CHAT: "/v1/chat/completions",
    Dialect.OPENAI_RESPONSES: "/v1/responses",
    Dialect.ANTHROPIC_MESSAGES: "/v1/messages",
}


def payload(reply: Reply) -> dict[str, object]:
    """The body of an answer."""
    told: dict[str, object] = json.loads(b"".join(piece.data for piece in reply.pieces))
    return told


def is_in_words_of(dialect: Dialect, reply: Reply) -> bool:
    """Whether an error has the body and the headers of that provider."""
    is_anthropics = payload(reply).get("type") == "error"
    limits = [name for name, _ in reply.headers if name.startswith("anthropic-ratelimit-")]
    return is_anthropics == bool(limits) == (dialect is Dialect.ANTHROPIC_MESSAGES)


@pytest.mark.parametrize("name", ["gpt-4o-mini", "claude-sonnet-4-5"])
def test_a_model_is_told_by_its_name(name: str) -> None:
    """It is the entry of the list, with the fields that either provider's client reads."""
    _, listed = probe_reply("GET", "/v1/models")
    _, told = probe_reply("GET", f"/v1/models/{name}")

    entries = payload(listed)["data"]
    assert isinstance(entries, list)
    assert payload(told) in entries
    assert (payload(told)["id"], payload(told)["object"], payload(told)["type"]) == (name, "model", "model")


@pytest.mark.parametrize(
    ("name", "dialect"), [("gpt-9", Dialect.OPENAI_CHAT), ("claude-9", Dialect.ANTHROPIC_MESSAGES)]
)
def test_an_unknown_model_is_not_found(name: str, dialect: Dialect) -> None:
    """In the words of the provider whose name it has."""
    whose, told = probe_reply("GET", f"/v1/models/{name}")

    assert (whose, told.status) == (dialect, 404)
    assert is_in_words_of(dialect, told)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("dialect", Dialect)
def test_an_endpoint_takes_only_a_post(dialect: Dialect, method: str) -> None:
    """Any other method is refused in the provider's words, and told which one it is."""
    whose, told = probe_reply(method, PATHS[dialect])

    assert (whose, told.status, dict(told.headers)["allow"]) == (dialect, 405, "POST")
    assert is_in_words_of(dialect, told)


@pytest.mark.parametrize(
    ("path", "status"), [("/health", 200), ("/v1/models/gpt-9", 404), ("/v1/messages", 405)]
)
def test_a_head_has_no_body(path: str, status: int) -> None:
    """Its status is that of a GET."""
    _, told = probe_reply("HEAD", path)

    assert (told.status, told.length_bytes) == (status, 0)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_nothing_is_changed_here(method: str) -> None:
    """What a probe would never ask is not found, be it a model."""
    for path in ("/v1/x", "/v1/models/gpt-4o-mini"):
        assert probe_reply(method, path)[1].status == 404


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/v1/messages/count_tokens", Dialect.ANTHROPIC_MESSAGES),
        ("/v1/messages/batches", Dialect.ANTHROPIC_MESSAGES),
        ("/v1/embeddings", Dialect.OPENAI_CHAT),
    ],
)
def test_a_path_that_is_no_endpoint_is_not_found(path: str, dialect: Dialect) -> None:
    """In Anthropic's words below its own endpoint, else in OpenAI's."""
    whose, told = unknown_path(path)

    assert (whose, told.status) == (dialect, 404)
    assert is_in_words_of(dialect, told)
