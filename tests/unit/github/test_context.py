"""Reading where a workflow runs from GitHub's variables and event file."""

import json
from collections.abc import Mapping

import pytest

from perf.errors import PublishError
from perf.github.context import context_of

ENV: Mapping[str, str] = {
    "GITHUB_REPOSITORY": "acme/gateway",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_SHA": "c" * 40,
    "GITHUB_RUN_ID": "4711",
    "GITHUB_RUN_NUMBER": "12",
    "GITHUB_RUN_ATTEMPT": "2",
}


def _pull_request(head_repository: object) -> str:
    head = {"sha": "a" * 40, "repo": head_repository, "ref": "feature"}
    return json.dumps(
        {"action": "opened", "pull_request": {"number": 7, "head": head, "base": {"sha": "b" * 40}}}
    )


def test_pull_request_gives_number_and_both_ends() -> None:
    """Head and base come from the event; the SHA variable is the merge commit."""
    context = context_of(ENV, _pull_request({"full_name": "Acme/Gateway"}))

    assert (context.pull_request, context.from_fork) == (7, False)
    assert (context.head_sha, context.base_sha, context.sha) == ("a" * 40, "b" * 40, "c" * 40)
    assert context.run_url == "https://github.com/acme/gateway/actions/runs/4711/attempts/2"


@pytest.mark.parametrize("repository", [{"full_name": "mallory/gateway"}, None], ids=["fork", "deleted fork"])
def test_other_repository_is_a_fork(repository: object) -> None:
    """A fork is told by its name, a deleted one by having none."""
    assert context_of(ENV, _pull_request(repository)).from_fork


def test_merge_group_has_ends_but_no_number() -> None:
    """A merge queue's run compares commits and has nowhere to comment."""
    event = json.dumps({"merge_group": {"head_sha": "a" * 40, "base_sha": "b" * 40}})

    context = context_of({**ENV, "GITHUB_EVENT_NAME": "merge_group"}, event)

    assert (context.pull_request, context.head_sha, context.base_sha) == (0, "a" * 40, "b" * 40)


def test_manual_run_has_only_its_commit() -> None:
    """A dispatched run knows its own commit and no base."""
    context = context_of({**ENV, "GITHUB_EVENT_NAME": "workflow_dispatch"}, '{"inputs": {}}')

    assert (context.head_sha, context.base_sha) == ("c" * 40, "")


def test_enterprise_server_is_used() -> None:
    """Addresses come from the variables, so that other servers than github.com work."""
    env = {**ENV, "GITHUB_SERVER_URL": "https://ghe.example/", "GITHUB_API_URL": "https://ghe.example/api/v3"}

    context = context_of(env, "{}")

    assert context.run_url.startswith("https://ghe.example/acme/")
    assert context.api_url == "https://ghe.example/api/v3"


@pytest.mark.parametrize("name", list(ENV))
def test_missing_variable_is_named(name: str) -> None:
    """Outside of a workflow the error says what is missing and offers the dry run."""
    env = {key: value for key, value in ENV.items() if key != name}

    with pytest.raises(PublishError, match=name) as caught:
        context_of(env, "{}")

    assert "--dry-run" in caught.value.cure


@pytest.mark.parametrize("event", ["", "[]", '{"pull_request": {"number": "7"}}'], ids=repr)
def test_odd_event_is_refused(event: str) -> None:
    """An event file that is not an event is an error, not a run without a pull request."""
    with pytest.raises(PublishError, match="event file"):
        context_of(ENV, event)


@pytest.mark.parametrize("number", ["x", "-1", "²"], ids=repr)
def test_odd_run_number_is_refused(number: str) -> None:
    """A run number that is none would break the order of runs."""
    with pytest.raises(PublishError, match="GITHUB_RUN_NUMBER"):
        context_of({**ENV, "GITHUB_RUN_NUMBER": number}, "{}")
