"""From what each contender did in each round to the figures that are shown; nothing here measures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from perf.model.units import NS_PER_S, NS_PER_US, ns_to_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One load client against one server, each on a core of its own where there are two.

    `frames` and `at_once`, the requests on their way when the last was sent, only the engine knows.
    """

    requests: int
    failed: int
    frames: int
    at_once: int
    wall_ns: int
    client_cpu_ns: int
    server_cpu_ns: int

    @property
    def rps(self) -> float:
        """Answered requests a second."""
        return (self.requests - self.failed) * NS_PER_S / self.wall_ns

    @property
    def client_us(self) -> float:
        """The client's CPU time for an answered request, in µs."""
        return ns_to_us(self.client_cpu_ns / max(self.requests - self.failed, 1))

    @property
    def server_us(self) -> float:
        """The server's CPU time for an answered request, in µs."""
        return ns_to_us(self.server_cpu_ns / max(self.requests - self.failed, 1))

    @property
    def client_us_per_frame(self) -> float:
        """The client's CPU time for a streamed frame, its share of the request included, in µs."""
        return ns_to_us(self.client_cpu_ns / max(self.frames, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The medians of one contender; a ratio is of CPU time to wall time, so 1 is a whole core.

    `rps_per_core` is what a whole core of the client's gives: answered requests for a second of its CPU time.
    """

    name: str
    rps: float
    rps_per_core: float
    client_us: float
    server_us: float
    client_core_ratio: float
    server_core_ratio: float
    failed: int


Round = Mapping[str, Sitting]
"""What happened in one round, by the contender's name."""

CLIENTS = ("wrk", "locust", "aiohttp", "httpx")
SERVERS = ("uvicorn", "granian")
"""The mock's own sitting under wrk goes by the name of wrk."""


def lines(rounds: Sequence[Round]) -> tuple[Line, ...]:
    """One line a contender, in the order of the first round."""
    return tuple(_line(name, [each[name] for each in rounds]) for name in (rounds[0] if rounds else ()))


def ratios(rounds: Sequence[Round]) -> dict[str, float]:
    """The medians over the rounds of ours over theirs, pair by pair, of requests a second on one core each.

    The slower of client and server decides there. `_cpu` is of requests for a second of the contender's own
    CPU time instead, whatever the other side allows.
    """
    found: dict[str, list[float]] = {}
    for each in rounds:
        for key, value in _ratios_of(each):
            found.setdefault(key, []).append(value)
    return {key: median(values) for key, values in found.items()}


def _ratios_of(each: Round) -> Iterator[tuple[str, float]]:
    if engine := each.get("engine"):
        for name in CLIENTS:
            if peer := each.get(name):
                yield f"engine_vs_{name}", engine.rps / peer.rps
                yield f"engine_vs_{name}_cpu", peer.client_us / engine.client_us
    if mock := each.get("wrk"):
        for name in SERVERS:
            if peer := each.get(name):
                yield f"mock_vs_{name}", mock.rps / peer.rps
                yield f"mock_vs_{name}_cpu", peer.server_us / mock.server_us


def costs(rounds: Sequence[Round]) -> dict[str, float]:
    """CPU time for a request and a frame in µs, and how 1,000 connections change it."""
    found: dict[str, list[float]] = {}
    for each in rounds:
        for key, value in _costs_of(each):
            found.setdefault(key, []).append(value)
    return {key: median(values) for key, values in found.items()}


def _costs_of(each: Round) -> Iterator[tuple[str, float]]:
    if engine := each.get("engine"):
        yield "engine_us_per_request", engine.client_us
    if streams := each.get("streams"):
        yield "engine_us_per_frame", streams.client_us_per_frame
    if wrk := each.get("wrk"):
        yield "mock_us_per_request", wrk.server_us
        yield "wrk_us_per_request", wrk.client_us
    if engine and (many := each.get("engine-1000")):
        yield "engine_1000_vs_64_connections", many.client_us / engine.client_us
        yield "mock_1000_vs_64_connections", many.server_us / engine.server_us


def _line(name: str, sittings: Sequence[Sitting]) -> Line:
    return Line(
        name=name,
        rps=median(each.rps for each in sittings),
        rps_per_core=median(NS_PER_S / NS_PER_US / each.client_us for each in sittings),
        client_us=median(each.client_us for each in sittings),
        server_us=median(each.server_us for each in sittings),
        client_core_ratio=median(each.client_cpu_ns / each.wall_ns for each in sittings),
        server_core_ratio=median(each.server_cpu_ns / each.wall_ns for each in sittings),
        failed=sum(each.failed for each in sittings),
    )
