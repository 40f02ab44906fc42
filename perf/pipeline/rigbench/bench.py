"""The comparison itself: every contender once a round, in turn and back, so that drift hits all alike."""

import http.client
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from perf.model.units import ms_to_ns
from perf.model.upstream import ConstantDelay, TokenUsage, UpstreamScript
from perf.pipeline.placement import own_cores
from perf.pipeline.rigbench import loads
from perf.pipeline.rigbench.figures import CLIENTS, SERVERS, Round, Sitting
from perf.pipeline.rigbench.peers import (
    LOCK,
    Peers,
    Server,
    client,
    programs,
    serving,
    wrk_path,
)
from perf.pipeline.rigbench.venv import locked_venv
from perf.upstream.process import UpstreamProcess
from perf.wire.tokens import reply_tokens

CONNECTIONS = 64
MANY = 1_000
STREAMS = 10_000
_REQUESTS = 40_000
"""About a second of the engine's, as long as the others sit."""
_WARMUP = 2_000
_FRAMES = 100
_NAME = "mock"

Contender = Callable[[], Sitting]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """The core of the load and that of what is loaded; None on a machine with only one."""

    client: frozenset[int] | None
    server: frozenset[int] | None

    @classmethod
    def found(cls) -> "Cores":
        """The last two cores of this process."""
        cores = sorted(own_cores())
        if len(cores) < 2:
            return cls(client=None, server=None)
        return cls(client=frozenset(cores[-2:-1]), server=frozenset(cores[-1:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One large load of the engine on the mock alone, and how large the two processes ever were."""

    sitting: Sitting
    engine_peak_bytes: int
    mock_peak_bytes: int


class MockServer:
    """The mock under test: one instance whose script the contenders change."""

    def __init__(self, upstream: UpstreamProcess, *, cores: Cores) -> None:
        self._upstream = upstream
        self.cores = cores
        self.url = upstream.urls[_NAME]

    @classmethod
    @contextmanager
    def started(cls, cores: Cores) -> Iterator["MockServer"]:
        """A mock of its own process, pinned to its core."""
        with UpstreamProcess.start([_NAME], cpus=cores.server) as upstream:
            yield cls(upstream, cores=cores)

    def under(self, script: UpstreamScript, run: Contender) -> Sitting:
        """What `run` did while the mock answered after this script, with the mock's CPU time."""
        self._upstream.script(_NAME, script)
        before_ns = self._upstream.cpu_ns()
        sitting = run()
        after_ns = self._upstream.cpu_ns()
        self._upstream.drain()
        return replace(sitting, server_cpu_ns=after_ns - before_ns)

    def scale(self, sitting: Sitting) -> Scale:
        """The sitting with the peaks of both processes."""
        return Scale(
            sitting=sitting,
            engine_peak_bytes=_peak_bytes(os.getpid()),
            mock_peak_bytes=_peak_bytes(self._upstream.pid),
        )

    def engine(
        self, script: UpstreamScript, *, stream: bool, connections: int, requests: int, warmup: int
    ) -> Sitting:
        """The engine on this mock; the mock's CPU time is scaled to the steady requests."""
        chat = loads.template(script, stream=stream)
        plan = loads.plan(chat, self.url, connections=connections, requests=requests, warmup=warmup)
        sitting = self.under(script, lambda: loads.offer(plan, cpus=self.cores.client))
        steady_ratio = requests / (requests + warmup)
        return replace(sitting, server_cpu_ns=round(sitting.server_cpu_ns * steady_ratio))


def plain(*, delay_ns: int = 0, tokens: int = 10, interval_ns: int = 0) -> UpstreamScript:
    """A script without faults."""
    return UpstreamScript(
        first_delay=ConstantDelay(delay_ns=delay_ns),
        interval_ns=interval_ns,
        tokens=reply_tokens(tokens),
        usage=TokenUsage(input_tokens=10, output_tokens=tokens, cache_creation_tokens=0, cache_read_tokens=0),
        faults=(),
        tool_arguments="",
        seed=0,
    )


def compare(root: Path, *, rounds: int, say: Callable[[str], None]) -> tuple[Round, ...]:
    """Every contender, `rounds` times; MeasureError where a peer cannot be had."""
    wrk_path()
    say("installing the peers, or finding them installed")
    python = locked_venv(root, LOCK)
    cores = Cores.found()
    with TemporaryDirectory(prefix="perfgate-rig-") as name, ExitStack() as stack:
        scratch = Path(name)
        mock = stack.enter_context(MockServer.started(cores))
        peers = _prepare(scratch, mock, python=python, root=root)
        contenders = dict(_contenders(peers, mock, scratch=scratch, stack=stack))
        return tuple(_round(contenders, number=number, say=say, of=rounds) for number in range(rounds))


def own_loads(mock: MockServer) -> dict[str, Contender]:
    """What the engine does alone: at 64 and at 1,000 connections, and on streams of 100 frames."""
    paced = plain(tokens=_FRAMES, interval_ns=ms_to_ns(5))
    return {
        "engine": lambda: mock.engine(
            plain(), stream=False, connections=CONNECTIONS, requests=_REQUESTS, warmup=_WARMUP
        ),
        "engine-1000": lambda: mock.engine(
            plain(), stream=False, connections=MANY, requests=_REQUESTS, warmup=_WARMUP
        ),
        "streams": lambda: mock.engine(paced, stream=True, connections=CONNECTIONS, requests=128, warmup=0),
    }


def thousand_connections(*, requests: int = 100 * MANY) -> Scale:
    """1,000 connections on a mock that takes 100 ms."""
    with MockServer.started(Cores.found()) as mock:
        slow = plain(delay_ns=ms_to_ns(100))
        sitting = mock.engine(slow, stream=False, connections=MANY, requests=requests, warmup=MANY)
        return mock.scale(sitting)


def many_streams(count: int = STREAMS) -> Scale:
    """So many streams at once, each of 100 chunks, with 50,000 chunks due each second in all.

    Each waits long enough for its first chunk that all have been sent by then; every text is compared.
    """
    with MockServer.started(Cores.found()) as mock:
        slow = plain(tokens=_FRAMES, interval_ns=ms_to_ns(count / 50), delay_ns=ms_to_ns(count / 5))
        sitting = mock.engine(slow, stream=True, connections=count, requests=count, warmup=0)
        return mock.scale(sitting)


def _contenders(
    peers: Peers, mock: MockServer, *, scratch: Path, stack: ExitStack
) -> Iterator[tuple[str, Contender]]:
    """The engine and wrk sit next to each other in every round, so that drift hits both alike."""
    alone = own_loads(mock)
    yield "engine", alone.pop("engine")
    load = partial(client, peers, connections=CONNECTIONS, cpus=mock.cores.client)
    for name in CLIENTS:
        yield name, partial(mock.under, plain(), partial(load, name, url=mock.url + loads.PATH))
    yield from alone.items()
    for name in SERVERS:
        server = stack.enter_context(serving(peers, name, scratch=scratch, cpus=mock.cores.server))
        yield name, partial(_under_wrk, server, partial(load, "wrk", url=server.url + loads.PATH))


def _under_wrk(server: Server, run: Contender) -> Sitting:
    before_ns = server.cpu_ns()
    sitting = run()
    return replace(sitting, server_cpu_ns=server.cpu_ns() - before_ns)


def _round(contenders: dict[str, Contender], *, number: int, say: Callable[[str], None], of: int) -> Round:
    say(f"round {number + 1} of {of}")
    names = list(contenders)
    sat = {name: contenders[name]() for name in (names if number % 2 == 0 else reversed(names))}
    return {name: sat[name] for name in names}


def _prepare(scratch: Path, mock: MockServer, *, python: Path, root: Path) -> Peers:
    """Write down one request and the mock's answer to it, for the peers to send and to give."""
    chat = loads.template(plain(), stream=False)
    peers = Peers(
        programs=programs(root).resolve(),
        python=python.absolute(),
        request=scratch / "request.json",
        answer=scratch / "answer.json",
    )
    peers.request.write_bytes(loads.body(chat))
    place = urlsplit(mock.url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
    connection.request("POST", loads.PATH, body=loads.body(chat))
    answer = connection.getresponse()
    said = {"headers": [(k.lower(), v) for k, v in answer.getheaders()], "body": answer.read().decode()}
    connection.close()
    peers.answer.write_text(json.dumps(said))
    return peers


def _peak_bytes(pid: int) -> int:
    """The largest resident set that the process ever had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1_024
