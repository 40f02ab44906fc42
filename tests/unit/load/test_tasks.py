"""What fails on a loop in the background, and who hears of it."""

import asyncio

import pytest

from perf.load.errors import LoadError
from perf.load.tasks import Mishap, Tasks


class _DefectError(Exception):
    """Something that nobody thought of."""


def _break() -> None:
    raise _DefectError


async def _break_at_once() -> None:
    raise _DefectError


async def _until(end: "asyncio.Future[None]") -> None:
    await end


def test_a_callback_that_fails_ends_every_wait_on_its_loop() -> None:
    """Whichever engine it belonged to, also after that one or another has come to its end."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        mishap = Mishap(loop)
        first, second = Tasks(loop, mishap), Tasks(loop, mishap)
        ends = [first.begin(), second.begin()]
        second.done()
        loop.call_soon(_break)
        await mishap.none_until(asyncio.gather(*map(_until, ends)))

    with pytest.raises(_DefectError):
        asyncio.run(run())


def test_a_task_that_fails_before_anybody_waits_is_heard_of() -> None:
    """Between two phases of a run no failure is lost."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        mishap = Mishap(loop)
        tasks = Tasks(loop, mishap)
        tasks.spawn(_break_at_once())
        await asyncio.sleep(0)
        await tasks.cancel()
        await mishap.none_until(asyncio.gather(_until(tasks.begin())))

    with pytest.raises(_DefectError):
        asyncio.run(run())


def test_a_failure_at_the_very_end_is_not_lost() -> None:
    """Nor when all have ended in the same turn of the loop."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        mishap = Mishap(loop)
        end = loop.create_future()
        end.set_result([])
        mishap.report(_DefectError())
        await mishap.none_until(end)

    with pytest.raises(_DefectError):
        asyncio.run(run())


def test_what_a_run_raises_itself_is_raised() -> None:
    """A failure of the waiting itself comes out as it is, and no mishap is none."""

    async def run(*, fails: bool) -> None:
        loop = asyncio.get_running_loop()
        work = _break_at_once() if fails else asyncio.sleep(0)
        await Mishap(loop).none_until(asyncio.gather(work))

    asyncio.run(run(fails=False))
    with pytest.raises(_DefectError):
        asyncio.run(run(fails=True))


def test_a_message_without_an_exception_is_a_load_error() -> None:
    """A loop may have only words for what went wrong."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        mishap = Mishap(loop)
        loop.call_exception_handler({"message": "a socket is gone"})
        await mishap.none_until(asyncio.gather(asyncio.sleep(0)))

    with pytest.raises(LoadError, match="a socket is gone"):
        asyncio.run(run())
