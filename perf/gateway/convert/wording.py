"""What each dialect calls an error of a given status."""

from typing import NamedTuple

OPENAI_OVERLOADED = 503
ANTHROPIC_OVERLOADED = 529


class OpenAIWords(NamedTuple):
    """`type` and `code` of an OpenAI error."""

    kind: str
    code: str | None


_ANTHROPIC_KINDS = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_OPENAI_WORDS = {
    401: OpenAIWords("invalid_request_error", "invalid_api_key"),
    402: OpenAIWords("insufficient_quota", "insufficient_quota"),
    404: OpenAIWords("invalid_request_error", "model_not_found"),
    408: OpenAIWords("invalid_request_error", "timeout"),
    409: OpenAIWords("invalid_request_error", "conflict"),
    413: OpenAIWords("invalid_request_error", "request_too_large"),
    429: OpenAIWords("requests", "rate_limit_exceeded"),
    504: OpenAIWords("server_error", "timeout"),
}


def anthropic_kind(status: int) -> str:
    """Give the `type` of an Anthropic error with this status."""
    return _ANTHROPIC_KINDS.get(status) or ("api_error" if status >= 500 else "invalid_request_error")


def anthropic_status(kind: str) -> int:
    """Give the status of an Anthropic error of this type, for one that comes inside a stream."""
    if kind == "invalid_request_error":
        return 400
    return next((status for status, known in _ANTHROPIC_KINDS.items() if known == kind), 500)


def openai_words(status: int) -> OpenAIWords:
    """Give the `type` and `code` of an OpenAI error with this status."""
    known = _OPENAI_WORDS.get(status)
    return known or OpenAIWords("server_error" if status >= 500 else "invalid_request_error", None)


def openai_status(status: int) -> int:
    """Give the status that OpenAI would use; it has no 529."""
    return OPENAI_OVERLOADED if status == ANTHROPIC_OVERLOADED else status
