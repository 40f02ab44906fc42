"""The background tasks of a run, and the first failure of anything on its loop, which ends the run."""

import asyncio
from collections.abc import Awaitable, Coroutine

from perf.load.errors import LoadError


class Mishap:
    """The first failure on a loop of what nobody waits for: a task in the background, or a callback.

    One for all that shares the loop: a callback does not tell whose it was.
    """

    __slots__ = ("_first",)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._first: asyncio.Future[object] = loop.create_future()
        loop.set_exception_handler(self._on_callback_error)

    def report(self, error: BaseException) -> None:
        """Something failed with this; later failures may well be a consequence of the first."""
        if not self._first.done():
            self._first.set_exception(error)

    async def none_until(self, work: Awaitable[object]) -> None:
        """Wait for `work`, and raise what it raises; or raise the first failure, as soon as there is one."""
        end = asyncio.ensure_future(work)
        await asyncio.wait({end, self._first}, return_when=asyncio.FIRST_COMPLETED)
        await (self._first if self._first.done() else end)

    def _on_callback_error(self, _: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if not isinstance(error, BaseException):
            error = LoadError(
                str(context.get("message")), where="the event loop", cure="report this as a bug"
            )
        self.report(error)


class Tasks:
    """Keeps the tasks of one engine alive, and holds who waits for their work."""

    __slots__ = ("_loop", "_mishap", "_running", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop, mishap: Mishap) -> None:
        self._loop = loop
        self._mishap = mishap
        self._running: set[asyncio.Task[None]] = set()
        self._waiting: asyncio.Future[None] = loop.create_future()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run `work` in the background; its failure is a mishap."""
        task = self._loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._reap)

    def begin(self) -> "asyncio.Future[None]":
        """A future to wait on until `done`."""
        self._waiting = self._loop.create_future()
        return self._waiting

    def done(self) -> None:
        """Release whoever waits."""
        if not self._waiting.done():
            self._waiting.set_result(None)

    async def cancel(self) -> None:
        """Stop all tasks and wait until they have stopped."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _reap(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._mishap.report(error)
