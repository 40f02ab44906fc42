"""Two mock providers on fixed ports, served by this very process until it is interrupted."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from time import monotonic_ns

import uvloop

from perf.model.units import NS_PER_S
from perf.model.upstream import Tls, UpstreamScript
from perf.upstream.files import raise_file_limit
from perf.upstream.fleet import Fleet
from perf.upstream.process import url_of

_FORGET_NS = 10 * NS_PER_S


def run_forever(
    openai_port: int,
    anthropic_port: int,
    *,
    script: UpstreamScript,
    tls: Tls | None,
    on_ready: Callable[[Mapping[str, str], str], None],
) -> None:
    """Serve `openai` and `anthropic` until SIGINT or SIGTERM.

    `on_ready` gets their URLs, and the certificate that clients must trust, "" without `tls`.
    A port of 0 takes any free one. Nobody reads the log here, so it is dropped every ten seconds.
    Raises OSError if a port is taken.
    """
    raise_file_limit()
    ports = {"openai": openai_port, "anthropic": anthropic_port}
    uvloop.run(_run(ports, script, tls=tls, on_ready=on_ready))


async def _run(
    ports: Mapping[str, int],
    script: UpstreamScript,
    *,
    tls: Tls | None,
    on_ready: Callable[[Mapping[str, str], str], None],
) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    fleet = Fleet(loop=loop)

    def forget() -> None:
        fleet.drain()
        fleet.timers.at(monotonic_ns() + _FORGET_NS, forget)

    try:
        await fleet.open(ports, tls=dict.fromkeys(ports, tls) if tls else {})
        for instance in fleet.instances.values():
            await instance.become(script)
        forget()
        urls = {
            name: url_of(instance.port, secured=tls is not None) for name, instance in fleet.instances.items()
        }
        on_ready(urls, fleet.ca_pem)
        await stopped.wait()
    finally:
        fleet.close()
