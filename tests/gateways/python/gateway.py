"""A gateway of httpx and the standard library: it passes OpenAI Chat on, by HTTP/2 where it is told to."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

CONFIG = json.loads(Path(sys.argv[1]).read_text())
UPSTREAM = httpx.Client(
    http2=CONFIG["http2"],
    base_url=CONFIG["upstream"],
    headers={"authorization": f"Bearer {CONFIG['key']}"},
    limits=httpx.Limits(max_connections=None, max_keepalive_connections=None),
    timeout=30,
)


class Gateway(BaseHTTPRequestHandler):
    """One client connection, on a thread of its own."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65_536
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """It is well."""
        self.answer(200, b"")

    def do_POST(self) -> None:
        """Pass on what is asked for, with the gateway's own key."""
        asked = self.rfile.read(int(self.headers["content-length"]))
        try:
            told = UPSTREAM.post(self.path, content=asked, headers={"content-type": "application/json"})
        except httpx.HTTPError as error:
            self.answer(502, str(error).encode())
            return
        self.answer(told.status_code, told.content)

    def answer(self, status: int, body: bytes) -> None:
        """The buffer makes one write of head and body."""
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that it has
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Many clients may come at once."""

    request_queue_size = 1024
    daemon_threads = True


Server((CONFIG["host"], CONFIG["port"]), Gateway).serve_forever()
