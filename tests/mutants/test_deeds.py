"""Defects that show in what a gateway does, however busy the machine is: each turns its scenario red."""

from pathlib import Path

import pytest

from perf.model.verdict import Decision
from tests.mutants.conftest import Trials
from tests.mutants.defects import MUTANTS, Mutant

FOLDER = Path(__file__).parent


@pytest.mark.parametrize(
    "mutant", [each for each in MUTANTS if not each.needs_quiet], ids=lambda mutant: mutant.patch
)
def test_a_mutant_turns_its_scenario_red(trials: Trials, mutant: Mutant) -> None:
    """The criterion and all facts beside it hold for the gateway as it is; with the defect it is missed."""
    assert trials.verdicts(mutant) == (Decision.MET, Decision.MISSED)


def test_every_patch_is_tried() -> None:
    """A patch that no test applies would prove nothing."""
    assert sorted(path.stem for path in FOLDER.glob("*.patch")) == sorted(each.patch for each in MUTANTS)
