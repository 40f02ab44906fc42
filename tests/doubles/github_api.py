"""A stateful double of GitHub's issue comments: pages, scopes, limits and faults as GitHub has them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

MAX_BODY = 65_536
BOT = "github-actions[bot]"


@dataclass(slots=True, kw_only=True)
class Comment:
    """One comment of the pull request."""

    number: int
    login: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The next request with this method gets this answer; with `applied`, it takes effect all the same."""

    method: str
    status: int
    message: str = "Server Error"
    headers: tuple[tuple[str, str], ...] = ()
    applied: bool = False


@dataclass(slots=True, kw_only=True)
class GithubDouble:
    """The state of one repository with pull request 7, and what was asked of it."""

    can_write: bool = True
    comments: list[Comment] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    url: str = ""

    def add(self, body: str, *, login: str = BOT) -> Comment:
        """Write a comment past the API."""
        number = max((comment.number for comment in self.comments), default=0) + 1
        comment = Comment(number=number, login=login, body=body)
        self.comments.append(comment)
        return comment

    def count(self, method: str) -> int:
        """How many requests had this method."""
        return sum(1 for request in self.requests if request.startswith(f"{method} "))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    content: object
    headers: tuple[tuple[str, str], ...] = ()


@contextmanager
def github_double() -> Iterator[GithubDouble]:
    """Serve a double on a free port of 127.0.0.1 until the block ends."""
    double = GithubDouble()

    class Handler(_Handler):
        state = double

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    double.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    state: ClassVar[GithubDouble]

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        """Say nothing."""

    def _serve(self, method: str) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        payload = json.loads(self.rfile.read(length) or b"{}")
        self.state.requests.append(f"{method} {self.path}")
        self._send(self._answer(method, body=str(payload.get("body", ""))))

    def _answer(self, method: str, *, body: str) -> _Answer:
        fault = next((fault for fault in self.state.faults if fault.method == method), None)
        if fault is None:
            return self._route(method, body=body)
        self.state.faults.remove(fault)
        if fault.applied:
            self._route(method, body=body)
        return _Answer(status=fault.status, content={"message": fault.message}, headers=fault.headers)

    def _route(self, method: str, *, body: str) -> _Answer:
        path = urlsplit(self.path).path
        if method != "GET" and not self.state.can_write:
            return _Answer(status=403, content={"message": "Resource not accessible by integration"})
        if len(body) > MAX_BODY:
            told = "Body is too long (maximum is 65536 characters)"
            return _Answer(
                status=422, content={"message": "Validation Failed", "errors": [{"message": told}]}
            )
        if path == "/repos/acme/gateway/issues/7/comments":
            return self._page() if method == "GET" else self._created(body)
        if path.startswith("/repos/acme/gateway/issues/comments/"):
            return self._changed(method, number=int(path.rsplit("/", 1)[1]), body=body)
        return _Answer(status=404, content={"message": "Not Found"})

    def _page(self) -> _Answer:
        asked = parse_qs(urlsplit(self.path).query)
        size = min(100, int(asked.get("per_page", ["30"])[0]))
        page = int(asked.get("page", ["1"])[0])
        shown = self.state.comments[(page - 1) * size : page * size]
        headers: tuple[tuple[str, str], ...] = ()
        if page * size < len(self.state.comments):
            address = f"{self._base()}{urlsplit(self.path).path}?per_page={size}&page={page + 1}"
            headers = (("Link", f'<{address}>; rel="next"'),)
        return _Answer(status=200, content=[self._shown(comment) for comment in shown], headers=headers)

    def _created(self, body: str) -> _Answer:
        return _Answer(status=201, content=self._shown(self.state.add(body)))

    def _changed(self, method: str, *, number: int, body: str) -> _Answer:
        comment = next((each for each in self.state.comments if each.number == number), None)
        if comment is None:
            return _Answer(status=404, content={"message": "Not Found"})
        if method == "DELETE":
            self.state.comments.remove(comment)
            return _Answer(status=204, content=None)
        comment.body = body
        return _Answer(status=200, content=self._shown(comment))

    def _shown(self, comment: Comment) -> dict[str, object]:
        """A comment as the API gives it; addresses follow the Host header, as the client demands."""
        return {
            "id": comment.number,
            "url": f"{self._base()}/repos/acme/gateway/issues/comments/{comment.number}",
            "html_url": f"https://github.com/acme/gateway/pull/7#issuecomment-{comment.number}",
            "body": comment.body,
            "user": {"login": comment.login, "type": "Bot" if comment.login.endswith("[bot]") else "User"},
        }

    def _base(self) -> str:
        return f"http://{self.headers['Host']}"

    def _send(self, answer: _Answer) -> None:
        content = b"" if answer.content is None else json.dumps(answer.content).encode("utf-8")
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
