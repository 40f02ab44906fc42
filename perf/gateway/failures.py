"""What an upstream's answer means: whose fault it is, whether to try again, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from perf.gateway.balance import Outcome

_INSTANCE_AT_FAULT = frozenset({401, 403})
_BUSY = frozenset({503, 529})
_RATE_LIMITED = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How far an upstream's wish to be left alone is followed.

    `retry_after_limit_seconds` is the most that it is taken to ask for, `rate_limit_rest_seconds` what a
    rate-limited instance gets that asks for nothing.
    A caller waits for the only instance for up to `wait_limit_seconds`; else the answer is passed on at once.
    """

    retry_after_limit_seconds: float
    rate_limit_rest_seconds: float
    wait_limit_seconds: float


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


def judge(
    status: int, headers: Sequence[tuple[bytes, bytes]], *, now: datetime, patience: Patience
) -> Verdict:
    """Classify an upstream's answer by its status and Retry-After.

    A rate limit is not the instance's failure: it rests, uncounted.
    An overloaded instance (503, 529) rests as it asks and is counted: one that stays so leaves the rotation.
    """
    if status < 400:
        return SUCCEEDED
    if status == _RATE_LIMITED or status in _BUSY:
        wish = retry_after_seconds(headers, now=now)
        asked = None if wish is None else min(wish, patience.retry_after_limit_seconds)
        limited = status == _RATE_LIMITED
        unasked_seconds = patience.rate_limit_rest_seconds if limited else 0.0
        return Verdict(
            outcome=Outcome.NEUTRAL if limited else Outcome.FAILURE,
            retry=True,
            rest_seconds=unasked_seconds if asked is None else asked,
            wait_seconds=asked if asked is not None else (float("inf") if limited else 0.0),
        )
    if status >= 500 or status in _INSTANCE_AT_FAULT:
        return INSTANCE_FAILED
    return CALLER_AT_FAULT


def retry_after_seconds(headers: Sequence[tuple[bytes, bytes]], *, now: datetime) -> float | None:
    """Give what `retry-after-ms` or `retry-after` (seconds or a date) asks for, or None."""
    found = {
        name: value.decode("latin-1").strip() for name, value in headers if name.startswith(b"retry-after")
    }
    asked = _number(found.get(b"retry-after-ms"))
    seconds = asked / 1000 if asked is not None else _number(found.get(b"retry-after"))
    if seconds is None and b"retry-after" in found:
        seconds = _until(found[b"retry-after"], now=now)
    return None if seconds is None else max(seconds, 0.0)


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
