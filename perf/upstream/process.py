"""The handle on a serving process: started, steered and stopped synchronously, between slices of load."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Self, TypeVar

from perf.errors import UpstreamError
from perf.model.upstream import Arrival, Down, TimelineStep, Tls, UpstreamScript
from perf.upstream import control

_DEADLINE_S = 30.0
_STOP_S = 5.0
_LOG_LINES = 20
_LOG_BYTES = 16_384
A = TypeVar("A", bound=control.Answer)


class UpstreamProcess:
    """A process that serves mock providers on 127.0.0.1, one port each, until it is stopped.

    It also ends when this process dies, and never by a Ctrl-C of the terminal itself.
    Every method raises UpstreamError when the process is dead or does not answer within 30 s.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", *, channel: socket.socket, errors_fd: int) -> None:
        self._process = process
        self._channel = channel
        self._errors_fd = errors_fd
        self.urls: Mapping[str, str] = {}
        self.ca_pem = ""
        """The certificate that clients of its https URLs must trust, "" where it has none."""

    @classmethod
    def start(
        cls,
        instances: Sequence[str] | Mapping[str, int],
        *,
        cpus: frozenset[int] | None,
        tls: Mapping[str, Tls] | None = None,
        shared: bool = False,
    ) -> "UpstreamProcess":
        """Serve instances of these names, on any free ports unless a mapping names them; pin to the CPUs.

        Those that `tls` names are reached by https.

        Several processes serve the same `shared` ports together (SO_REUSEPORT): the kernel deals out the
        connections. Each has scripts and a log of its own.
        """
        ports = dict(instances) if isinstance(instances, Mapping) else dict.fromkeys(instances, 0)
        channel, theirs = socket.socketpair()
        channel.settimeout(_DEADLINE_S)
        errors_fd = os.memfd_create("perfgate-upstream-errors")
        with theirs:
            process = _spawn(theirs, errors_fd=errors_fd)
        started = cls(process, channel=channel, errors_fd=errors_fd)
        try:
            order = control.Open(
                ports=ports, cpus=tuple(sorted(cpus or ())), tls=dict(tls or {}), shared=shared
            )
            opened = started._ask(order, control.Opened)
        except BaseException:
            started.stop()
            raise
        started.urls = MappingProxyType(
            {name: url_of(port, secured=name in order.tls) for name, port in opened.ports.items()}
        )
        started.ca_pem = opened.ca_pem
        return started

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The serving process's id."""
        return self._process.pid

    def script(self, instance: str, script: UpstreamScript | Down) -> None:
        """Put an instance into this state; it is in force on return. Answers on their way keep to theirs."""
        self._ask(control.Become(instance=instance, state=control.state_words(script)), control.Done)

    def schedule(self, steps: Sequence[TimelineStep]) -> None:
        """Have these steps taken at their times, in place of all steps still to come; past ones at once."""
        self._ask(control.Follow(steps=tuple(control.step_words(step) for step in steps)), control.Done)

    def drain(self) -> tuple[Arrival, ...]:
        """Take and empty the log, in order of arrival; requests in progress come in a later drain."""
        return self._ask(control.Drain(), control.Drained).arrivals

    def rest(self, within_ns: int) -> None:
        """Wait until no answer is under way, but at most for so long (less than 30 s)."""
        self._ask(control.Rest(within_ns=within_ns), control.Done)

    def cpu_ns(self) -> int:
        """CPU time that the process has used so far."""
        return self._ask(control.Usage(), control.Used).cpu_ns

    def stop(self) -> None:
        """End the process and reap it; stopping twice does no harm."""
        self._channel.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._errors_fd >= 0:
            os.close(self._errors_fd)
            self._errors_fd = -1

    def _ask(self, command: control.Command, kind: type[A]) -> A:
        try:
            self._channel.sendall(control.encode(command))
            (size,) = control.PREFIX.unpack(self._receive(control.PREFIX.size))
            answer = control.decode_answer(self._receive(size))
        except TimeoutError:
            raise self._error(f"The mock upstream did not answer within {_DEADLINE_S:.0f} s") from None
        except (OSError, EOFError) as error:
            raise self._error("The mock upstream is dead") from error
        if isinstance(answer, control.Refused):
            raise self._error(f"The mock upstream refused a command: {answer.why}")
        assert isinstance(answer, kind)
        return answer

    def _receive(self, size_bytes: int) -> bytes:
        received = bytearray(size_bytes)
        view = memoryview(received)
        while view:
            count = self._channel.recv_into(view)
            if not count:
                raise EOFError
            view = view[count:]
        return bytes(received)

    def _error(self, what: str) -> UpstreamError:
        return UpstreamError(
            what,
            where=f"mock upstream, process {self.pid}, exit code {self._process.poll()}",
            cure="Read its last lines below; if it was killed, look for memory pressure, then run again.",
            log=self._last_lines(),
        )

    def _last_lines(self) -> tuple[str, ...]:
        if self._errors_fd < 0:
            return ()
        size_bytes = os.fstat(self._errors_fd).st_size
        tail = os.pread(self._errors_fd, _LOG_BYTES, max(size_bytes - _LOG_BYTES, 0))
        return tuple(tail.decode(errors="replace").splitlines()[-_LOG_LINES:])


def _spawn(channel: socket.socket, *, errors_fd: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "perf.upstream", str(channel.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors_fd,
        pass_fds=(channel.fileno(),),
        start_new_session=True,
    )


def url_of(port: int, *, secured: bool) -> str:
    """The base URL of an instance."""
    return f"{'https' if secured else 'http'}://127.0.0.1:{port}"
