"""What a run that was measured elsewhere must be, before its numbers are worth judging."""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from perf.model.run import Arm, Run

MAX_BLOCKS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What is known of the run from sources that its own code cannot write.

    `pull_request` is 0 for a merge group. `scenarios` must each have been measured; `suites` are those
    that may have been ordered.
    """

    repository: str
    head_sha: str
    pull_request: int
    workflow_run: int
    workflow_attempt: int
    target: str
    suites: Set[str]
    scenarios: tuple[str, ...]


def objections(run: Run, claims: Claims) -> tuple[str, ...]:
    """Why this run is not the one it should be, a sentence each; () if it is."""
    return (*_identity(run, claims), *_order(run, claims), *_completeness(run, claims))


def _identity(run: Run, claims: Claims) -> Iterator[str]:
    header = run.header
    pairs = (
        ("commit", header.head_sha, claims.head_sha),
        ("repository", header.repository.lower(), claims.repository.lower()),
        ("pull request", header.pull_request, claims.pull_request),
        ("workflow run", header.workflow_run, claims.workflow_run),
        ("attempt", header.workflow_attempt, claims.workflow_attempt),
    )
    for name, told, known in pairs:
        if told != known:
            yield f"It says that it is of {name} {told}, and it was uploaded by one of {name} {known}."


def _order(run: Run, claims: Claims) -> Iterator[str]:
    header = run.header
    if header.target != claims.target:
        yield f"It measured target {header.target}; the base branch gates {claims.target}."
    if header.suite not in claims.suites:
        yield f"It measured suite {header.suite}; the base branch gates {', '.join(sorted(claims.suites))}."
    if not all(build.release for build in (header.base, header.candidate) if build is not None):
        yield "It measured a debug build."


def _completeness(run: Run, claims: Claims) -> Iterator[str]:
    if len(run.blocks) > MAX_BLOCKS:
        yield f"It has {len(run.blocks)} blocks; at most {MAX_BLOCKS} are ever measured."
    measured = {
        record.scenario
        for block in run.blocks
        for record in block.parts
        if record.arm is not Arm.BASELINE and (record.values or record.problems)
    }
    missing = [name for name in claims.scenarios if name not in measured]
    if missing:
        yield f"It has no numbers of {', '.join(missing)}, which the base branch gates."
