"""The published JSON Schema of committed baselines."""

from pathlib import Path

from perf.store.baselines import baseline_json_schema
from tests.golden.golden import assert_golden

ROOT = Path(__file__).parents[2]


def test_published_schema_is_the_one_that_is_read() -> None:
    """baselines/schema.json says exactly what the reader accepts."""
    assert_golden(ROOT / "baselines" / "schema.json", baseline_json_schema().decode("utf-8"))
