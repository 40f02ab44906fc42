"""Command lines with places to fill in."""

from hypothesis import given
from hypothesis import strategies as st

from perf.sut.command import fill, fill_all


def test_known_words_are_filled_and_others_left() -> None:
    """A word with a value is replaced; a shell variable, JSON and unknown words stay."""
    text = 'run {port} ${port} {"port": 1} {other} {}'

    assert fill(text, {"port": "80"}) == 'run 80 ${port} {"port": 1} {other} {}'


def test_every_word_of_a_command_is_filled() -> None:
    """One argument stays one argument, whatever is filled in."""
    assert fill_all(("a", "--x={dir}"), {"dir": "b c"}) == ("a", "--x=b c")


@given(st.text(st.characters(exclude_characters="{}")))
def test_text_without_places_is_unchanged(text: str) -> None:
    """Only braces have a meaning."""
    assert fill(text, {"port": "80"}) == text


@given(st.text())
def test_a_filled_in_value_is_not_read_again(value: str) -> None:
    """A value that looks like a place is text."""
    assert fill("{dir}", {"dir": value, "port": "80"}) == value
