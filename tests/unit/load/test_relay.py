"""Turns between closed loops of one connection each."""

from hypothesis import given
from hypothesis import strategies as st

from perf.load.relay import Relay


class _Loop:
    """A closed loop that writes its name down at each of its requests, and answers when told."""

    def __init__(self, name: str, relay: Relay, *, requests: int, sent: list[str]) -> None:
        self._name, self._relay, self._left, self._sent = name, relay, requests, sent

    def ready(self) -> None:
        """The last request is answered: ask for the next turn, or leave."""
        if self._left:
            self._left -= 1
            self._relay.wait(lambda: self._sent.append(self._name))
        else:
            self._relay.leave()


@given(first=st.integers(1, 20), second=st.integers(1, 20))
def test_two_loops_alternate_until_one_has_no_more(first: int, second: int) -> None:
    """Strictly in turns, never two requests on their way, and whoever is left goes on alone."""
    sent: list[str] = []
    relay = Relay(2)
    loops = {
        "a": _Loop("a", relay, requests=first, sent=sent),
        "b": _Loop("b", relay, requests=second, sent=sent),
    }
    for loop in loops.values():
        loop.ready()
    answered = 0
    while answered < len(sent):
        assert len(sent) == answered + 1
        answered += 1
        loops[sent[-1]].ready()

    common = min(first, second)
    assert sent[: 2 * common] == ["a", "b"] * common
    assert set(sent[2 * common :]) <= ({"a"} if first > second else {"b"})
    assert len(sent) == first + second


def test_nobody_goes_before_all_are_there() -> None:
    """The first waits until the second waits too, or is known not to come."""
    went: list[str] = []
    relay = Relay(2)
    relay.wait(lambda: went.append("a"))
    assert went == []

    relay.leave()
    assert went == ["a"]
