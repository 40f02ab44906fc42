"""What a person sees while it runs: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from perf.model.units import ns_to_s, s_to_ns

_HEARTBEAT_NS = s_to_ns(30)


class Listener(Protocol):
    """Hears of the stages of a run; all methods return at once and never raise."""

    def say(self, text: str) -> None:
        """A stage begins, or something worth a line happened."""

    def block(self, number: int, *, at_most: int, doing: str) -> None:
        """Block `number` has come to this point."""

    def close(self) -> None:
        """Nothing more will come."""


class Lines:
    """For logs: every message, and of the blocks one line each, with a heartbeat inside long ones."""

    def __init__(self, stream: TextIO, *, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._stream = stream
        self._clock_ns = clock_ns
        self._started_ns = self._spoke_ns = clock_ns()
        self._number = -1

    def say(self, text: str) -> None:
        """Write a line with the seconds since the start."""
        self._spoke_ns = self._clock_ns()
        elapsed_s = ns_to_s(self._spoke_ns - self._started_ns)
        self._stream.write(f"perfgate [{elapsed_s:5.1f} s] {text}\n")
        self._stream.flush()

    def block(self, number: int, *, at_most: int, doing: str) -> None:
        """One line a block, and one each half minute."""
        if number == self._number and self._clock_ns() - self._spoke_ns < _HEARTBEAT_NS:
            return
        self._number = number
        self.say(f"block {number} of at most {at_most}: {doing}" if number else doing)

    def close(self) -> None:
        """Nothing is held."""


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
