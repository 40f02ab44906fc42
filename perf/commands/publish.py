"""`perfgate publish`: one comment on the pull request."""

import sys
from collections.abc import Mapping
from pathlib import Path

from perf.commands import output
from perf.commands.ordering import Choices, config_of
from perf.commands.stored import judged_again
from perf.errors import Exit, PublishError
from perf.github.comment import publish as publish_comment
from perf.github.context import context_of
from perf.model.speaking import CommentWhen
from perf.report.status import speaks_up
from perf.sut.source import repository_root


def publish(
    directory: Path, choices: Choices, *, comment: CommentWhen | None, dry_run: bool, env: Mapping[str, str]
) -> Exit:
    """Post or update the comment; a failure to do so is told, and changes no verdict.

    The blocks are judged again by the rules of the repository that this runs in (the base's, on GitHub):
    the verdict in the folder was written by a job that ran the pull request's code.
    `comment` says when a first one is posted; None leaves it to perfgate.toml.
    With `dry_run` the comment is printed, and GitHub is not asked.
    """
    report = judged_again(directory, choices, env=env).report
    text = output.rendered(report, "markdown")
    if dry_run:
        sys.stdout.write(text.rstrip("\n") + "\n")
        return Exit.PASS
    context = context_of(env, event_text(env))
    when = comment or config_of(repository_root(choices.repo), None).comment
    done = publish_comment(
        text,
        context,
        token=env.get("GITHUB_TOKEN", ""),
        api_url=context.api_url,
        may_post=speaks_up(report, when),
    )
    sys.stdout.write(f"comment {done.outcome}{': ' + done.url if done.url else ''}\n")
    output.tell_outputs({"comment-url": done.url}, env)
    return Exit.PASS


def event_text(env: Mapping[str, str]) -> str:
    """The payload of the event that started the workflow."""
    path = Path(env.get("GITHUB_EVENT_PATH", ""))
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PublishError(
            f"The event file cannot be read: {error.strerror}",
            where=f"GITHUB_EVENT_PATH={path}",
            cure="Run `perfgate publish` in a GitHub workflow, or use --dry-run to see the comment.",
        ) from error
