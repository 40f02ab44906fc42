"""The texts that mock providers answer with."""

from hypothesis import given
from hypothesis import strategies as st

from perf.wire.tokens import fragments, reply_tokens


@given(count=st.integers(0, 300))
def test_tokens_are_distinct(count: int) -> None:
    """No two tokens are the same, so a swapped, lost or repeated one shows in the text."""
    tokens = reply_tokens(count)

    assert len(set(tokens)) == len(tokens) == count


def test_tokens_read_as_words() -> None:
    """Their concatenation is a line of words."""
    assert "".join(reply_tokens(3)) == "tok0 tok1 tok2"


@given(text=st.text(max_size=50), count=st.integers(-1, 60))
def test_fragments_add_up(text: str, count: int) -> None:
    """No character is lost, none of the pieces is empty, and there are no more than asked for."""
    pieces = fragments(text, count)

    assert "".join(pieces) == text
    assert all(pieces)
    assert len(pieces) <= max(count, 1)
