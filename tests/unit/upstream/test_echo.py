"""Answers that bear the nonce of their own request, and the faults that an answer had."""

from dataclasses import replace

import pytest

from perf.model.upstream import Fault, FaultKind, UpstreamScript
from perf.model.wire import NONCE_ECHO, NONCE_LENGTH, Dialect
from perf.upstream.behaviour import Behaviour
from perf.upstream.framing import Delivery
from perf.upstream.replies import Ask
from perf.upstream.scripts import script

NONCE = "0123456789ab0000000f"
ECHOING = replace(script(), tokens=(NONCE_ECHO, " end"))


def delivery(upstream_script: UpstreamScript, *, stream: bool) -> Delivery:
    """What such an upstream sends to one chat request."""
    ask = Ask(Dialect.OPENAI_CHAT, "m", stream, False)
    return Behaviour(upstream_script, instance="a").reply(ask).delivery


def told(given: Delivery, nonce: str) -> bytes:
    """All bytes for the request with this nonce."""
    return b"".join(
        given.own(data, 1, nonce=nonce) for data in (given.rest, *(step.data for step in given.steps))
    )


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_the_nonce_takes_the_place_of_its_mark(stream: bool) -> None:
    """Nothing else changes, and no length does."""
    echoing = delivery(ECHOING, stream=stream)
    unknown, known = told(echoing, ""), told(echoing, NONCE)

    assert len(NONCE_ECHO) == NONCE_LENGTH
    assert NONCE_ECHO.encode() in unknown
    assert known == unknown.replace(NONCE_ECHO.encode(), NONCE.encode())


def test_an_answer_without_a_mark_is_never_searched() -> None:
    """The usual answers cost no more than before."""
    assert not delivery(script(), stream=True).is_personal


def test_an_answer_knows_its_faults() -> None:
    """The kinds that its request drew, and no others."""
    split = Fault(kind=FaultKind.SPLIT, ratio=1.0, after_bytes=1)
    never = Fault(kind=FaultKind.RST, ratio=0.0)

    assert delivery(replace(script(), faults=(split, never)), stream=True).faults == (FaultKind.SPLIT,)
    assert delivery(script(), stream=True).faults == ()
