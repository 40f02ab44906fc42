"""A turn of the loop: read, look, send, each for all."""

from collections.abc import Callable

from perf.load.turn import Turn

Done = list[tuple[str, int]]


class Guest:
    """A party that notes what is done with it, and has a next request after each answer."""

    def __init__(self, turn: Turn, done: Done) -> None:
        self._turn = turn
        self._done = done

    def take(self, data: bytes, read_ns: int) -> None:
        self._done.append((data.decode(), read_ns))
        self._turn.send_next(self, read_ns + 100)

    def send(self, number: int, intended_ns: int) -> None:
        self._done.append(("sent", number))


def test_everything_is_looked_at_before_anything_is_sent() -> None:
    """What was read is looked at in the order of reading, then the next requests leave in that order."""
    soon: list[Callable[[], None]] = []
    done: Done = []
    turn = Turn()
    turn.begin(soon.append)
    guests = (Guest(turn, done), Guest(turn, done))
    for at_ns, guest in enumerate(guests, start=1):
        turn.bring(guest, b"read", read_ns=at_ns)
    (end,) = soon
    assert done == []

    end()

    assert done == [("read", 1), ("read", 2), ("sent", 101), ("sent", 102)]


def test_many_reads_are_not_held_back() -> None:
    """A turn with more to read than fits looks at some of it before the rest is read."""
    soon: list[Callable[[], None]] = []
    done: Done = []
    turn = Turn()
    turn.begin(soon.append)
    guest = Guest(turn, done)
    for at_ns in range(1, 101):
        turn.bring(guest, b"read", read_ns=at_ns)
    held = [at_ns for at_ns in range(1, 101) if ("read", at_ns) not in done]
    assert 0 < len(held) < 100

    for end in soon:
        end()

    assert [at_ns for what, at_ns in done if what == "read"] == list(range(1, 101))
    assert sorted(number for what, number in done if what == "sent") == list(range(101, 201))
