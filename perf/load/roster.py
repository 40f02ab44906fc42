"""Who is there: the connections of a run, and the wait until all are gone."""

import asyncio
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Member(Protocol):
    """What can be told to go."""

    def disconnect(self) -> None:
        """Leave, now or soon."""


MemberT = TypeVar("MemberT", bound=Member)


class Roster(Generic[MemberT]):
    """The connections that are there."""

    __slots__ = ("_all_gone", "_present")

    def __init__(self) -> None:
        self._present: set[MemberT] = set()
        self._all_gone: asyncio.Event | None = None

    def __iter__(self) -> Iterator[MemberT]:
        """All that are there now, whatever happens to them meanwhile."""
        return iter(tuple(self._present))

    def joined(self, member: MemberT) -> None:
        """A connection has come about."""
        self._present.add(member)

    def left(self, member: MemberT) -> None:
        """A connection is no more."""
        self._present.discard(member)
        if self._all_gone is not None and not self._present:
            self._all_gone.set()

    async def dismiss(self) -> None:
        """Drop every connection and wait until all are gone."""
        self._all_gone = asyncio.Event()
        for member in self:
            member.disconnect()
        if self._present:
            await self._all_gone.wait()
