"""Generated requests against a running gateway: what it answers is what its description says."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, checks
from schemathesis.core.result import Ok

from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import script
from tests.conformance.gateway_launch import KEY, gateway

DESCRIPTION = Path(__file__).parents[2] / "perf" / "gateway" / "openapi.json"
SCHEMA = schemathesis.openapi.from_dict(json.loads(DESCRIPTION.read_text()))
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}
MODELS = {label: ["gpt-4o", "claude-sonnet"] for label in OPERATIONS} | {"POST /v1/responses": ["gpt-4o"]}
"""Those that are offered there; any other model is refused, which no schema can say."""
CASES = [(label, GenerationMode.POSITIVE) for label in OPERATIONS] + [
    (label, GenerationMode.NEGATIVE) for label in OPERATIONS if label.startswith("POST")
]
"""A request without a body has nothing that could be invalid."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One gateway in front of healthy providers."""
    with UpstreamProcess.start(["a", "b"], cpus=None) as served:
        for name in served.urls:
            served.script(name, script())
        directory = tmp_path_factory.mktemp("gateway")
        with gateway(directory, openai=served.urls["a"], anthropic=served.urls["b"]) as found:
            yield found


@pytest.mark.parametrize(("label", "mode"), CASES)
def test_answers_are_as_described(address: str, label: str, mode: GenerationMode) -> None:
    """Valid requests are accepted, invalid ones refused, and every answer is one of those described."""

    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode), model=st.sampled_from(MODELS[label]))
    @settings(max_examples=15)
    def holds(case: Case, model: str) -> None:  # type: ignore[type-arg]  # they are the library's own affair
        if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
            case.body["model"] = model
        headers = {"authorization": f"Bearer {KEY}"}
        case.call_and_validate(base_url=address, headers=headers, excluded_checks=[checks.ignored_auth])

    holds()


def test_the_whole_description_is_tried() -> None:
    """Not one operation is left out for being described wrongly."""
    paths = json.loads(DESCRIPTION.read_text())["paths"]

    assert {*OPERATIONS} == {f"{name.upper()} {path}" for path in paths for name in paths[path]}
