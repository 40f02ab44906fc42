"""Scenario 22: a provider behind TLS and HTTP/2, which takes so many requests at once on a connection."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import (
    Ask,
    Bound,
    Cadence,
    Capability,
    Criterion,
    Instance,
    Part,
    Provider,
    Scenario,
    Topology,
)
from perf.model.units import ms_to_ns
from perf.model.upstream import Tls
from perf.scenarios.topologies import script

_STREAMS = 20
"""What a connection of HTTP/2 takes at once: few, so that a slow gateway too can fill three of them."""
_CLIENTS = 3 * _STREAMS
_LATENCY_MS = 1_000
_QUEUEING_MS = (_CLIENTS // _STREAMS - 1) * _LATENCY_MS

_SECURED = Topology(
    name="secured",
    instances=(
        Instance(
            name="openai-secured",
            provider=Provider.OPENAI,
            priority=1,
            weight=100,
            tls=Tls(http2_streams=_STREAMS),
        ),
    ),
    keys=100,
    recovery_ns=0,
)

_LONE = Part(
    name="lone",
    ask=Ask.CHAT,
    workload=ClosedLoop(connections=1, requests=200),
    warmup_requests=15,
    default_script=script(tokens=16),
)
_CROWD = Part(
    name="crowd",
    ask=Ask.CHAT,
    keys=100,
    workload=ClosedLoop(connections=_CLIENTS, requests=17 * _CLIENTS),
    warmup_requests=_CLIENTS,
    default_script=script(tokens=16, first_delay_ms=_LATENCY_MS),
    saturating=True,
)

UPSTREAM_HTTP2 = Scenario(
    number="22",
    name="upstream-http2",
    title="Providers behind TLS and HTTP/2",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT, Capability.UPSTREAM_TLS}),
    topology=_SECURED,
    parts=(_LONE, _CROWD),
    criteria=(
        Criterion(part="lone", metric=m.OVERHEAD_P50, bound=Bound.AT_MOST, target=ms_to_ns(5)),
        Criterion(part="lone", metric=m.CONNECTIONS_PER_REQUEST, bound=Bound.AT_MOST, target=0.05),
        Criterion(part="lone", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=1.0),
        Criterion(
            part="crowd",
            metric=m.OVERHEAD_P50,
            bound=Bound.AT_MOST,
            target=ms_to_ns(250),
            note=f"{_CLIENTS} clients on one connection of {_STREAMS} streams would wait {_QUEUEING_MS:,} ms",
        ),
        Criterion(part="crowd", metric=m.OVERHEAD_P99, bound=Bound.AT_MOST, target=ms_to_ns(500)),
        Criterion(
            part="crowd",
            metric=m.CONNECTIONS_PER_REQUEST,
            bound=Bound.AT_MOST,
            target=0.1,
            note="a connection of HTTP/1.1 for each client, kept, is 0.06",
        ),
        Criterion(part="crowd", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=1.0),
    ),
)
