"""The pages about targets and configuration: nothing is missing, and every example is accepted."""

import re
from pathlib import Path

import pytest
from msgspec.structs import fields

from perf.config import load_config
from perf.config.schema import KINDS, Addresses, AddressTable, Auth, Document, Gate, Ready, Table
from perf.model.scenario import Capability
from tests.unit.targets.requests import a_request, an_endpoint

DOCS = Path(__file__).parents[3] / "docs"
REFERENCE = DOCS / "reference" / "configuration.md"
TABLES = [Document, Gate, Ready, Auth, Addresses, AddressTable, *KINDS.values()]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_key_is_documented(table: type[Table]) -> None:
    """docs/reference/configuration.md has each key of each table, and each capability."""
    text = REFERENCE.read_text()
    words = [field.encode_name for field in fields(table)] + [each.value for each in Capability]

    assert not [word for word in words if f"`{word}`" not in text]


@pytest.mark.parametrize("page", [REFERENCE, DOCS / "how-to" / "add-a-target.md"], ids=lambda page: page.stem)
def test_every_example_is_valid(page: Path) -> None:
    """Each TOML block is a whole configuration that is accepted, and its targets can be configured."""
    blocks = re.findall(r"^```toml\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    configs = [load_config(block, where=page.name) for block in blocks]
    request = a_request(an_endpoint(1), an_endpoint(2))
    files = [target.render(request) for config in configs for target in config.targets.values()]

    assert blocks
    assert any(files)
