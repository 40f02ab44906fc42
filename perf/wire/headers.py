"""The response headers that each provider sends."""

from typing import assert_never

from perf.model.wire import Dialect

JSON_TYPE = "application/json"
STREAM_TYPE = "text/event-stream; charset=utf-8"


def request_id_header(dialect: Dialect) -> tuple[str, str]:
    """Name of the header with the request's id, and what the id begins with."""
    match dialect:
        case Dialect.ANTHROPIC_MESSAGES:
            return "request-id", "req_01"
        case Dialect.OPENAI_CHAT | Dialect.OPENAI_RESPONSES:
            return "x-request-id", "req_"
        case _:
            assert_never(dialect)


def reply_headers(
    dialect: Dialect, *, stream: bool, resets: str, exhausted: bool = False
) -> tuple[tuple[str, str], ...]:
    """Every header but the request's id and those that frame the body; `exhausted` has no requests left.

    `resets` is when Anthropic's limits are full again (RFC 3339); OpenAI tells durations.
    """
    kind: tuple[tuple[str, str], ...] = (("content-type", JSON_TYPE),)
    if stream:
        kind = (("content-type", STREAM_TYPE), ("cache-control", "no-cache"))
    match dialect:
        case Dialect.ANTHROPIC_MESSAGES:
            return kind + _anthropic(resets, requests_left="0" if exhausted else "9999")
        case Dialect.OPENAI_CHAT | Dialect.OPENAI_RESPONSES:
            return kind + _openai(requests_left="0" if exhausted else "9999")
        case _:
            assert_never(dialect)


def _openai(*, requests_left: str) -> tuple[tuple[str, str], ...]:
    return (
        ("openai-version", "2020-10-01"),
        ("openai-organization", "perfgate"),
        ("openai-processing-ms", "1"),
        ("x-ratelimit-limit-requests", "10000"),
        ("x-ratelimit-limit-tokens", "30000000"),
        ("x-ratelimit-remaining-requests", requests_left),
        ("x-ratelimit-remaining-tokens", "29999000"),
        ("x-ratelimit-reset-requests", "6ms"),
        ("x-ratelimit-reset-tokens", "1s"),
    )


def _anthropic(resets: str, *, requests_left: str) -> tuple[tuple[str, str], ...]:
    return (
        ("anthropic-organization-id", "perfgate"),
        *(
            (f"anthropic-ratelimit-{what}-{field}", value)
            for what, limit, remaining in (
                ("requests", "10000", requests_left),
                ("tokens", "12000000", "11999000"),
                ("input-tokens", "10000000", "9999000"),
                ("output-tokens", "2000000", "2000000"),
            )
            for field, value in (("limit", limit), ("remaining", remaining), ("reset", resets))
        ),
    )
