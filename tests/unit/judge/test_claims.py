"""What makes a run that was measured elsewhere unfit to be judged."""

from dataclasses import replace

import pytest

from perf.judge.claims import MAX_BLOCKS, Claims, objections
from perf.model.run import Run
from tests.factories import HEAD_COMMIT, a_block, a_build, a_header, a_run

CLAIMS = Claims(
    repository="Acme/Gateway",
    head_sha=HEAD_COMMIT,
    pull_request=7,
    workflow_run=0,
    workflow_attempt=0,
    target="reference",
    suites={"fast"},
    scenarios=("baseline-latency", "sticky-sessions"),
)


def test_the_right_run_meets_no_objection() -> None:
    """Names of repositories differ in case only."""
    assert objections(a_run(), CLAIMS) == ()


@pytest.mark.parametrize(
    ("run", "word"),
    [
        (a_run(header=replace(a_header(), head_sha="0" * 40)), "commit"),
        (a_run(header=replace(a_header(), workflow_attempt=2)), "attempt"),
        (a_run(header=a_header(base=a_build(release=False))), "debug build"),
        (a_run(blocks=(a_block(parts=()),)), "baseline-latency, sticky-sessions"),
        (a_run(blocks=tuple(a_block(number=n, parts=()) for n in range(MAX_BLOCKS + 1))), "at most"),
    ],
    ids=["commit", "attempt", "debug", "nothing measured", "too many blocks"],
)
def test_a_wrong_run_is_objected_to(run: Run, word: str) -> None:
    """The objection says what is wrong."""
    assert word in " ".join(objections(run, CLAIMS))
