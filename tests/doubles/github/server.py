"""The double on a socket: one HTTP server that checks tokens, plays faults and holds itself to the schema."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from tests.doubles.github.description import UndescribedError, answer_of, faults_of
from tests.doubles.github.exchange import NOT_FOUND, Answer, Asked, refused
from tests.doubles.github.routes import ROUTES, Route
from tests.doubles.github.state import FULL_NAME, Fault, GithubDouble, Token

_PATTERNS = tuple((route, route.pattern) for route in ROUTES)
_HOLD_AT_MOST_S = 30
_OLDER_STATUSES = re.compile(r"/statuses/([0-9a-f]{40})$")
"""How PyGithub asks for the statuses of a commit: GitHub serves it, and describes only the newer path."""


@contextmanager
def github_double() -> Iterator[GithubDouble]:
    """Serve a double on a free port of 127.0.0.1 until the block ends; fails if it broke GitHub's schema."""
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
    assert not double.broken, double.broken


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    state: ClassVar[GithubDouble]

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        """Say nothing."""

    def _serve(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.state.requests.append(f"{method} {self.path}")
        fault = self._fault(method)
        if fault is not None and fault.held is not None:
            fault.held.wait(_HOLD_AT_MOST_S)
        if fault is None or not fault.status:
            self._send(self._answer(method, body))
            return
        if fault.applied:
            self._answer(method, body)
        self._send(refused(fault.status, fault.message, headers=fault.headers))

    def _fault(self, method: str) -> Fault | None:
        faults = self.state.faults
        found = next((one for one in faults if one.method == method and one.path in self.path), None)
        if found is not None:
            faults.remove(found)
        return found

    def _answer(self, method: str, body: bytes) -> Answer:
        path = urlsplit(self.path).path
        if method == "GET":
            path = _OLDER_STATUSES.sub(r"/commits/\1/statuses", path)
        if path.startswith("/blobs/"):
            return self._blob(path)
        token = self._token()
        if token is None:
            return refused(401, "Bad credentials")
        for route, pattern in _PATTERNS:
            words = pattern.fullmatch(path) if route.method == method else None
            if words is not None and f"{words['owner']}/{words['repo']}" == FULL_NAME:
                return self._routed(route, words.groupdict(), token=token, body=body)
        return NOT_FOUND

    def _routed(self, route: Route, words: dict[str, str], *, token: Token, body: bytes) -> Answer:
        accepted = (("X-Accepted-GitHub-Permissions", route.accepted),)
        if not route.open_to(token):
            return refused(403, "Resource not accessible by integration", headers=accepted)
        given = json.loads(body or b"{}")
        if isinstance(given, list):
            given = {"labels": given}  # PyGithub sends a bare list; GitHub takes it, and does not describe it
        faults = faults_of(route.name, given) if body else []
        if faults:
            return refused(422, "Invalid request.", errors=faults)
        address = urlsplit(self.path)
        asked = Asked(
            double=self.state,
            token=token,
            base=f"http://{self.headers['Host']}",
            path=address.path,
            words=words,
            query=dict(parse_qsl(address.query)),
            body=given,
        )
        return self._described(route, route.handler(asked))

    def _described(self, route: Route, answer: Answer) -> Answer:
        """The whole answer as GitHub describes it; what it forbids is remembered, and fails the test."""
        if answer.status >= 300:
            return answer
        try:
            whole = answer_of(route.name, answer.status, stated=answer.content)
        except UndescribedError as error:
            self.state.broken.append(str(error))
            return refused(500, str(error))
        return Answer(status=answer.status, content=whole, headers=answer.headers)

    def _blob(self, path: str) -> Answer:
        """The storage of artefacts: no token is wanted here, and one that comes is a leak."""
        if self.headers.get("Authorization"):
            self.state.leaks.append(self.path)
        number = int(path.rpartition("/")[2])
        return Answer(status=200, raw=self.state.artifacts[number - 1].content)

    def _token(self) -> Token | None:
        return self.state.tokens.get((self.headers.get("Authorization") or "").partition(" ")[2])

    def _send(self, answer: Answer) -> None:
        content = answer.raw
        if content is None:
            content = b"" if answer.content is None else json.dumps(answer.content).encode("utf-8")
        kind = "application/json; charset=utf-8" if answer.raw is None else "application/zip"
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
