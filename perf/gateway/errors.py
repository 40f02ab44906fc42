"""The gateway's own errors, and how each dialect says them."""

from enum import Enum, auto

import msgspec


class Dialect(Enum):
    """Whose API the caller speaks."""

    OPENAI = auto()
    RESPONSES = auto()
    ANTHROPIC = auto()


class GatewayError(Exception):
    """A request ends with an error: a status, a type, a message, and a code where OpenAI has one."""

    def __init__(self, status: int, kind: str, *, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.code = code


_KINDS = {
    400: "invalid_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "request_too_large",
    431: "request_headers_too_large",
    500: "internal_error",
}
_MESSAGES = {
    400: "The request is not valid HTTP",
    404: "There is no such endpoint",
    405: "The endpoint does not take this method",
    413: "The request body is too long",
    431: "The request head is too long",
    500: "The gateway failed inside",
}


def dialect_of(target: bytes) -> Dialect:
    """Give the dialect that an endpoint speaks."""
    if target.startswith(b"/v1/messages"):
        return Dialect.ANTHROPIC
    return Dialect.RESPONSES if target.startswith(b"/v1/responses") else Dialect.OPENAI


def plain_error(status: int) -> GatewayError:
    """Give the error for a status that needs no further words."""
    kind = _KINDS.get(status, "internal_error")
    return GatewayError(status, kind, message=_MESSAGES.get(status, "Error"))


def refusal(status: int, target: bytes) -> bytes:
    """Give the JSON body for a request that is refused before it is read."""
    return error_body(plain_error(status), dialect_of(target))


def error_body(error: GatewayError, dialect: Dialect) -> bytes:
    """Give the JSON body of an error."""
    inner: dict[str, str | None] = {"message": error.message, "type": error.kind}
    match dialect:
        case Dialect.OPENAI | Dialect.RESPONSES:
            return msgspec.json.encode({"error": {**inner, "param": None, "code": error.code}})
        case Dialect.ANTHROPIC:
            return msgspec.json.encode({"type": "error", "error": inner})


def error_event(error: GatewayError, dialect: Dialect, *, number: int = 0) -> bytes:
    """Give the frame that ends a broken stream: the caller's SDK raises it as an error.

    `number` is the frame's place in its stream, which only Responses tells.
    """
    match dialect:
        case Dialect.OPENAI:
            return b"data: %b\n\n" % error_body(error, dialect)
        case Dialect.ANTHROPIC:
            return b"event: error\ndata: %b\n\n" % error_body(error, dialect)
        case Dialect.RESPONSES:
            event = {"type": "error", "code": error.code or error.kind, "message": error.message}
            body = msgspec.json.encode({**event, "param": None, "sequence_number": number})
            return b"event: error\ndata: %b\n\n" % body
