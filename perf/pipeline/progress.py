"""What a person sees while it runs: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from perf.model.units import ns_to_s, s_to_ns

HEARTBEAT_NS = s_to_ns(30)
"""After so long a silence a log says what is going on."""
_PULSE_S = 5.0


class Listener(Protocol):
    """Hears of the stages of a run; all methods return at once and never raise."""

    def say(self, text: str) -> None:
        """A stage begins, or something worth a line happened."""

    def block(self, number: int, *, at_most: int, doing: str) -> None:
        """Block `number` has come to this point."""

    def close(self) -> None:
        """Nothing more will come."""


class Lines:
    """For logs: every message, one line a block, and a heartbeat that says what is waited for.

    The heartbeat has a thread of its own: nothing else runs while a slice of load does.
    """

    def __init__(self, stream: TextIO, *, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._stream = stream
        self._clock_ns = clock_ns
        self._started_ns = self._spoke_ns = self._since_ns = clock_ns()
        self._number = -1
        self._doing = ""
        self._lock = Lock()
        self._over = Event()
        self._heart = Thread(target=self._live, name="heartbeat", daemon=True)

    def say(self, text: str) -> None:
        """Write a line with the seconds since the start; from now on this is what is done."""
        with self._lock:
            self._doing, self._since_ns = text, self._clock_ns()
            self._write(text)

    def block(self, number: int, *, at_most: int, doing: str) -> None:
        """One line a block, and one for how far what was said last has come; the heartbeat says the rest."""
        text = f"block {number} of at most {at_most}: {doing}" if number else doing
        with self._lock:
            told_more = text.startswith(f"{self._doing}:")
            if number != self._number or told_more:
                self._write(text)
            if not told_more:
                self._number, self._doing, self._since_ns = number, text, self._clock_ns()
        if not self._heart.is_alive() and not self._over.is_set():
            self._heart.start()

    def beat(self) -> None:
        """Say what is going on, and for how long it has, if nothing was said for half a minute."""
        with self._lock:
            now_ns = self._clock_ns()
            if now_ns - self._spoke_ns >= HEARTBEAT_NS:
                self._write(f"{self._doing}, for {ns_to_s(now_ns - self._since_ns):.0f} s now")

    def close(self) -> None:
        """Stop the heartbeat."""
        self._over.set()
        if self._heart.is_alive():
            self._heart.join()

    def _live(self) -> None:
        while not self._over.wait(_PULSE_S):
            self.beat()

    def _write(self, text: str) -> None:
        self._spoke_ns = self._clock_ns()
        elapsed_s = ns_to_s(self._spoke_ns - self._started_ns)
        self._stream.write(f"perfgate [{elapsed_s:5.1f} s] {text}\n")
        self._stream.flush()


class Bar:
    """For a terminal: one bar over the blocks, messages above it. Drawn only between slices of load."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("block {task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            console=console,
            auto_refresh=False,
            transient=True,
        )
        self._progress.start()
        self._task: TaskID | None = None

    def say(self, text: str) -> None:
        """Write a line above the bar."""
        self._progress.console.print(f"[dim]perfgate[/dim] {text}", highlight=False)

    def block(self, number: int, *, at_most: int, doing: str) -> None:
        """Move the bar."""
        if self._task is None:
            self._task = self._progress.add_task(doing, total=at_most)
        self._progress.update(self._task, completed=number, total=at_most, description=doing, refresh=True)

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()


class Silent:
    """For tests and --quiet."""

    def say(self, text: str) -> None:
        """Nothing."""

    def block(self, number: int, *, at_most: int, doing: str) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def listener(stream: TextIO, *, quiet: bool, colour: bool) -> Listener:
    """The listener that fits the stream."""
    if quiet:
        return Silent()
    if stream.isatty():
        return Bar(Console(file=stream, no_color=not colour))
    return Lines(stream)
