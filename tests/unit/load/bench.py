"""One connection without a network: fed by hand, between a wire that keeps and an owner that counts."""

import asyncio
from dataclasses import replace

from perf.load.connection import Connection
from perf.load.request import Endpoint
from perf.load.roster import Roster
from perf.load.terms import Terms
from perf.model.load import LoadPlan, Outcome, Sample
from tests.load.plans import a_plan, a_template
from tests.unit.wire.streams import Built


class Wire(asyncio.Transport):
    """A transport that keeps what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def abort(self) -> None:
        self.is_aborted = True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Of no matter here."""


class Ledger:
    """An owner that counts; with `fails` set it has a defect."""

    def __init__(self) -> None:
        self.finished_count = 0
        self.lost_count = 0
        self.fails = False

    def finished(self, connection: Connection) -> None:
        self.finished_count += 1
        if self.fails:
            raise RuntimeError

    def lost(self, connection: Connection) -> None:
        self.lost_count += 1


class Bench:
    """A connection between a fake wire and a counting owner."""

    def __init__(self, plan: LoadPlan) -> None:
        self.terms = Terms.of(plan, endpoint=Endpoint.of(plan.base_url))
        self.terms.turn.begin(lambda look: look())
        self.owner = Ledger()
        self.wire = Wire()
        self.roster: Roster[Connection] = Roster()
        self.connection = Connection(self.terms, self.roster, owner=self.owner, slot=0, number=0)
        self.connection.connection_made(self.wire)

    def sample(self) -> Sample:
        """The only sample."""
        (sample,) = self.terms.recorder.samples()[0]
        return sample

    def gist(self) -> tuple[Outcome, int, int, int]:
        """What of the sample does not depend on time: outcome, status, deltas, bytes."""
        sample = self.sample()
        return Outcome(sample.outcome), sample.status, sample.deltas, sample.bytes_in


def a_plan_for(built: Built) -> LoadPlan:
    """A request that expects exactly this stream's text and token counts."""
    template = replace(
        a_template(stream=True, text=built.text),
        dialect=built.dialect,
        expected_usage=built.answer.usage,
    )
    return a_plan(templates=(template,))


def sampled(plan: LoadPlan, pieces: list[bytes]) -> Bench:
    """A connection on which these pieces of an answer came, one read each."""
    bench = Bench(plan)
    bench.connection.send(0, 0)
    for piece in pieces:
        bench.connection.data_received(piece)
    return bench
