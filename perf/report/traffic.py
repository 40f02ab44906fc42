"""Requests and errors of a run, added up over its blocks."""

from collections import Counter
from collections.abc import Callable, Collection

from perf.model.run import Arm, Block
from perf.report.document import Traffic

_INSTANCE = "instance:"
_NAMED = ("requests", "ok", "client-4xx", "server-5xx", "network", "timeout")
_ORDER = {Arm.BASELINE: 0, Arm.CANDIDATE: 1, Arm.RIG: 2}


def traffic_of(
    blocks: tuple[Block, ...], *, place: Callable[[str, str], str], but: Collection[str] = ()
) -> tuple[Traffic, ...]:
    """One entry for each part and arm, sorted, but for some scenarios.

    `other` are broken streams, wrong contents and aborts.
    """
    totals: dict[tuple[str, str, Arm], Counter[str]] = {}
    for block in blocks:
        for record in block.parts:
            key = (record.scenario, record.part, record.arm)
            totals.setdefault(key, Counter()).update(record.counts)
    sent = [key for key, counts in totals.items() if counts["requests"] and key[0] not in but]
    ordered = sorted(sent, key=lambda key: (key[0], key[1], _ORDER[key[2]]))
    return tuple(_traffic(totals[key], place=place(key[0], key[1]), arm=key[2]) for key in ordered)


def protocol_of(instance: str) -> str:
    """The protocol by which an instance was reached, where the gateway had the choice, else ""."""
    return instance.partition(":")[2]


def _traffic(counts: Counter[str], *, place: str, arm: Arm) -> Traffic:
    instances = {
        name.removeprefix(_INSTANCE): count
        for name, count in sorted(counts.items())
        if name.startswith(_INSTANCE)
    }
    other = sum(
        count for name, count in counts.items() if name not in _NAMED and not name.startswith(_INSTANCE)
    )
    return Traffic(
        place=place,
        arm=arm,
        requests=counts["requests"],
        ok=counts["ok"],
        client_4xx=counts["client-4xx"],
        server_5xx=counts["server-5xx"],
        network=counts["network"],
        timeout=counts["timeout"],
        other=other,
        instances=instances,
    )
