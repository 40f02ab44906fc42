"""Pull requests as people see them: comments, labels, statuses, and who may do what."""

from collections.abc import Sequence
from urllib.parse import unquote

from tests.doubles.github import shapes
from tests.doubles.github.exchange import NOT_FOUND, Answer, Asked, page, refused
from tests.doubles.github.state import FULL_NAME, Comment, Pull, Status

MAX_BODY = 65_536
MAX_DESCRIPTION = 140
_LEVELS = {"admin": "admin", "maintain": "write", "write": "write", "triage": "read", "read": "read"}


def repository(asked: Asked) -> Answer:
    """The repository itself."""
    return Answer(status=200, content=shapes.repository(asked))


def comments(asked: Asked) -> Answer:
    """The comments of an issue, oldest first."""
    number = asked.number("issue_number")
    shown = [shapes.comment(asked, each) for each in asked.double.comments if each.issue == number]
    return page(asked, shown)


def add_comment(asked: Asked) -> Answer:
    """A comment by whom the token belongs to."""
    if too_long := _too_long(asked):
        return too_long
    added = asked.double.add(asked.text("body"), login=asked.token.login, issue=asked.number("issue_number"))
    return Answer(status=201, content=shapes.comment(asked, added))


def change_comment(asked: Asked) -> Answer:
    """The comment with another text."""
    found = _comment(asked)
    if found is None:
        return NOT_FOUND
    if too_long := _too_long(asked):
        return too_long
    found.body = asked.text("body")
    return Answer(status=200, content=shapes.comment(asked, found))


def delete_comment(asked: Asked) -> Answer:
    """The comment is gone."""
    found = _comment(asked)
    if found is None:
        return NOT_FOUND
    asked.double.comments.remove(found)
    return Answer(status=204)


def issue(asked: Asked) -> Answer:
    """A pull request as an issue."""
    found = asked.double.pulls.get(asked.number("issue_number"))
    return NOT_FOUND if found is None else Answer(status=200, content=shapes.issue(asked, found))


def labels(asked: Asked) -> Answer:
    """The labels of an issue, as they are now."""
    found = asked.double.pulls.get(asked.number("issue_number"))
    return NOT_FOUND if found is None else page(asked, _labels(asked, found.labels))


def events(asked: Asked) -> Answer:
    """Who set which label when, oldest first."""
    found = asked.double.pulls.get(asked.number("issue_number"))
    if found is None:
        return NOT_FOUND
    return page(asked, [shapes.labelled(asked, each, number=n) for n, each in enumerate(found.labelled, 1)])


def pulls_of_commit(asked: Asked) -> Answer:
    """The pull requests that were merged as this commit."""
    sha = asked.words["commit_sha"]
    merged = [each for each in asked.double.pulls.values() if each.merged and each.merge_sha == sha]
    return page(asked, [shapes.pull(asked, each) for each in merged])


def add_labels(asked: Asked) -> Answer:
    """More labels for an issue."""
    found = asked.double.pulls.get(asked.number("issue_number"))
    if found is None:
        return NOT_FOUND
    given = asked.body.get("labels")
    assert isinstance(given, list)
    for name in map(str, given):
        asked.double.set_label(found.number, name, login=asked.token.login)
    return Answer(status=200, content=_labels(asked, found.labels))


def remove_label(asked: Asked) -> Answer:
    """An issue without a label."""
    found = asked.double.pulls.get(asked.number("issue_number"))
    name = unquote(asked.words["name"])
    if found is None or name not in found.labels:
        return refused(404, "Label does not exist")
    found.labels.remove(name)
    return Answer(status=200, content=_labels(asked, found.labels))


def all_labels(asked: Asked) -> Answer:
    """The labels that the repository has."""
    return page(asked, _labels(asked, asked.double.labels))


