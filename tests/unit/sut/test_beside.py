"""Work beside something else: its end is waited for, and its failure is heard of."""

from threading import Event

import pytest

from perf.sut.beside import beside


def _fail(over: Event) -> None:
    """Work that cannot be done."""
    raise ValueError("work")


def test_work_ends_with_the_body() -> None:
    """It is told that the body is over, and what follows comes after its end."""
    told: list[str] = []

    def work(over: Event) -> None:
        over.wait()
        told.append("work")

    with beside(work, name="work"):
        told.append("body")
    told.append("after")

    assert told == ["body", "work", "after"]


def test_failed_work_fails_after_the_body() -> None:
    """Half of what it was to find out is not taken for all."""
    told: list[str] = []
    with pytest.raises(ValueError, match="work"), beside(_fail, name="work"):
        told.append("body")

    assert told == ["body"]


def test_a_failed_body_is_what_is_told() -> None:
    """The work beside it counts for nothing then."""
    with pytest.raises(KeyError, match="body"), beside(_fail, name="work"):
        raise KeyError("body")
