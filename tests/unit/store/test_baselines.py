"""Committed baselines on disk."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.errors import BaselineError
from perf.store.baselines import baseline_bytes, read_baseline, read_baseline_text, write_baseline
from tests.factories import a_baseline, an_entry

VALUES = st.lists(st.floats(min_value=-1e17, max_value=1e17), min_size=1, max_size=6).map(tuple)


@given(VALUES)
@settings(max_examples=40)
def test_values_keep_six_digits(values: tuple[float, ...]) -> None:
    """Reading back what was written is exact to 6 significant digits."""
    content = baseline_bytes(a_baseline(entries=(an_entry(values=values),)), where="b.json")

    stored = read_baseline_text(content.decode("utf-8"), where="b.json").machines[0].entries[0].values
    assert stored == pytest.approx(values, rel=1e-5, abs=0)


@given(VALUES)
@settings(max_examples=40)
def test_writing_again_changes_nothing(values: tuple[float, ...]) -> None:
    """A baseline that was read and written has the same bytes: no noise in a diff."""
    once = baseline_bytes(a_baseline(entries=(an_entry(values=values),)), where="b.json")

    assert baseline_bytes(read_baseline_text(once.decode("utf-8"), where="b.json"), where="b.json") == once


@given(st.permutations(["a", "b", "c", "d"]))
def test_order_of_measuring_does_not_show(scenarios: list[str]) -> None:
    """Entries are written in the order of their keys, whatever order they come in."""
    entries = tuple(an_entry(scenario=scenario) for scenario in scenarios)

    content = baseline_bytes(a_baseline(entries=entries), where="b.json")

    ordered = tuple(an_entry(scenario=scenario) for scenario in "abcd")
    assert content == baseline_bytes(a_baseline(entries=ordered), where="b.json")


def test_baseline_is_read_back_as_written(tmp_path: Path) -> None:
    """All fields survive the file."""
    path = tmp_path / "reference" / "fast.json"

    write_baseline(path, a_baseline())

    assert read_baseline(path) == a_baseline()


def test_absent_baseline_says_how_to_make_one(tmp_path: Path) -> None:
    """The error names the command."""
    with pytest.raises(BaselineError, match="no such file") as caught:
        read_baseline(tmp_path / "none.json")

    assert "perfgate baseline" in caught.value.cure


def test_twin_entries_are_not_written(tmp_path: Path) -> None:
    """A baseline that could not be read is not written either."""
    path = tmp_path / "b.json"

    with pytest.raises(BaselineError, match="twice"):
        write_baseline(path, a_baseline(entries=(an_entry(), an_entry())))

    assert not path.exists()
