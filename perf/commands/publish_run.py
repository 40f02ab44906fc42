"""`perfgate publish-run`: the trusted side, which judges what another run measured, and tells."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from perf.commands import output
from perf.commands.consent import NO_CONSENT, consent_of
from perf.commands.ordering import config_of
from perf.commands.publish import event_text
from perf.commands.rejudging import Origins, opened
from perf.commands.trusted import Told, own_yardstick, told
from perf.errors import Exit, PerfgateError, PublishError, StatusError, UsageError
from perf.github.comment import Outcome, Publication, publish
from perf.github.context import Context, context_of
from perf.github.forge import CommitStatus, Forge, OpenPull
from perf.github.runs import WorkflowRun, waking_run
from perf.model.speaking import CommentWhen
from perf.report.status import description, speaks_up
from perf.store.runs import Uploaded
from perf.sut.source import repository_root

MEASURING = ".github/workflows/perf-gate.yml"
STATUS = "perf-gate"


def publish_run(
    repo: Path, *, workflow: str, comment: CommentWhen | None, dry_run: bool, env: Mapping[str, str]
) -> Exit:
    """Comment on the pull request and set the commit status; what came out changes no exit code.

    Runs in a `workflow_run` workflow on the default branch, woken by the measuring workflow or by a label.
    `comment` says when a first comment is posted; None leaves it to the base's perfgate.toml.
    With `dry_run` comment and status are printed, and GitHub is only read.
    """
    text = event_text(env)
    context = context_of(env, text)
    waking = waking_run(text)
    try:
        forge = Forge(context.repository, token=env.get("GITHUB_TOKEN", ""), api_url=context.api_url)
        run = forge.newest_run(waking, path=workflow)
        waits = "no measuring run for this commit" if run is None else _waits(run)
        if run is None or waits:
            return _nothing_to_do(waits)
        pulls = forge.open_pulls(run) if run.event == "pull_request" else ()
        if run.event == "pull_request" and not pulls:
            return _nothing_to_do(f"no open pull request has {run.head_sha[:9]} as its head")
        uploaded = _uploaded(forge, run)
        pull = _chosen(pulls, uploaded)
        result, outdated = _result(forge, run, uploaded=uploaded, pull=pull, repo=repo)
        if dry_run:
            _show(result, run)
            return Exit.PASS
        if pull is not None:
            for label in outdated:
                forge.remove_label(pull.number, label=label)
        may_post = speaks_up(result.report, comment or _configured(repo, pull))
        place = None if pull is None else _place(context, pull=pull, run=run)
        _publish(forge, result, run=run, place=place, may_post=may_post, env=env)
    except PublishError as error:
        raise StatusError(error.what, where=error.where, cure=error.cure) from error
    return Exit.PASS


def _waits(run: WorkflowRun) -> str:
    """Why there is nothing to say yet: another event will come."""
    if not run.completed:
        return f"{run.name} of the measuring workflow is still going on"
    if run.conclusion == "action_required":
        return "a maintainer has to approve the measuring run first"
    return ""


def _nothing_to_do(why: str) -> Exit:
    sys.stdout.write(f"nothing to publish: {why}\n")
    return Exit.PASS


def _result(
    forge: Forge,
    run: WorkflowRun,
    *,
    uploaded: Uploaded | PerfgateError | None,
    pull: OpenPull | None,
    repo: Path,
) -> tuple[Told, tuple[str, ...]]:
    """What is to be told, and the labels that are outdated."""
    consent = NO_CONSENT if pull is None else consent_of(forge, pull, run=run)
    origins = Origins(repository=forge.name, run=run, pull=pull, full=consent.full)
    result = told(uploaded, repo=repo, origins=origins, consent=consent)
    if pull is not None:
        touched = own_yardstick(forge.changed_files(pull.number), branch=pull.base_ref)
        report = replace(result.report, cautions=(*touched, *result.report.cautions))
        result = replace(result, report=report)
    return result, consent.outdated


def _configured(repo: Path, pull: OpenPull | None) -> CommentWhen:
    """When the base wants a comment; a base whose rules cannot be read hears of everything."""
    if pull is None:
        return CommentWhen.NEVER
    try:
        return config_of(repository_root(repo), pull.base_sha).comment
    except UsageError:
        return CommentWhen.ALWAYS


def _place(context: Context, *, pull: OpenPull, run: WorkflowRun) -> Context:
    """Where the comment belongs, and which run speaks in it."""
    return replace(
        context,
        pull_request=pull.number,
        from_fork=False,  # of this workflow's token: it is the base repository's
        run_number=run.number,
        run_attempt=run.attempt,
    )


def _publish(
    forge: Forge,
    result: Told,
    *,
    run: WorkflowRun,
    place: Context | None,
    may_post: bool,
    env: Mapping[str, str],
) -> None:
    """Comment first, status second: where a later run has commented, this one keeps silent."""
    url = ""
    if place is not None:
        done = _comment(forge, result, place=place, may_post=may_post)
        if done is not None and done.outcome is Outcome.SUPERSEDED:
            return
        url = "" if done is None else done.url
    _set_status(forge, result, run=run)
    output.tell_outputs({**output.outputs_of(result.report), "comment-url": url}, env)


def _uploaded(forge: Forge, run: WorkflowRun) -> Uploaded | PerfgateError | None:
    """What the run left behind, as far as it can be read; only GitHub's own failures end the command."""
    try:
        content = forge.artifact(run)
        return None if content is None else opened(content)
    except PublishError:
        raise
    except PerfgateError as error:
        return error


def _chosen(pulls: tuple[OpenPull, ...], uploaded: Uploaded | PerfgateError | None) -> OpenPull | None:
    """The pull request; where a branch has several, the run may choose among these and no others."""
    named = uploaded.run.header.pull_request if isinstance(uploaded, Uploaded) and uploaded.run else 0
    return next((pull for pull in pulls if pull.number == named), pulls[0] if pulls else None)


def _comment(forge: Forge, result: Told, *, place: Context, may_post: bool) -> Publication | None:
    """Post or update it; None where GitHub refused, which is told and no more."""
    text = output.rendered(result.report, "markdown")
    try:
        done = publish(text, place, token=forge.token, api_url=forge.api_url, may_post=may_post)
    except PublishError as error:
        sys.stderr.write(f"perfgate: {error}\n")
        return None
    sys.stdout.write(f"comment {done.outcome}{': ' + done.url if done.url else ''}\n")
    return done


def _set_status(forge: Forge, result: Told, *, run: WorkflowRun) -> None:
    status = _status(result, run)
    forge.set_status(status, sha=run.head_sha)
    sys.stdout.write(f"commit status {status.context}: {status.state}, {status.description}\n")


def _show(result: Told, run: WorkflowRun) -> None:
    status = _status(result, run)
    sys.stdout.write(output.rendered(result.report, "markdown"))
    sys.stdout.write(f"\ncommit status {status.context}: {status.state}, {status.description}\n")


def _status(result: Told, run: WorkflowRun) -> CommitStatus:
    return CommitStatus(
        state="success" if result.success else "failure",
        description=description(result.report),
        context=STATUS,
        target_url=run.url,
    )
