"""The handle on a pass-through proxy: two ports lead to one place, one of them slower by a known time."""

import json
import socket
import subprocess
import sys
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from perf.load.errors import LoadError

_DEADLINE_S = 20.0
_STOP_S = 5.0


class Detour:
    """A proxy in a process of its own on 127.0.0.1; it ends with this process.

    `plain_url` and `slowed_url` both lead to where `aim` points; every method raises LoadError if it is dead.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", *, channel: socket.socket) -> None:
        self._process = process
        self._channel = channel
        self._answers = channel.makefile("rb")
        self.plain_url = self.slowed_url = ""

    @classmethod
    def start(cls, *, cpus: frozenset[int] | None) -> "Detour":
        """Start the proxy, pinned to these CPUs."""
        channel, theirs = socket.socketpair()
        channel.settimeout(_DEADLINE_S)
        pins = ",".join(str(cpu) for cpu in sorted(cpus or ()))
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "perf.load.detouring", str(theirs.fileno()), pins],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        started = cls(process, channel=channel)
        try:
            started.plain_url, started.slowed_url = (
                f"http://127.0.0.1:{port}" for port in json.loads(started._answer())
            )
        except BaseException:
            started.stop()
            raise
        return started

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def aim(self, base_url: str, *, delay_ns: int) -> None:
        """Lead new connections to this URL, and hold each request of the slowed ones up for `delay_ns`."""
        parts = urlsplit(base_url)
        order = {"host": parts.hostname, "port": parts.port or 80, "delay_ns": delay_ns}
        try:
            self._channel.sendall(json.dumps(order).encode() + b"\n")
        except OSError as error:
            raise self._dead() from error
        self._answer()

    def stop(self) -> None:
        """End the process and reap it; stopping twice does no harm."""
        self._answers.close()
        self._channel.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answer(self) -> bytes:
        try:
            line = self._answers.readline()
        except OSError as error:
            raise self._dead() from error
        if not line:
            raise self._dead()
        return line

    def _dead(self) -> LoadError:
        return LoadError(
            "The proxy of the controls is dead",
            where=f"process {self._process.pid}, exit code {self._process.poll()}",
            cure="If it was killed, look for memory pressure; then run again.",
        )
