"""Sticky sessions: their age, their number."""

from hypothesis import given
from hypothesis import strategies as st

from perf.gateway.sessions import Sessions


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), max_size=200))
def test_bindings_are_as_a_plain_list_would_say(uses: list[tuple[int, int]]) -> None:
    """A key is bound to what it was bound to last, unless it is too old or 5 newer keys came since."""
    sessions = Sessions(idle_ns=50, limit=5)
    history: list[tuple[str, int, int]] = []
    now_ns = 0
    for number, (key_number, step_ns) in enumerate(uses):
        now_ns += step_ns
        key = f"k{key_number}"
        newer = list(dict.fromkeys(k for k, _, _ in reversed(history)))[:5]
        last = next(((index, at) for k, index, at in reversed(history) if k == key), None)
        expected = last[0] if last and key in newer and now_ns - last[1] < 50 else None

        assert sessions.lookup(key, now_ns) == expected
        sessions.bind(key, number, now_ns=now_ns)
        history.append((key, number, now_ns))
        assert len(sessions) <= 5


def test_expired_bindings_leave_the_memory() -> None:
    """A thousand old bindings are gone after as many new uses of one key."""
    sessions = Sessions(idle_ns=10, limit=10_000)
    for number in range(1000):
        sessions.bind(f"k{number}", 0, now_ns=0)
    for _ in range(1000):
        sessions.bind("new", 0, now_ns=100)

    assert len(sessions) == 1
