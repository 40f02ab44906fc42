"""The open loop's driver, without a network."""

import asyncio
import tracemalloc
from array import array
from time import monotonic_ns

from perf.load.dialer import Dialer
from perf.load.opened import OpenLoopDriver
from perf.load.request import Endpoint
from perf.load.share import WHOLE
from perf.load.tasks import Mishap, Tasks
from perf.load.terms import Terms
from perf.model.units import s_to_ns
from tests.load.plans import a_plan

ARRIVALS = 1_000_000
FEW_BYTES = 100_000


async def peak_bytes_of_a_start() -> int:
    """What the driver takes from when it hears of its start until it waits for the first request."""
    plan = a_plan()
    endpoint, loop = Endpoint.of(plan.base_url), asyncio.get_running_loop()
    terms = Terms.of(plan, endpoint=endpoint)
    dialer = Dialer(terms, plan, endpoint=endpoint, tls=None, share=WHOLE)
    driver = OpenLoopDriver(
        terms, dialer=dialer, tasks=Tasks(loop, Mishap(loop)), idle=[], slots=WHOLE.slots(plan)
    )
    times_ns, start_ns = array("q", bytes(8 * ARRIVALS)), monotonic_ns() + s_to_ns(3_600)
    tracemalloc.start()
    try:
        running = loop.create_task(driver.run(times_ns, numbers=range(ARRIVALS), start_ns=start_ns))
        await asyncio.sleep(0)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    driver.stop()
    await running
    return peak_bytes


def test_a_start_takes_no_longer_for_a_longer_schedule() -> None:
    """The start is fixed and near, so nothing is made for each of a million arrivals before the first."""
    assert asyncio.run(peak_bytes_of_a_start()) < FEW_BYTES
