"""Runs every test in two phases: what no busy machine changes on all cores, then the rest by itself."""

import os
import subprocess
import sys
from collections.abc import Sequence

ALONE = (
    "tests/act/test_consumer.py",
    "tests/e2e/test_gate.py",
    "tests/load",
    "tests/mutants/test_times.py",
    "tests/scenarios/test_failover.py",
    "tests/scenarios/test_upstream_http2.py",
    "tests/scenarios/test_wrk.py",
    "tests/sut/test_usage.py",
    "perf/benchmarks",
)
"""What judges a measurement has the machine to itself."""
_WORKERS = (os.cpu_count() or 1) + 1
"""One more than there are cores: many a test waits for a process or a pause most of its time."""
_AT_ONCE = (f"--numprocesses={_WORKERS}", "--dist=worksteal", *(f"--ignore={folder}" for folder in ALONE))


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
