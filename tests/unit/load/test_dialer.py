"""Connects that fail, and one that comes about in the moment in which it is given up."""

import asyncio
import ssl
from collections.abc import Callable

import pytest

from perf.load.dialer import Dialer, Unconnected, connect_outcome
from perf.load.errors import LoadError
from perf.load.request import Endpoint
from perf.load.share import WHOLE
from perf.load.terms import Terms
from perf.model.load import Outcome
from tests.load.plans import a_plan
from tests.unit.load.bench import Ledger, Wire


class LateLoop(asyncio.SelectorEventLoop):
    """Connects when time is up, as uvloop may in one turn: the protocol hears of it, nobody else."""

    async def create_connection(  # type: ignore[override]  # only what the dialer uses
        self, factory: Callable[[], asyncio.Protocol], *place: object, **options: object
    ) -> tuple[asyncio.Transport, asyncio.Protocol]:
        factory().connection_made(Wire())
        raise TimeoutError


def test_a_connect_at_its_deadline_leaves_nobody_behind() -> None:
    """The roster is not left waiting for a connection that uvloop has closed without a word."""
    plan = a_plan("http://127.0.0.1:9")
    endpoint = Endpoint.of(plan.base_url)
    terms = Terms.of(plan, endpoint=endpoint)

    async def dialled() -> Unconnected | object:
        dialer = Dialer(terms, plan, endpoint=endpoint, tls=None, share=WHOLE)
        result = await dialer.dial(0, Ledger())
        await dialer.roster.dismiss()
        return result

    with asyncio.Runner(loop_factory=LateLoop) as runner:
        result = runner.run(dialled())

    assert result == Unconnected(number=0, outcome=Outcome.CONNECT_TIMEOUT)


@pytest.mark.parametrize(
    "error", [ssl.SSLError(1, "internal error"), ssl.SSLZeroReturnError(), ssl.SSLEOFError()]
)
def test_a_handshake_that_the_gateway_breaks_off_is_a_reset(error: ssl.SSLError) -> None:
    """An overloaded gateway may answer with an alert; that is its failure, and no end of the run."""
    assert connect_outcome(error) is Outcome.RESET


def test_a_certificate_that_nobody_trusts_ends_the_run() -> None:
    """No request can succeed, so the error says what to do."""
    with pytest.raises(LoadError, match="no TLS with the gateway"):
        connect_outcome(ssl.SSLCertVerificationError(1, "self-signed certificate"))
