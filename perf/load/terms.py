"""What every connection of a run goes by: requests, numbers, limits, and where to record."""

from dataclasses import dataclass
from math import gcd
from time import monotonic_ns
from typing import Self

from perf.load.churn import Churn
from perf.load.errors import LoadError
from perf.load.familiar import Familiar
from perf.load.recorder import Recorder
from perf.load.request import Endpoint, PreparedRequest
from perf.load.share import WHOLE, Share
from perf.load.turn import Turn
from perf.model.load import Abort, LoadPlan, Outcome, Phase, Spread

_NONCE_PREFIX_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How the count of planned aborts moves on, so that they do not fall on the same templates each lap.

    By `step` after every `span` requests. It stays where number of templates and count have no factor in
    common: each template has its turn anyway.
    """

    step: int
    span: int

    @classmethod
    def of(cls, plan: LoadPlan) -> Self:
        """What a plan needs; a step of two keeps to streams, where every other template is one."""
        templates = len(plan.templates) if plan.spread is Spread.BY_REQUEST else 1
        every = plan.abort.every if plan.abort else 1
        shared = gcd(templates, every)
        if shared == 1:
            return cls(step=0, span=1)
        alike = len({template.stream for template in plan.templates}) == 1
        return cls(step=1 if alike else 2, span=templates * (every // shared))

    def at(self, count: int) -> int:
        """How far it has moved by so many requests of steady state."""
        return self.step * (count // self.span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The settled terms of one run; `steady_from` is the number of the first steady-state request.

    `familiar` has, for each template, the last whole answer that was found good. `varied` says that requests
    differ in more than the nonce, `closing` that connections are closed by plan.
    """

    requests: tuple[PreparedRequest, ...]
    by_connection: bool
    nonce_prefix: bytes
    steady_from: int
    requests_per_connection: int
    abort: Abort | None
    drift: Drift
    familiar: tuple[Familiar, ...]
    churn: Churn
    recorder: Recorder
    turn: Turn
    varied: bool
    closing: bool

    @classmethod
    def of(cls, plan: LoadPlan, *, endpoint: Endpoint, share: Share = WHOLE) -> Self:
        """The terms of a plan; one that cannot be carried out is a `LoadError`."""
        if not plan.templates:
            raise LoadError("nothing to send", where="the plan's templates", cure="give at least one")
        if len(plan.nonce_prefix) != _NONCE_PREFIX_LENGTH:
            raise LoadError(
                "the nonce prefix has the wrong length",
                where=repr(plan.nonce_prefix),
                cure=f"give {_NONCE_PREFIX_LENGTH} hex digits",
            )
        return cls(
            requests=tuple(PreparedRequest.of(each, endpoint=endpoint) for each in plan.templates),
            by_connection=plan.spread is Spread.BY_CONNECTION,
            nonce_prefix=plan.nonce_prefix.encode("ascii"),
            steady_from=plan.warmup_requests,
            requests_per_connection=plan.requests_per_connection,
            abort=plan.abort,
            drift=Drift.of(plan),
            familiar=tuple(Familiar() for _ in plan.templates),
            churn=Churn(plan.churn_per_second / share.of),
            recorder=Recorder(),
            turn=Turn(),
            varied=len(plan.templates) > 1 or plan.abort is not None,
            closing=plan.requests_per_connection > 0 or plan.churn_per_second > 0,
        )

    def template_of(self, *, number: int, slot: int) -> int:
        """Which template request `number` uses in connection slot `slot`."""
        return (slot if self.by_connection else number) % len(self.requests)

    def abort_after(self, number: int) -> int:
        """After how many deltas the client hangs up on request `number`; -1 is never, as in warm-up."""
        if self.abort is None or number < self.steady_from:
            return -1
        count = number - self.steady_from
        is_chosen = (count + 1 + self.drift.at(count)) % self.abort.every == 0
        return self.abort.after_deltas if is_chosen else -1

    def closes_after(self, used: int) -> bool:
        """Whether a connection has had all its requests with so many, or is the one that churn takes."""
        return used == self.requests_per_connection or (self.churn.is_on and self.churn.takes(monotonic_ns()))

    def phase_of(self, number: int) -> Phase:
        """The phase that request `number` belongs to."""
        return Phase.STEADY if number >= self.steady_from else Phase.WARM_UP

    def record_unsent(
        self, number: int, intended_ns: int, *, slot: int, connection: int, outcome: Outcome
    ) -> None:
        """Record a request that was never sent, as its connection could not be opened."""
        template = self.template_of(number=number, slot=slot)
        phase, ended_ns = self.phase_of(number), monotonic_ns()
        self.recorder.add(
            (number, template, connection, phase, intended_ns, 0, 0, 0, 0, 0, 0, 0, outcome, ended_ns, 0, 0)
        )
