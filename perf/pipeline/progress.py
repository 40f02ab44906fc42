"""What a person sees while it runs: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from perf.model.units import ns_to_s, s_to_ns

HEARTBEAT_NS = s_to_ns(30)
"""After so long a silence a person hears what is going on."""
_PULSE_S = 5.0

HowFar = Callable[[int], str]
"""What to say of something that has taken so many ns."""


class Listener(Protocol):
    """Hears of the stages of a run; all methods return at once and never raise."""

    def say(self, text: str) -> None:
        """A stage begins, or something worth a line happened."""

    def block(self, number: int, *, at_most: int, doing: str, how_far: HowFar | None = None) -> None:
        """Block `number` has come to this point; if it stays there long, `how_far` knows more."""

    def close(self) -> None:
        """Nothing more will come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doing:
    """What goes on, since when, and what is known of how far it has come."""

    text: str
    since_ns: int
    how_far: HowFar | None

    def at(self, now_ns: int) -> str:
        """How far it has come, or how long it takes already."""
        elapsed_ns = now_ns - self.since_ns
        if self.how_far is None:
            return f"{self.text}, for {ns_to_s(elapsed_ns):.0f} s now"
        return f"{self.text}: {self.how_far(elapsed_ns)}"


class _Heart:
    """Calls `beat` every few seconds from a thread of its own: a slice of load keeps the others busy."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._over = Event()
        self._thread = Thread(target=self._live, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat; it may beat already."""
        if not self._thread.is_alive() and not self._over.is_set():
            self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _live(self) -> None:
        while not self._over.wait(_PULSE_S):
            self._beat()


class Lines:
    """For logs: every message, one line a block, and a heartbeat that says what is waited for."""

    def __init__(self, stream: TextIO, *, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._stream = stream
        self._clock_ns = clock_ns
        self._started_ns = self._spoke_ns = clock_ns()
        self._number = -1
        self._doing = _Doing(text="", since_ns=self._started_ns, how_far=None)
        self._lock = Lock()
        self._heart = _Heart(self.beat)

    def say(self, text: str) -> None:
        """Write a line with the seconds since the start; from now on this is what is done."""
        with self._lock:
            self._doing = _Doing(text=text, since_ns=self._clock_ns(), how_far=None)
            self._write(text)

    def block(self, number: int, *, at_most: int, doing: str, how_far: HowFar | None = None) -> None:
        """One line a block; the heartbeat says the rest."""
        text = f"block {number} of at most {at_most}: {doing}" if number else doing
        with self._lock:
            if number != self._number:
                self._write(text)
            self._number = number
            self._doing = _Doing(text=text, since_ns=self._clock_ns(), how_far=how_far)
        self._heart.start()

    def beat(self) -> None:
        """Say what is going on, and how far it has come, if nothing was said for half a minute."""
        with self._lock:
            now_ns = self._clock_ns()
            if now_ns - self._spoke_ns >= HEARTBEAT_NS:
                self._write(self._doing.at(now_ns))

    def close(self) -> None:
        """Stop the heartbeat."""
        self._heart.stop()

    def _write(self, text: str) -> None:
        self._spoke_ns = self._clock_ns()
        elapsed_s = ns_to_s(self._spoke_ns - self._started_ns)
        self._stream.write(f"perfgate [{elapsed_s:5.1f} s] {text}\n")
        self._stream.flush()


class Bar:
    """For a terminal: one bar over the blocks, messages above it.

    It is drawn only between slices of load, and every half minute of one that says how far it has come.
    """

    def __init__(self, console: Console, *, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
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
        self._clock_ns = clock_ns
        self._task: TaskID | None = None
        self._drawn_ns = 0
        self._doing: _Doing | None = None
        self._lock = Lock()
        self._heart = _Heart(self.beat)

    def say(self, text: str) -> None:
        """Write a line above the bar."""
        with self._lock:
            self._progress.console.print(f"[dim]perfgate[/dim] {text}", highlight=False)

    def block(self, number: int, *, at_most: int, doing: str, how_far: HowFar | None = None) -> None:
        """Move the bar."""
        with self._lock:
            if self._task is None:
                self._task = self._progress.add_task(doing, total=at_most)
            self._doing = _Doing(text=doing, since_ns=self._clock_ns(), how_far=how_far)
            self._drawn_ns = self._clock_ns()
            self._progress.update(
                self._task, completed=number, total=at_most, description=doing, refresh=True
            )
        self._heart.start()

    def beat(self) -> None:
        """Draw how far it has come, if that is known and nothing was drawn for half a minute."""
        with self._lock:
            doing, now_ns = self._doing, self._clock_ns()
            if self._task is None or doing is None or doing.how_far is None:
                return
            if now_ns - self._drawn_ns >= HEARTBEAT_NS:
                self._drawn_ns = now_ns
                self._progress.update(self._task, description=doing.at(now_ns), refresh=True)

    def close(self) -> None:
        """Take the bar away."""
        self._heart.stop()
        self._progress.stop()


class Silent:
    """For tests and --quiet."""

    def say(self, text: str) -> None:
        """Nothing."""

    def block(self, number: int, *, at_most: int, doing: str, how_far: HowFar | None = None) -> None:
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
