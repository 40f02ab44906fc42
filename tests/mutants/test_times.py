"""Defects that show in times, and in what others on the machine may change: each turns its scenario red."""

import pytest

from perf.model.verdict import Decision
from tests.mutants.conftest import Trials
from tests.mutants.defects import MUTANTS, Mutant


@pytest.mark.parametrize(
    "mutant", [each for each in MUTANTS if each.needs_quiet], ids=lambda mutant: mutant.patch
)
def test_a_mutant_turns_its_scenario_red(trials: Trials, mutant: Mutant) -> None:
    """The criterion and all facts beside it hold for the gateway as it is; with the defect it is missed."""
    assert trials.verdicts(mutant) == (Decision.MET, Decision.MISSED)
