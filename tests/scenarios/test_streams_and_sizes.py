"""The reference gateway under the parts of scenarios 9, 10, 11, 14, 16, 19 and 20 that no mutant needs."""

from collections.abc import Iterator

import pytest

from perf.model.metric import Unit
from perf.model.verdict import Decision
from perf.scenarios import SCENARIOS
from tests.mutants.trial import PROJECT, Court, court, shortened

_FACTS = frozenset({Unit.RATIO, Unit.COUNT})


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    """One rig for all."""
    with court(tmp_path_factory.mktemp("scratch")) as bench:
        yield bench


@pytest.mark.parametrize(
    ("scenario", "parts"),
    [
        (
            "stream-faults",
            (
                "split",
                "split-converted",
                "cut-converted",
                "cut-messages",
                "stalled-messages",
                "rate-limited",
            ),
        ),
        ("client-aborts", ("aborted-converted", "aborted-messages", "aborted-answers", "new-connections")),
        ("large-prompts", ("1kb", "100kb", "1mb", "conversation")),
        ("stream-fidelity", ("chat", "messages", "chat-whole", "messages-whole")),
        ("drain-rate", ("100-chunks", "500-chunks", "held-open")),
        ("health-under-load", ("busy", "large")),
        ("config-scale", ("small", "instances")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_reference_gateway_meets_its_criteria(
    bench: Court, scenario: str, parts: tuple[str, ...]
) -> None:
    """Every fact holds, and every time is measured, however slow this machine is."""
    trial = shortened(next(each for each in SCENARIOS if each.name == scenario), *parts)
    findings = bench.findings(PROJECT, trial)

    assert {finding.key.part for finding in findings} == set(parts)
    assert [each for each in findings if each.candidate is None] == []
    facts = [finding for finding in findings if finding.unit in _FACTS]
    assert [each for each in facts if each.decision is not Decision.MET] == []
