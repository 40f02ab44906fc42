"""Which counter of instructions this machine has."""

import shutil
import subprocess
from typing import assert_never

from perf.errors import MeasureError
from perf.model.counting import CounterChoice
from perf.sut.callgrind import Callgrind, find_callgrind
from perf.sut.hardware import Hardware, find_hardware

Counter = Callgrind | Hardware


def find_counter(choice: CounterChoice) -> Counter | None:
    """The counter that is asked for, found by trying; None if `auto` finds none, or for `off`.

    Raises MeasureError if one that is named is not to be had.
    """
    fixed = _fixed_addresses()
    match choice:
        case CounterChoice.OFF:
            return None
        case CounterChoice.AUTO:
            return find_hardware(fixed) or find_callgrind(fixed)
        case CounterChoice.HARDWARE:
            return find_hardware(fixed) or _missing(choice, cure="Use --instructions callgrind.")
        case CounterChoice.CALLGRIND:
            return find_callgrind(fixed) or _missing(choice, cure=INSTALL)
        case _:
            assert_never(choice)


INSTALL = "Install valgrind (apt-get install valgrind), or do without counts: --instructions off."
"""What to do where nothing can count."""


def _missing(choice: CounterChoice, *, cure: str) -> Counter:
    raise MeasureError(f"Instructions cannot be counted by {choice} here", where="this machine", cure=cure)


def _fixed_addresses() -> tuple[str, ...]:
    """The words that switch off address space randomisation, where the kernel lets them."""
    setarch, true = shutil.which("setarch"), shutil.which("true")
    if setarch is None or true is None:
        return ()
    tried = subprocess.run([setarch, "--addr-no-randomize", true], capture_output=True, check=False)
    return () if tried.returncode else (setarch, "--addr-no-randomize")
