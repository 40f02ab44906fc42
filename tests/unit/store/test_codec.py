"""The strict codec: what is refused, and how."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.errors import BaselineError
from perf.store.baselines import baseline_bytes, read_baseline_text
from perf.store.codec import Place, decode
from perf.store.redaction import redact
from perf.store.schema import SkipShape
from tests.factories import a_baseline

PLACE = Place(where="a.json", cure="Measure again.")


def _edited(old: str, new: str) -> str:
    text = baseline_bytes(a_baseline(), where="b.json").decode("utf-8")
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param('"release": true', '"release": 1', "bool", id="number for bool"),
        pytest.param('"release": true', '"release": true, "x": 1', "unknown field `x`", id="unknown field"),
        pytest.param('"gating": true', '"gating": true, "gating": false', "twice", id="key twice"),
        pytest.param("811204.0", "NaN", "not a number", id="NaN"),
        pytest.param("811204.0", "-Infinity", "not a number", id="Infinity"),
        pytest.param("811204.0", "1e999", "<=", id="overflow"),
        pytest.param("811204.0", "1" + "0" * 5_000, "digits", id="huge integer"),
        pytest.param("811204.0", "true", "bool", id="bool for number"),
        pytest.param('"unit": "ns"', '"unit": "ms"', "ms", id="unknown unit"),
        pytest.param('"part": "main"', '"part": "a/b"', "part", id="name with a slash"),
        pytest.param('"part": "main"', '"part": "main\\n"', "part", id="name with a line feed"),
        pytest.param('"metric": "qps"', '"metric": "e2e-p50"', "twice", id="entry twice"),
        pytest.param('"schema_version": 2', '"schema_version": 1', "version 1", id="other version"),
        pytest.param('"release": true', '"release": false', "debug build", id="debug build"),
        pytest.param('"schema_version": 2', '"schema_version": true', "schema_version", id="no version"),
        pytest.param("{", "[" * 100_000, "recursion", id="deep nesting"),
    ],
)
def test_damaged_baseline_is_refused(old: str, new: str, told: str) -> None:
    """Each kind of damage is one BaselineError that names the file and what to do."""
    text = _edited(old, new)

    with pytest.raises(BaselineError) as caught:
        read_baseline_text(text, where="b.json")

    assert told in str(caught.value)
    assert caught.value.where == "b.json"
    assert "perfgate baseline" in caught.value.cure


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the reader fail with anything but BaselineError."""
    try:
        shape = decode(text, SkipShape, place=PLACE)
    except BaselineError:
        return

    assert json.loads(text)["scenario"] == shape.scenario


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("/home/ada/gateway/x.py", "~/gateway/x.py", id="home"),
        pytest.param("in /Users/ada/x", "in ~/x", id="mac home"),
        pytest.param("Authorization: Bearer abcdefgh12345678", "Authorization: ***", id="bearer"),
        pytest.param("token ghs_0123456789abcdef", "token ***", id="installation token"),
        pytest.param("key sk-proj-0123456789", "key ***", id="provider key"),
        pytest.param("eyJhbGciOiJI.eyJzdWIiOiIx.abc", "***", id="json web token"),
        pytest.param("p50 of streaming", "p50 of streaming", id="nothing to hide"),
    ],
)
def test_redaction_hides_homes_and_secrets(text: str, shown: str) -> None:
    """Neither a home directory nor what looks like a token stays in a stored text."""
    assert redact(text) == shown
