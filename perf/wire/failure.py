"""Error bodies and mid-stream error events, in each dialect's own words."""

from typing import NamedTuple, assert_never

import msgspec

from perf.model.wire import Dialect
from perf.wire.headers import request_id_header

ID_MARK = "perfgate-request"
"""16 characters that whoever sends the body replaces by the digits of the request's id."""
_OVERLOADED = 529
_, _ID_PREFIX = request_id_header(Dialect.ANTHROPIC_MESSAGES)


class _Words(NamedTuple):
    openai_type: str
    openai_code: str | None
    anthropic_type: str
    message: str


_WORDS = {
    400: _Words("invalid_request_error", None, "invalid_request_error", "Bad request"),
    401: _Words("invalid_request_error", "invalid_api_key", "authentication_error", "Incorrect API key"),
    402: _Words("insufficient_quota", "insufficient_quota", "billing_error", "Payment required"),
    403: _Words("invalid_request_error", None, "permission_error", "Permission denied"),
    404: _Words("invalid_request_error", "model_not_found", "not_found_error", "Not found"),
    405: _Words(
        "invalid_request_error", "method_not_supported", "invalid_request_error", "Method not allowed"
    ),
    408: _Words("invalid_request_error", "timeout", "timeout_error", "Request timed out"),
    409: _Words("invalid_request_error", "conflict", "conflict_error", "Conflict"),
    413: _Words("invalid_request_error", "request_too_large", "request_too_large", "Request too large"),
    422: _Words("invalid_request_error", None, "invalid_request_error", "Unprocessable request"),
    429: _Words("requests", "rate_limit_exceeded", "rate_limit_error", "Rate limit reached"),
    500: _Words("server_error", None, "api_error", "Internal server error"),
    502: _Words("server_error", None, "api_error", "Bad gateway"),
    503: _Words(
        "server_error", None, "api_error", "The engine is currently overloaded, please try again later"
    ),
    504: _Words("server_error", "timeout", "timeout_error", "Gateway timed out"),
    _OVERLOADED: _Words("server_error", None, "overloaded_error", "Overloaded"),
}


def error_status(dialect: Dialect, status: int) -> int:
    """The status as that provider would send it: 0 asks for its "overloaded", and OpenAI has no 529."""
    match dialect:
        case Dialect.ANTHROPIC_MESSAGES:
            return status or _OVERLOADED
        case Dialect.OPENAI_CHAT | Dialect.OPENAI_RESPONSES:
            return 503 if status in {0, _OVERLOADED} else status
        case _:
            assert_never(dialect)


def error_body(dialect: Dialect, status: int) -> bytes:
    """The body of an error answer."""
    words = _words(status)
    match dialect:
        case Dialect.ANTHROPIC_MESSAGES:
            return msgspec.json.encode(_anthropic(words))
        case Dialect.OPENAI_CHAT | Dialect.OPENAI_RESPONSES:
            return msgspec.json.encode(_openai(words))
        case _:
            assert_never(dialect)


def error_frame(dialect: Dialect, *, sequence_number: int) -> bytes:
    """The event that ends a stream which began well; the number is that of Responses' next event."""
    words = _words(error_status(dialect, 0))
    match dialect:
        case Dialect.ANTHROPIC_MESSAGES:
            return b"event: error\ndata: %b\n\n" % msgspec.json.encode(_anthropic(words))
        case Dialect.OPENAI_CHAT:
            return b"data: %b\n\n" % msgspec.json.encode(_openai(words))
        case Dialect.OPENAI_RESPONSES:
            event = {"type": "error", "code": words.openai_type, "message": words.message, "param": None}
            payload = msgspec.json.encode({**event, "sequence_number": sequence_number})
            return b"event: error\ndata: %b\n\n" % payload
        case _:
            assert_never(dialect)


def _words(status: int) -> _Words:
    return _WORDS.get(status) or _WORDS[500 if status >= 500 else 400]


def _anthropic(words: _Words) -> dict[str, object]:
    error = {"type": words.anthropic_type, "message": words.message}
    return {"type": "error", "error": error, "request_id": f"{_ID_PREFIX}{ID_MARK}"}


def _openai(words: _Words) -> dict[str, object]:
    error = {"message": words.message, "type": words.openai_type, "param": None, "code": words.openai_code}
    return {"error": error}
