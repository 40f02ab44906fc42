"""Scenario 8: what a gateway keeps under a load that does not change, half an hour long or two minutes."""

from perf.model import metric as m
from perf.model.load import Abort, ConstantRate
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario
from perf.model.units import BYTES_PER_MIB, s_to_ns
from perf.model.upstream import Fault, FaultKind
from perf.scenarios.topologies import RECOVERING, script

_REFUSAL = Fault(kind=FaultKind.STATUS, ratio=0.02, status=400)
_FAILURE = Fault(kind=FaultKind.STATUS, ratio=0.01, status=500)
_LENGTHS = {"tokens": 20, "first_delay_ms": 10, "interval_ms": 5}
_CRITERIA = (
    Criterion(part="mix", metric=m.RSS_GROWTH, bound=Bound.AT_MOST, target=10 * BYTES_PER_MIB),
    Criterion(part="mix", metric=m.FD_GROWTH, bound=Bound.AT_MOST, target=10),
    Criterion(part="mix", metric=m.SOCKET_GROWTH, bound=Bound.AT_MOST, target=10),
    Criterion(part="mix", metric=m.UNDISTURBED_SUCCESS, bound=Bound.AT_LEAST, target=0.95),
    Criterion(
        part="mix",
        metric=m.ATTEMPTS_PER_REQUEST,
        bound=Bound.AT_MOST,
        target=1.015,
        note="a failing instance is no reason for more than 1.004, and to ask again what is refused "
        "with 400 makes it 1.02",
    ),
)


def _leak(*, number: str, name: str, title: str, duration_s: float) -> Scenario:
    """100 requests a second: half streamed, some refused, some failed over, some abandoned by the client."""
    return Scenario(
        number=number,
        name=name,
        title=title,
        cadence=Cadence.ONCE,
        needs=frozenset({Capability.OPENAI_CHAT, Capability.STREAMING}),
        topology=RECOVERING,
        parts=(
            Part(
                name="mix",
                ask=Ask.CHAT,
                keys=100,
                workload=ConstantRate(per_second=100, duration_ns=s_to_ns(duration_s)),
                warmup_requests=100,
                slices=0,
                together=1,
                default_script=script(**_LENGTHS, faults=(_REFUSAL,)),
                scripts=(("openai-0", script(**_LENGTHS, faults=(_REFUSAL, _FAILURE))),),
                mixed=True,
                connections=24,
                abort=Abort(every=20, after_deltas=3),
                usage_every_ns=s_to_ns(0.5),
            ),
        ),
        criteria=_CRITERIA,
    )


MEMORY_LEAK_LONG = _leak(
    number="8L", name="memory-leak-30min", title="Memory leak, 30 minutes", duration_s=1_800
)
MEMORY_LEAK = _leak(number="8", name="memory-leak", title="Memory leak, 2 minutes", duration_s=120)
