"""In place of minutes of measuring: a run of plain numbers, ordered and uploaded as the real one is."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from tests.act.house import PROJECT
from tests.github.measured import a_measured_run, git, texts_of

VERB = f"""#!/usr/bin/env bash
# Takes what perf-gate orders, and the loss of the change from its file `slowdown`.
PYTHONPATH={PROJECT} exec "$STUB_PYTHON" -P -m tests.act.standin "$@"
"""
"""Stands for `scripts/gate`."""


def main() -> int:
    """Write the run of this checkout beside a base; the exit code says what the job thinks of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", required=True)
    parser.add_argument("--suite", required=True)
    ordered = parser.parse_args()
    here, env = Path.cwd(), os.environ
    loss = here / "slowdown"
    slowdown = float(loss.read_text()) if loss.exists() else 0.0
    base = git(here, "rev-parse", f"{ordered.base}^{{commit}}")
    run = a_measured_run(base, slowdown=slowdown, workflow_run=int(env["GITHUB_RUN_ID"]), suite=ordered.suite)
    header = replace(
        run.header,
        repository=env["GITHUB_REPOSITORY"],
        head_sha=env["PERFGATE_HEAD_SHA"],
        pull_request=int(env["PERFGATE_PULL_REQUEST"] or "0"),
        workflow_attempt=int(env["GITHUB_RUN_ATTEMPT"]),
    )
    texts_of(replace(run, header=header), here / ".perfgate" / "runs")
    return 1 if slowdown else 0


if __name__ == "__main__":
    sys.exit(main())
