"""Every operation that the double serves: its template, the scopes that open it, and who answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.doubles.github import actions, code, conversation
from tests.doubles.github.exchange import Answer, Asked
from tests.doubles.github.state import READ, WRITE, Token

_REPOSITORY = "/repos/{owner}/{repo}"
_LONG_WORDS = ("path", "ref")
"""Words of a template that may hold slashes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation; any one of `scopes` at `level` opens it."""

    method: str
    template: str
    scopes: tuple[str, ...]
    level: str
    handler: Callable[[Asked], Answer]

    @property
    def name(self) -> str:
        """What the description calls it."""
        return f"{self.method} {self.template}"

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches its paths."""
        words = re.split(r"\{(\w+)\}", self.template)
        parts = [
            f"(?P<{word}>{'.+' if word in _LONG_WORDS else '[^/]+'})" if index % 2 else re.escape(word)
            for index, word in enumerate(words)
        ]
        return re.compile("".join(parts))

    def open_to(self, token: Token) -> bool:
        """Whether this token may."""
        return any(token.allows(scope, self.level) for scope in self.scopes)

    @property
    def accepted(self) -> str:
        """The scopes as GitHub tells them in X-Accepted-GitHub-Permissions."""
        return "; ".join(f"{scope.replace('-', '_')}={self.level}" for scope in self.scopes)


def _route(signature: str, scopes: str, *, handler: Callable[[Asked], Answer]) -> Route:
    method, _, rest = signature.partition(" ")
    return Route(
        method=method,
        template=_REPOSITORY + rest,
        scopes=tuple(scopes.split()),
        level=READ if method == "GET" else WRITE,
        handler=handler,
    )


_TALK = "issues pull-requests"

ROUTES = (
    _route("GET ", "metadata", handler=conversation.repository),
    _route("GET /issues/{issue_number}", _TALK, handler=conversation.issue),
    _route("GET /issues/{issue_number}/comments", _TALK, handler=conversation.comments),
    _route("POST /issues/{issue_number}/comments", _TALK, handler=conversation.add_comment),
    _route("PATCH /issues/comments/{comment_id}", _TALK, handler=conversation.change_comment),
    _route("DELETE /issues/comments/{comment_id}", _TALK, handler=conversation.delete_comment),
    _route("GET /issues/{issue_number}/labels", _TALK, handler=conversation.labels),
    _route("GET /issues/{issue_number}/events", _TALK, handler=conversation.events),
    _route("POST /issues/{issue_number}/labels", _TALK, handler=conversation.add_labels),
    _route("DELETE /issues/{issue_number}/labels/{name}", _TALK, handler=conversation.remove_label),
    _route("GET /labels", _TALK, handler=conversation.all_labels),
    _route("GET /pulls", "pull-requests", handler=conversation.pulls),
    _route("POST /pulls", "pull-requests", handler=conversation.open_pull),
    _route("GET /pulls/{pull_number}", "pull-requests", handler=conversation.pull),
    _route("PATCH /pulls/{pull_number}", "pull-requests", handler=conversation.change_pull),
    _route("GET /pulls/{pull_number}/files", "pull-requests", handler=conversation.files),
    _route("POST /statuses/{sha}", "statuses", handler=conversation.add_status),
    _route("GET /commits/{commit_sha}/pulls", "pull-requests", handler=conversation.pulls_of_commit),
    _route("GET /commits/{ref}/statuses", "statuses", handler=conversation.statuses),
    _route("GET /commits/{ref}", "contents", handler=code.commit),
    _route("GET /collaborators/{username}/permission", "metadata", handler=conversation.permission),
    _route("GET /contents/{path}", "contents", handler=code.contents),
    _route("PUT /contents/{path}", "contents", handler=code.put_contents),
    _route("GET /git/ref/{ref}", "contents", handler=code.reference),
    _route("POST /git/refs", "contents", handler=code.add_reference),
    _route("PATCH /git/refs/{ref}", "contents", handler=code.change_reference),
    _route("DELETE /git/refs/{ref}", "contents", handler=code.delete_reference),
    _route("GET /actions/runs", "actions", handler=actions.runs),
    _route("GET /actions/runs/{run_id}", "actions", handler=actions.run),
    _route("GET /actions/workflows/{workflow_id}/runs", "actions", handler=actions.runs_of_workflow),
    _route("GET /actions/runs/{run_id}/artifacts", "actions", handler=actions.artifacts),
    _route("GET /actions/artifacts/{artifact_id}", "actions", handler=actions.artifact),
    _route("GET /actions/artifacts/{artifact_id}/{archive_format}", "actions", handler=actions.download),
)
