"""Several engine processes that carry out one plan together, and what they recorded, merged."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import BrokenBarrierError

from perf.load.columns import Columns
from perf.load.crew import SPAWN, done_by_all
from perf.load.engine import Figures, carry_out, engine_of
from perf.load.errors import LoadError
from perf.load.histogram import Histogram
from perf.load.process import collector_off
from perf.load.share import Share
from perf.model.load import LoadPlan, Outcome, Phase

WARM_UP_DEADLINE_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """All that the processes of one plan recorded; histograms, like `outcomes`, are of steady state.

    `e2e`, `ttft` and `itl` hold successes, `failed_e2e` what failed, up to when that was known.
    `figures` has the first start, the last end, sums of counts and CPU time, and the worst lag
    and median lag of any process.
    """

    columns: Columns
    outcomes: Mapping[Outcome, int]
    e2e: Histogram
    ttft: Histogram
    itl: Histogram
    failed_e2e: Histogram
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one process sends back; histograms encoded: E2E, TTFT, ITL, failed E2E."""

    columns: Columns
    histograms: tuple[bytes, ...]
    figures: Figures


def run_many(plan: LoadPlan, *, processes: int, ca_file: Path | None = None) -> Merged:
    """Carry out a plan by so many processes, each with every n-th request, connection and arrival.

    Blocks as `run` does, and raises `LoadError` likewise; steady state starts when all have warmed up.
    Needs 128 bytes a sample and 8 a delta and a frame here, twice that while a part is handed over, and as
    much once more in the processes. Starts them by spawning: call it below `if __name__ == "__main__"`.
    """
    if not 1 <= processes <= max(1, len(Share(index=0, of=1).slots(plan))):
        raise LoadError(
            "there are more processes than connections",
            where=f"{processes} processes",
            cure="give 1 or more, and at most as many as connections",
        )
    barrier = SPAWN.Barrier(processes)
    shares = [Share(index=index, of=processes) for index in range(processes)]
    works = [partial(_part, plan, share, ca_file=ca_file, barrier=barrier) for share in shares]
    return _merged(done_by_all(works))


def _part(plan: LoadPlan, share: Share, *, ca_file: Path | None, barrier: Barrier) -> _Part:
    engine = engine_of(plan, share=share, ca_file=ca_file)
    engine.before_steady = partial(_wait, barrier)
    with collector_off():
        carry_out([engine])
        columns = engine.columns()
        histograms = (
            columns.durations_ns("last_byte_ns", ok=True),
            columns.durations_ns("first_content_ns", ok=True),
            columns.gaps_ns(),
            columns.durations_ns("ended_ns", ok=False),
        )
        encoded = tuple(_counted(each).encoded() for each in histograms)
    return _Part(columns=columns, histograms=encoded, figures=engine.figures())


def _wait(barrier: Barrier) -> None:
    """Until all have warmed up; a process that fails before does not come, but its parent ends this one."""
    try:
        barrier.wait(WARM_UP_DEADLINE_S)
    except BrokenBarrierError as error:
        raise LoadError(
            "the engine processes did not all warm up",
            where=f"{WARM_UP_DEADLINE_S:.0f} s after the first of them had",
            cure="lower the number of warm-up requests",
        ) from error


def _counted(durations_ns: Iterator[int]) -> Histogram:
    histogram = Histogram()
    histogram.record(durations_ns)
    return histogram


def _merged(parts: Sequence[_Part]) -> Merged:
    rows, deltas_ns, frames_ns = array("q"), array("q"), array("q")
    for part in parts:
        rows.extend(part.columns.rows)
        deltas_ns.extend(part.columns.delta_times_ns)
        frames_ns.extend(part.columns.frame_times_ns)
    columns = Columns(rows=rows, delta_times_ns=deltas_ns, frame_times_ns=frames_ns)
    e2e, ttft, itl, failed = (_sum(each) for each in zip(*(part.histograms for part in parts), strict=True))
    phases = zip(columns.column("phase"), columns.column("outcome"), strict=True)
    return Merged(
        columns=columns,
        outcomes=Counter(Outcome(outcome) for phase, outcome in phases if phase == Phase.STEADY),
        e2e=e2e,
        ttft=ttft,
        itl=itl,
        failed_e2e=failed,
        figures=Figures(
            started_ns=min(part.figures.started_ns for part in parts),
            ended_ns=max(part.figures.ended_ns for part in parts),
            engine_cpu_ns=sum(part.figures.engine_cpu_ns for part in parts),
            connections_opened=sum(part.figures.connections_opened for part in parts),
            late_sends=sum(part.figures.late_sends for part in parts),
            lagging_sends=sum(part.figures.lagging_sends for part in parts),
            worst_lag_ns=max(part.figures.worst_lag_ns for part in parts),
            median_lag_ns=max(part.figures.median_lag_ns for part in parts),
            unsent=sum(part.figures.unsent for part in parts),
        ),
    )


def _sum(encoded: Sequence[bytes]) -> Histogram:
    total = Histogram()
    for each in encoded:
        total.add(Histogram(each))
    return total
