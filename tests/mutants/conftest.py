"""The gateway as it is and with its defects, held to the criteria of the same scenario."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from perf.model.scenario import Scenario
from perf.model.verdict import Decision, Finding
from tests.mutants.defects import Mutant
from tests.mutants.trial import Court, court, facts_of, source_tree


class Trials:
    """The gateway as it is, and its mutants, before the court; what the original did serves all mutants."""

    def __init__(self, bench: Court, folder: Path) -> None:
        self._bench = bench
        self._folder = folder
        self._original = cache(self._as_it_is)

    def verdicts(self, mutant: Mutant) -> tuple[Decision, Decision]:
        """What is decided of its criterion without and with the patch; without it every fact holds."""
        original = self._original(mutant.trial)
        assert [each.key for each in original if each.candidate is None] == []
        assert [each for each in facts_of(original) if each.decision is Decision.MISSED] == []
        tree = source_tree(self._folder / mutant.patch, patch=mutant.patch)
        return mutant.verdict(original), mutant.verdict(self._bench.findings(tree, mutant.trial))

    def _as_it_is(self, scenario: Scenario) -> tuple[Finding, ...]:
        tree = source_tree(self._folder / f"original {scenario.name} {len(scenario.parts)}")
        return self._bench.findings(tree, scenario)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    """One rig for all."""
    with court(tmp_path_factory.mktemp("scratch")) as bench:
        yield Trials(bench, tmp_path_factory.mktemp("trees"))
