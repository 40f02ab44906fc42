"""`perfgate build`: the builds that a run would measure."""

import sys
from collections.abc import Mapping
from dataclasses import replace

from perf.commands.ordering import Choices, order_of
from perf.errors import Exit
from perf.pipeline.progress import Lines
from perf.pipeline.workbench import build_arms


def build(choices: Choices, *, env: Mapping[str, str]) -> Exit:
    """Build, or find built, the candidate and its base; print what each is and where."""
    order = order_of(replace(choices, no_baseline=True), env=env)
    for arm, built in build_arms(order, listener=Lines(sys.stderr)).items():
        kind = "release" if built.release else "DEBUG"
        state = "found built" if built.reused else "built"
        sys.stdout.write(f"{arm}: {built.source.label}, {kind}, {state}: {built.directory}\n")
    return Exit.PASS
