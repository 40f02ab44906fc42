"""What an upstream's answer means: whose fault it is, whether to try again, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from perf.gateway.balance import Outcome

_INSTANCE_AT_FAULT = frozenset({401, 403})
_BUSY = frozenset({503, 529})
_RATE_LIMITED = 429
_RETRY_AFTER_LIMIT_SECONDS = 60.0
_RATE_LIMIT_REST_SECONDS = 2.0
WAIT_LIMIT_SECONDS = 2.0
"""A caller waits for the only instance no longer than this; else it gets the answer and may wait itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows from an answer.

    `rest_seconds` is for how long the instance is to be left alone, `wait_seconds` what it asked for itself.
    """

    outcome: Outcome
    retry: bool
    rest_seconds: float
    wait_seconds: float


SUCCEEDED = Verdict(outcome=Outcome.SUCCESS, retry=False, rest_seconds=0.0, wait_seconds=0.0)
CALLER_AT_FAULT = Verdict(outcome=Outcome.NEUTRAL, retry=False, rest_seconds=0.0, wait_seconds=0.0)
INSTANCE_FAILED = Verdict(outcome=Outcome.FAILURE, retry=True, rest_seconds=0.0, wait_seconds=0.0)


def judge(status: int, headers: Sequence[tuple[bytes, bytes]], *, now: datetime) -> Verdict:
    """Classify an upstream's answer by its status and Retry-After.

    A rate limit is not the instance's failure: it rests, uncounted.
    An overloaded instance (503, 529) rests as it asks and is counted: one that stays so leaves the rotation.
    """
    if status < 400:
        return SUCCEEDED
    if status == _RATE_LIMITED or status in _BUSY:
        asked = retry_after_seconds(headers, now=now)
        limited = status == _RATE_LIMITED
        return Verdict(
            outcome=Outcome.NEUTRAL if limited else Outcome.FAILURE,
            retry=True,
            rest_seconds=asked if asked is not None else (_RATE_LIMIT_REST_SECONDS if limited else 0.0),
            wait_seconds=asked if asked is not None else (float("inf") if limited else 0.0),
        )
    if status >= 500 or status in _INSTANCE_AT_FAULT:
        return INSTANCE_FAILED
    return CALLER_AT_FAULT


def retry_after_seconds(headers: Sequence[tuple[bytes, bytes]], *, now: datetime) -> float | None:
    """Give what `retry-after-ms` or `retry-after` (seconds or a date) asks for, at most 60 s, or None."""
    found = {
        name: value.decode("latin-1").strip() for name, value in headers if name.startswith(b"retry-after")
    }
    asked = _number(found.get(b"retry-after-ms"))
    seconds = asked / 1000 if asked is not None else _number(found.get(b"retry-after"))
    if seconds is None and b"retry-after" in found:
        seconds = _until(found[b"retry-after"], now=now)
    return None if seconds is None else min(max(seconds, 0.0), _RETRY_AFTER_LIMIT_SECONDS)


def _number(text: str | None) -> float | None:
    if text is None or not text.replace(".", "", 1).isdecimal():
        return None
    return float(text)


def _until(date: str, *, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - now.timestamp()