def pulls(asked: Asked) -> Answer:
    """Pull requests by state, base and `head=owner:branch`, newest first."""
    state, head = asked.query.get("state", "open"), asked.query.get("head", "")
    found = [
        shapes.pull(asked, each)
        for each in sorted(asked.double.pulls.values(), key=lambda each: -each.number)
        if state in ("all", each.state)
        and asked.query.get("base", each.base_branch) == each.base_branch
        and (not head or head == f"{each.head_repository.partition('/')[0]}:{each.head_branch}")
    ]
    return page(asked, found)


def pull(asked: Asked) -> Answer:
    """One pull request."""
    found = asked.double.pulls.get(asked.number("pull_number"))
    return NOT_FOUND if found is None else Answer(status=200, content=shapes.pull(asked, found))


def open_pull(asked: Asked) -> Answer:
    """A pull request for a branch that exists; 422 for one that is open already."""
    branch, base = asked.text("head").rpartition(":")[2], asked.text("base")
    known = asked.double.pulls.values()
    if any(each.head_branch == branch and each.state == "open" for each in known):
        return refused(422, "Validation Failed", errors=["A pull request already exists"])
    opened = Pull(
        number=max(asked.double.pulls, default=0) + 1,
        head_repository=FULL_NAME,
        head_branch=branch,
        head_sha=asked.double.commit_of(branch),
        base_branch=base,
        base_sha=asked.double.commit_of(base),
        title=asked.text("title"),
        body=asked.text("body"),
        login=asked.token.login,
    )
    return Answer(status=201, content=shapes.pull(asked, asked.double.open(opened)))


def change_pull(asked: Asked) -> Answer:
    """A pull request with another title, text or state."""
    found = asked.double.pulls.get(asked.number("pull_number"))
    if found is None:
        return NOT_FOUND
    found.title = asked.text("title", otherwise=found.title)
    found.body = asked.text("body", otherwise=found.body)
    found.state = asked.text("state", otherwise=found.state)
    return Answer(status=200, content=shapes.pull(asked, found))


def files(asked: Asked) -> Answer:
    """What a pull request touches."""
    found = asked.double.pulls.get(asked.number("pull_number"))
    if found is None:
        return NOT_FOUND
    return page(asked, [{"filename": name, "status": "modified"} for name in found.files])


def add_status(asked: Asked) -> Answer:
    """A status of a commit."""
    description = asked.text("description")
    if len(description) > MAX_DESCRIPTION:
        return refused(422, "Validation Failed", errors=["description is too long (maximum is 140)"])
    added = Status(
        sha=asked.words["sha"],
        state=asked.text("state"),
        context=asked.text("context", otherwise="default"),
        description=description,
        target_url=asked.text("target_url"),
        login=asked.token.login,
    )
    asked.double.statuses.append(added)
    return Answer(status=201, content=shapes.status(asked, added, number=len(asked.double.statuses)))


def statuses(asked: Asked) -> Answer:
    """The statuses of a commit, newest first."""
    found = [
        shapes.status(asked, each, number=number)
        for number, each in enumerate(asked.double.statuses, 1)
        if each.sha == asked.words["ref"]
    ]
    return page(asked, found[::-1])


def permission(asked: Asked) -> Answer:
    """What a person may do in the repository; strangers may read."""
    login = asked.words["username"]
    role = asked.double.roles.get(login, "read")
    content = {"permission": _LEVELS[role], "role_name": role, "user": None}
    return Answer(status=200, content=content)


def _labels(asked: Asked, names: Sequence[str]) -> list[shapes.Shape]:
    return [shapes.label(asked, name) for name in names]


def _comment(asked: Asked) -> Comment | None:
    number = asked.number("comment_id")
    return next((each for each in asked.double.comments if each.number == number), None)


def _too_long(asked: Asked) -> Answer | None:
    if len(asked.text("body")) <= MAX_BODY:
        return None
    return refused(422, "Validation Failed", errors=[f"Body is too long (maximum is {MAX_BODY} characters)"])
