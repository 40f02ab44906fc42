"""Processes that each do one work and hand back what it gives; the first that fails ends them all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TypeAlias, TypeVar, cast

from perf.load.errors import LoadError

SPAWN = get_context("spawn")
_LAST_WORDS_S = 10.0
"""How long a process that has failed may take to write its traceback and end."""

ResultT = TypeVar("ResultT")
_Pipe: TypeAlias = "Connection[object, object]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """A work came to its end."""

    result: object


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failed:
    """A work raised: the fields of its `LoadError`, or of one that names its exception."""

    what: str
    where: str
    cure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """One process, as its parent sees it; `name` is for messages."""

    name: str
    process: SpawnProcess
    pipe: _Pipe


def done_by_all(works: Sequence[Callable[[], ResultT]]) -> list[ResultT]:
    """What each of these works gives, in their order, each in a process of its own, all at the same time.

    As soon as one raises or dies the others are ended, wherever they are and whomever they wait for.
    A `LoadError` of a work is the caller's; any other exception, and a death, is a `LoadError` that names it.
    The processes are spawned, so a work is a function that can be pickled; all are gone at the end.
    """
    with _started(works) as members:
        results: dict[str, object] = {}
        waiting = {member.pipe: member for member in members}
        while waiting:
            for ready in wait(list(waiting)):
                member = waiting.pop(cast("_Pipe", ready))
                results[member.name] = _result_of(member)
        return cast("list[ResultT]", [results[member.name] for member in members])


@contextmanager
def _started(works: Sequence[Callable[[], ResultT]]) -> Iterator[list[_Member]]:
    """Each work in a process of its own, which is gone at the end, whatever happens."""
    members: list[_Member] = []
    try:
        for number, work in enumerate(works, 1):
            ours, theirs = SPAWN.Pipe(duplex=False)
            name = f"engine process {number} of {len(works)}"
            process = SPAWN.Process(
                target=_live, args=(work,), kwargs={"pipe": theirs, "name": name}, daemon=True
            )
            members.append(_Member(name=name, process=process, pipe=ours))
            process.start()
            theirs.close()
        yield members
    finally:
        for member in members:
            member.pipe.close()
            if member.process.pid is not None:
                member.process.terminate()
                member.process.join()


def _live(work: Callable[[], ResultT], *, pipe: _Pipe, name: str) -> None:
    """The life of one process; a defect is told, and then ends it with its traceback."""
    try:
        pipe.send(_Done(result=work()))
    except LoadError as error:
        pipe.send(_Failed(what=error.what, where=error.where, cure=error.cure))
    except Exception as error:
        what = f"an engine process failed with {type(error).__name__}: {error}"
        pipe.send(_Failed(what=what, where=name, cure="report this as a bug, with the traceback above"))
        raise


def _result_of(member: _Member) -> object:
    """What a process that has spoken or died has to give; raises if that is nothing."""
    try:
        said: object = member.pipe.recv()
    except (EOFError, OSError):  # the latter in the middle of what it said
        member.process.join(_LAST_WORDS_S)
        raise LoadError(
            f"an engine process ended early, {_end_of(member.process.exitcode)}",
            where=member.name,
            cure="read the other messages; if there are none, see whether memory ran out",
        ) from None
    if isinstance(said, _Failed):
        member.process.join(_LAST_WORDS_S)
        raise LoadError(said.what, where=said.where, cure=said.cure)
    assert isinstance(said, _Done)
    return said.result


def _end_of(exit_code: int | None) -> str:
    return f"by signal {-exit_code}" if exit_code and exit_code < 0 else f"with exit code {exit_code}"
