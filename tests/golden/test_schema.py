"""The published JSON Schema of committed baselines."""

import json
from pathlib import Path

from perf.store.baselines import baseline_json_schema
from tests.golden.golden import assert_golden

ROOT = Path(__file__).parents[2]


def test_published_schema_is_the_one_that_is_read() -> None:
    """baselines/schema.json says exactly what the reader accepts."""
    assert_golden(ROOT / "baselines" / "schema.json", baseline_json_schema().decode("utf-8"))


def test_every_field_of_the_results_is_documented() -> None:
    """docs/reference/results.md names each field of the JSON output."""
    page = (ROOT / "docs" / "reference" / "results.md").read_text(encoding="utf-8")
    results = json.loads((ROOT / "tests" / "golden" / "report" / "failed.json").read_text(encoding="utf-8"))

    names = {*results, *results["findings"][0], *results["requests"][0], *results["environment"]}
    assert not {name for name in names if f"`{name}`" not in page}
