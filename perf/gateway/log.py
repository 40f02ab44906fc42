"""What a gateway process says on standard error: lines wait in a queue, and no request waits for them."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Full, Queue
from threading import Thread

_FORMAT = "%(asctime)s %(levelname)s %(message)s"
_MOST_LINES = 10_000
_LAST_WORDS_SECONDS = 0.5


class Log(logging.Handler):
    """Writes lines from a thread of its own; one that finds the queue full is dropped, and counted.

    A slow reader of `descriptor` holds up that thread alone, and the end of the process by at most a second.
    The first line starts the thread, so that a gateway with nothing to say stays alone in its process.
    """

    def __init__(self, descriptor: int, *, most_lines: int = _MOST_LINES) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(_FORMAT))
        self.dropped = 0
        self._descriptor = descriptor
        self._lines: Queue[bytes | None] = Queue(most_lines)
        self._writer: Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a line."""
        if self._writer is None:
            self._writer = Thread(target=self._write, name="log", daemon=True)
            self._writer.start()
        try:
            self._lines.put_nowait(f"{self.format(record)}\n".encode(errors="backslashreplace"))
        except Full:
            self.dropped += 1

    def finish(self) -> None:
        """Have what waits written, if its reader takes it soon."""
        if self._writer is None:
            return
        with suppress(Full):
            self._lines.put(None, timeout=_LAST_WORDS_SECONDS)
        self._writer.join(_LAST_WORDS_SECONDS)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                while line:
                    line = line[os.write(self._descriptor, line) :]
            except OSError:
                self.dropped += 1


@contextmanager
def logging_to(descriptor: int, *, level: str) -> Iterator[Log]:
    """Have everything of this level and above written to `descriptor`, as long as the body runs."""
    log = Log(descriptor)
    root = logging.getLogger()
    root.addHandler(log)
    log_from(level)
    try:
        yield log
    finally:
        root.removeHandler(log)
        log.finish()


def log_from(level: str) -> None:
    """Log what is of this level or above; a word that is unknown stands for warnings."""
    word = level.upper()
    known = logging.getLevelNamesMapping().get({"WARN": "WARNING", "TRACE": "DEBUG"}.get(word, word))
    logging.getLogger().setLevel(known or logging.WARNING)
