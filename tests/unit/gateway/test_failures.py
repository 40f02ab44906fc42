"""What an upstream's answer means."""

from datetime import UTC, datetime

import pytest

from perf.gateway.balance import Outcome
from perf.gateway.failures import Patience, judge, retry_after_seconds

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_PATIENCE = Patience(retry_after_limit_seconds=60.0, rate_limit_rest_seconds=2.0, wait_limit_seconds=2.0)


@pytest.mark.parametrize(
    ("status", "outcome", "retry"),
    [
        (200, Outcome.SUCCESS, False),
        (400, Outcome.NEUTRAL, False),
        (404, Outcome.NEUTRAL, False),
        (422, Outcome.NEUTRAL, False),
        (401, Outcome.FAILURE, True),
        (403, Outcome.FAILURE, True),
        (429, Outcome.NEUTRAL, True),
        (500, Outcome.FAILURE, True),
        (502, Outcome.FAILURE, True),
        (503, Outcome.FAILURE, True),
        (504, Outcome.FAILURE, True),
        (529, Outcome.FAILURE, True),
    ],
)
def test_a_status_tells_whose_fault_it_is(status: int, outcome: Outcome, retry: bool) -> None:
    """The instance's faults count and are tried again; the caller's do neither."""
    verdict = judge(status, [], now=_NOW, patience=_PATIENCE)

    assert (verdict.outcome, verdict.retry) == (outcome, retry)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([], None),
        ([(b"retry-after", b"7")], 7.0),
        ([(b"retry-after", b"1.5")], 1.5),
        ([(b"retry-after", b"9"), (b"retry-after-ms", b"250")], 0.25),
        ([(b"retry-after", b"Thu, 01 Jan 2026 00:00:30 GMT")], 30.0),
        ([(b"retry-after", b"Wed, 31 Dec 2025 00:00:30 GMT")], 0.0),
        ([(b"retry-after", b"86400")], 86400.0),
        ([(b"retry-after", b"soon")], None),
    ],
)
def test_retry_after_is_read_in_every_form(headers: list[tuple[bytes, bytes]], seconds: float | None) -> None:
    """Seconds, milliseconds, a date; nonsense is nothing."""
    assert retry_after_seconds(headers, now=_NOW) == seconds


def test_a_rate_limited_instance_rests_as_it_asks() -> None:
    """Two seconds when it does not say how long, and at most a minute."""
    assert judge(429, [], now=_NOW, patience=_PATIENCE).rest_seconds == 2.0
    assert judge(429, [(b"retry-after", b"5")], now=_NOW, patience=_PATIENCE).rest_seconds == 5.0
    assert judge(429, [(b"retry-after", b"86400")], now=_NOW, patience=_PATIENCE).rest_seconds == 60.0
