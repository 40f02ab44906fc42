"""A gateway that is up: where it is, what it uses, and whether it still lives."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perf.errors import SutError
from perf.model.slices import IdleSpell, LogSeen
from perf.model.target import ConfigRequest, Target
from perf.model.units import NS_PER_MS
from perf.sut.process import Ended, GuardedProcess
from perf.sut.usage import Usage, cpu_ns_of, tree_below, usage_of
from perf.sut.workshop import LOG_LINES

_REST_NS = 3 * NS_PER_MS
_SETTLES_WITHIN_NS = 500 * NS_PER_MS


class RunningSut:
    """A started gateway, or one that was up before (`process` None: nothing is known of its processes).

    `told` is what it was configured with; its `upstream_key` is "" for one that was up before.
    `started_ns` and `ready_ns` are of the monotonic clock, 0 if it was up before.
    """

    def __init__(
        self,
        *,
        target: Target,
        base_url: str,
        told: ConfigRequest,
        process: GuardedProcess | None,
        ready_ns: int,
    ) -> None:
        self.name = target.name
        self.base_url = base_url
        self.told = told
        self.started_ns = 0 if process is None else process.started_ns
        self.ready_ns = 0 if process is None else ready_ns
        self._process = process

    @property
    def client_keys(self) -> tuple[str, ...]:
        """The keys that clients may use."""
        return self.told.client_keys

    @property
    def upstream_key(self) -> str:
        """The key that the gateway was given for the upstream, "" if unknown."""
        return self.told.upstream_key

    @property
    def log(self) -> Path | None:
        """The file with what the gateway wrote; None for one that was up before."""
        return None if self._process is None else self._process.log

    @property
    def is_ours(self) -> bool:
        """Whether perfgate has started it, so that its processes are known."""
        return self._process is not None

    def pids(self) -> tuple[int, ...]:
        """Return the process ids of the gateway and of everything it started."""
        return () if self._process is None else tree_below(self._process.guard_pid)

    def usage(self) -> Usage | None:
        """Return what the whole process tree uses now; None for a gateway that was up before."""
        return None if self._process is None else usage_of(self.pids())

    def cpu_ns(self) -> int | None:
        """Return the CPU time of the whole process tree up to now; as `usage`, but cheaper."""
        return None if self._process is None else cpu_ns_of(self.pids())

    def rest(self, deadline_ns: int) -> bool:
        """Wait until the process tree has used no CPU time for 3 ms; False if it did not rest in time."""
        until_ns = time.monotonic_ns() + deadline_ns
        used_ns, before_ns = self.cpu_ns(), None
        while used_ns != before_ns:
            if self._process is None or time.monotonic_ns() > until_ns:
                return False
            self._process.wait(_REST_NS)
            used_ns, before_ns = self.cpu_ns(), used_ns
        return True

    def idle(self, for_ns: int) -> IdleSpell | None:
        """Leave the gateway alone for so long, once it has settled; None if 0, or if it was up before.

        SutError if it ends meanwhile: a gateway that is gone uses no CPU time either.
        """
        if self._process is None or not for_ns:
            return None
        self.rest(_SETTLES_WITHIN_NS)
        before_ns, since_ns = cpu_ns_of(self.pids()), time.monotonic_ns()
        self._process.wait(for_ns)
        wall_ns, used_ns = time.monotonic_ns() - since_ns, cpu_ns_of(self.pids()) - before_ns
        self.check_alive()
        return IdleSpell(cpu_ns=used_ns, wall_ns=wall_ns)

    @contextmanager
    def log_watched(self, *, bytes_per_second: int, for_ns: int) -> Iterator[list[LogSeen]]:
        """As `LogPipe.watched`; the list stays empty where the gateway does not write into a pipe."""
        if self._process is None or self._process.pipe is None:
            yield []
            return
        with self._process.pipe.watched(bytes_per_second=bytes_per_second, for_ns=for_ns) as seen:
            yield seen

    def log_tail(self, lines: int) -> tuple[str, ...]:
        """Return the last lines that the gateway wrote."""
        return () if self._process is None else self._process.log_tail(lines)

    def check_alive(self) -> None:
        """Raise SutError, with the end of the log, if the gateway has ended."""
        ended = None if self._process is None else self._process.wait(0)
        if ended is not None:
            raise SutError(
                f"the gateway {self.name} {ended} in the middle of a run",
                where=f"log: {self.log}",
                cure="Read the log; the measurement of this block is void.",
                log=self.log_tail(LOG_LINES),
            )

    def stop(self, grace_ns: int) -> Ended | None:
        """Stop the gateway and all it started: SIGTERM, SIGKILL after `grace_ns`; None if it is not ours."""
        return None if self._process is None else self._process.stop(grace_ns)
