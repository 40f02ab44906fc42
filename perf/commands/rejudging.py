"""Judging a run that someone else's code measured, by the rules of the base branch alone."""

from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from pathlib import Path

from perf.commands.beginning import lacks_rules, no_rules
from perf.commands.ordering import base_order, config_of, nothing_chosen
from perf.errors import ArtifactError
from perf.github.archive import members_of
from perf.github.forge import OpenPull
from perf.github.runs import WorkflowRun
from perf.judge.claims import Claims, objections
from perf.judge.verdict import conclude
from perf.model.build import Source
from perf.model.run import Mode, Run
from perf.model.target import RunningKind
from perf.model.verdict import Caution, CautionKind, Verdict
from perf.pipeline.order import Order
from perf.scenarios import SUITES
from perf.store.runs import Uploaded, read_uploaded
from perf.sut.source import commit_source, repository_root, was_tip
from perf.targets.reference import REFERENCE

FULL_SUITE = "medium"
"""What the label `perf: full` asks for."""
_BASE_MAY_LAG = timedelta(days=1)
"""How long before the run the base commit may have been replaced as its branch's tip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Where an uploaded run came from, as GitHub says: repository, workflow run, and pull request if any."""

    repository: str
    run: WorkflowRun
    pull: OpenPull | None
    full: bool = False
    """Whether the label for the larger suite is set, by someone who may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """A run and what the base's rules say of it."""

    run: Run
    verdict: Verdict
    fail_on_inconclusive: bool


def opened(content: bytes) -> Uploaded:
    """The run in an uploaded zip; ArtifactError or BaselineError for anything that is not one."""
    return read_uploaded(members_of(content), where="artifact")


def rejudge(run: Run, *, said: Verdict | None, repo: Path, origins: Origins) -> Rejudged:
    """Judge the blocks by policy, scenarios and baseline of the base; ArtifactError if they are foreign.

    `said` is the verdict that came with them: it counts for nothing, and a caution tells where it differs.
    """
    root = repository_root(repo)
    base = _base(run, root, origins=origins)
    if lacks_rules(root, base) and run.header.target != REFERENCE.name:
        raise no_rules(base)
    # A suite that nobody knows becomes the configured one here, and is objected to below.
    suite = run.header.suite if run.header.suite in SUITES else None
    order = base_order(nothing_chosen(root, suite=suite), base=base)
    wrong = objections(run, _claims(order, origins=origins, gated=config_of(root, base.commit).suite))
    if wrong:
        raise _refused(" ".join(wrong))
    if run.header.mode is not Mode.PAIRED and not isinstance(order.target.kind, RunningKind):
        raise _refused("It was not compared with a build of the base commit.")
    # What must be there is what the base expects, and when it ran is what GitHub says.
    started_at = origins.run.started_at.astimezone(UTC).isoformat(timespec="seconds")
    expected = replace(
        run,
        header=replace(run.header, started_at=started_at, scenarios=order.expected, skips=order.skips),
    )
    verdict = conclude(expected, scenarios=order.scenarios, baseline=order.baseline, policy=order.policy)
    return Rejudged(
        run=expected,
        verdict=replace(
            verdict,
            cautions=(
                *_smaller_suite(run, origins=origins),
                *_other_verdict(verdict, said),
                *verdict.cautions,
            ),
        ),
        fail_on_inconclusive=order.policy.fail_on_inconclusive,
    )


def _base(run: Run, root: Path, *, origins: Origins) -> Source:
    """The commit whose rules count: the one that was measured, if GitHub knows it as the change's base."""
    known = origins.run.queued_on if origins.pull is None else origins.pull.base_sha
    base = run.header.base
    if not known:
        raise _refused(f"GitHub's name for the merge group tells no base: {origins.run.head_branch!r:.100}.")
    if base is None:
        return commit_source(root, known)
    commit = base.source.commit
    if not commit or not _is_base(commit, root, origins=origins):
        raise _refused(f"It was compared with {commit[:9] or 'no commit'}, not with the base of this change.")
    return commit_source(root, commit)


def _is_base(commit: str, root: Path, *, origins: Origins) -> bool:
    """Whether the change is to follow this commit: for a merge group that is the group before it, if any."""
    if origins.pull is None:
        return commit == origins.run.queued_on
    since = origins.run.created_at - _BASE_MAY_LAG
    return was_tip(root, commit, branch=origins.pull.base_ref, since=since)


def _claims(order: Order, *, origins: Origins, gated: str) -> Claims:
    return Claims(
        repository=origins.repository,
        head_sha=origins.run.head_sha,
        pull_request=0 if origins.pull is None else origins.pull.number,
        workflow_run=origins.run.run_id,
        workflow_attempt=origins.run.attempt,
        target=order.target.name,
        suites={gated, FULL_SUITE} if origins.full else {gated},
        scenarios=order.expected,
    )


def _smaller_suite(run: Run, *, origins: Origins) -> tuple[Caution, ...]:
    """A caution where the label for the larger suite is set, and the run had not heard of it."""
    if not origins.full or run.header.suite == FULL_SUITE:
        return ()
    text = (
        f"The label `perf: full` asks for the suite `{FULL_SUITE}`; this commit was measured with "
        f"`{run.header.suite}`. It counts from the next push on."
    )
    return (Caution(kind=CautionKind.LABEL, text=text),)


def _other_verdict(verdict: Verdict, said: Verdict | None) -> tuple[Caution, ...]:
    if said is None or said.state is verdict.state:
        return ()
    text = (
        f"The measuring job called this {said.state.value}; "
        f"judged again by the rules of the base branch it is {verdict.state.value}."
    )
    return (Caution(kind=CautionKind.OTHER_VERDICT, text=text),)


def _refused(why: str) -> ArtifactError:
    return ArtifactError(
        f"What was measured is refused. {why}",
        where="artifact",
        cure="Update the branch from its base and push, so that it is measured again.",
    )
