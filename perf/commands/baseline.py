"""`perfgate baseline`: record the numbers that a repository commits."""

import sys
from collections.abc import Mapping
from pathlib import Path

from perf.commands.ordering import Choices, baseline_file, recording_order
from perf.errors import Exit
from perf.judge.changes import changes_in_words
from perf.pipeline.baselining import record_baseline
from perf.pipeline.progress import listener
from perf.store.baselines import read_baseline, write_baseline


def baseline(choices: Choices, *, runs: int, into: Path | None, quiet: bool, env: Mapping[str, str]) -> Exit:
    """Measure the committed tree several times, write the file, and say in words what changed."""
    order = recording_order(choices, env=env)
    path = into or baseline_file(order)
    before = read_baseline(path) if path.exists() else None
    hears = listener(sys.stderr, quiet=quiet, colour=False)
    try:
        after = record_baseline(order, runs=runs, listener=hears)
    finally:
        hears.close()
    write_baseline(path, after)
    for line in changes_in_words(before, after):
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{path}: {len(after.entries)} numbers from {runs} runs of {order.candidate.label}\n")
    return Exit.PASS
