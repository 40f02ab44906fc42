"""`perfgate wants-baseline` and `perfgate propose-baseline`: new baselines after a merge, for review."""

import sys
from collections.abc import Mapping
from pathlib import Path

from perf.commands.ordering import baseline_file, nothing_chosen, recording_order
from perf.commands.output import tell_outputs
from perf.commands.publish import event_text
from perf.errors import Exit, PublishError, StatusError
from perf.github.context import Context, context_of
from perf.github.forge import Forge
from perf.github.proposal import Proposal, propose
from perf.judge.changes import changes_in_words
from perf.report.baseline_page import render_baseline
from perf.store.baselines import read_baseline

UPDATE_BASELINES = "perf: update-baselines"
"""Measure new baselines once this pull request is merged."""


def wants_baseline(*, env: Mapping[str, str]) -> Exit:
    """Say whether new baselines are to be measured of this commit, also as the step output `wanted`.

    By hand always; after a push where the merged pull request has the label, set by someone who may write.
    """
    context = context_of(env, event_text(env))
    why = "it was asked for by hand" if context.event == "workflow_dispatch" else _asked_for(context, env)
    wanted = "true" if why else "false"
    otherwise = f"no merged pull request has the label {UPDATE_BASELINES}"
    sys.stdout.write(f"new baselines: {why or otherwise}\n")
    tell_outputs({"wanted": wanted}, env)
    return Exit.PASS


def _asked_for(context: Context, env: Mapping[str, str]) -> str:
    forge = Forge(context.repository, token=env.get("GITHUB_TOKEN", ""), api_url=context.api_url)
    for number in forge.merged_as(context.sha):
        given = forge.labels(number).get(UPDATE_BASELINES)
        if given is not None and forge.may_write(given.login):
            return f"pull request {number} is merged, and {given.login} asked for them"
    return ""


def propose_baseline(
    recorded: Path, repo: Path, *, branch: str, dry_run: bool, env: Mapping[str, str]
) -> Exit:
    """Propose a recorded baseline as a pull request to `branch`, with a table of what changes."""
    after = read_baseline(recorded)
    order = recording_order(nothing_chosen(repo, target=after.target, suite=after.suite), env=env)
    path = baseline_file(order)
    before = read_baseline(path) if path.exists() else None
    body = render_baseline(before, after, words=list(changes_in_words(before, after)))
    if before == after:
        sys.stdout.write("nothing to propose: the committed baseline has these very numbers\n")
        return Exit.PASS
    if dry_run:
        sys.stdout.write(body)
        return Exit.PASS
    context = context_of(env, event_text(env))
    proposal = Proposal(
        path=path.relative_to(order.repo).as_posix(),
        content=recorded.read_bytes(),
        branch=f"perfgate/baseline-{after.target}-{after.suite}",
        base=branch,
        start=context.sha,
        title=f"Update the baseline of {after.target}, {after.suite}",
        body=body,
    )
    try:
        address = propose(
            context.repository, proposal, token=env.get("GITHUB_TOKEN", ""), api_url=context.api_url
        )
    except PublishError as error:
        raise StatusError(error.what, where=error.where, cure=error.cure) from error
    sys.stdout.write(f"proposed: {address}\n")
    return Exit.PASS
