"""The page about the gateway says what the code does."""

import re
from pathlib import Path

import msgspec
import pytest

from perf.gateway.config import parse_config
from perf.gateway.schema import Limits, Resilience

_PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "gateway.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", [Resilience, Limits], ids=["resilience", "limits"])
def test_every_constant_is_documented_with_its_default(table: type[Resilience] | type[Limits]) -> None:
    """In the order of the schema, and no other."""
    section = _PAGE.partition(f"### `[{table.__name__.lower()}]`")[2].partition("\n#")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([\w.]+) \|", section, re.MULTILINE)
    defaults = msgspec.to_builtins(table())

    told = {name: None if value == "none" else float(value) for name, value in rows}
    assert told == defaults


def test_the_example_is_a_configuration() -> None:
    """The file on the page is taken as it stands."""
    [example] = re.findall(r"^```toml\n(.*?)^```", _PAGE, re.MULTILINE | re.DOTALL)

    config = parse_config(example.encode())

    assert config.routing.discovery.providers_with_listing == ["openai"]
