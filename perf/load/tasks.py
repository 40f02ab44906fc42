"""The background tasks of a run: the first that fails ends it."""

import asyncio
from collections.abc import Coroutine

from perf.load.errors import LoadError


class Tasks:
    """Keeps tasks alive, and passes their failures to whoever waits."""

    __slots__ = ("_loop", "_running", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._running: set[asyncio.Task[None]] = set()
        self._waiting: asyncio.Future[None] = loop.create_future()
        loop.set_exception_handler(self._on_callback_error)

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run `work` in the background."""
        task = self._loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._reap)

    def begin(self) -> "asyncio.Future[None]":
        """A future to wait on, which also fails when a task or a callback does."""
        self._waiting = self._loop.create_future()
        return self._waiting

    def done(self) -> None:
        """Release whoever waits."""
        if not self._waiting.done():
            self._waiting.set_result(None)

    def fail(self, error: BaseException) -> None:
        """Raise `error` where the run is waited for."""
        if not self._waiting.done():
            self._waiting.set_exception(error)

    async def cancel(self) -> None:
        """Stop all tasks and wait until they have stopped."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _reap(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.fail(error)

    def _on_callback_error(self, _: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if not isinstance(error, BaseException):
            error = LoadError(
                str(context.get("message")), where="the event loop", cure="report this as a bug"
            )
        self.fail(error)
