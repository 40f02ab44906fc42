"""Ctrl-C while an event loop runs: held back until the loop is closed, so that none of it is lost."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interrupts:
    """Whether Ctrl-C came, and what it cancels."""

    def __init__(self) -> None:
        self._came = False
        self._task: asyncio.Task[object] | None = None

    @property
    def came(self) -> bool:
        """Whether it came."""
        return self._came

    def cancel_me(self) -> None:
        """Have the current task cancelled when it comes, or at once if it came already."""
        self._task = asyncio.current_task()
        if self._came:
            raise asyncio.CancelledError

    def hear(self, *_: object) -> None:
        """Handle the signal; a second one does not wait any more."""
        if self._came:
            raise KeyboardInterrupt
        self._came = True
        if self._task is not None and not self._task.done():
            self._task.cancel()
            self._task.get_loop().call_soon_threadsafe(lambda: None)


@contextmanager
def interrupts_held() -> Iterator[Interrupts]:
    """Inside, Ctrl-C cancels a task; KeyboardInterrupt comes at the end, and in place of any other error.

    An exception out of a handler is lost among the callbacks of a loop: uvloop takes what comes out of
    `data_received` for a broken connection. asyncio's own runner leaves gaps, before its task and after it.
    Does nothing outside the main thread, or where SIGINT does not mean KeyboardInterrupt.
    """
    interrupts = Interrupts()
    here = threading.current_thread() is threading.main_thread()
    if not here or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield interrupts
        return
    signal.signal(signal.SIGINT, interrupts.hear)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if interrupts.came:
            raise KeyboardInterrupt
