"""Runs every test in two phases: on all cores at once what measures nothing, then the rest by itself."""

import subprocess
import sys
from collections.abc import Sequence

ALONE = (
    "tests/act/test_consumer.py",
    "tests/act/test_measuring.py",
    "tests/e2e/test_gate.py",
    "tests/load",
    "tests/mutants",
    "tests/scenarios",
    "tests/sut/test_usage.py",
    "perf/benchmarks",
)
"""What judges a measurement has the machine to itself."""
_AT_ONCE = ("--numprocesses=logical", "--dist=worksteal", *(f"--ignore={folder}" for folder in ALONE))


def main(arguments: Sequence[str]) -> int:
    """Give the arguments to pytest; without any, run both phases and return the first code that is not 0."""
    if arguments:
        return _pytest(arguments)
    codes = [_pytest(_AT_ONCE), _pytest(ALONE)]
    return next((code for code in codes if code), 0)


def _pytest(arguments: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
