"""A client that sees every byte and every end of a connection."""

import json
import socket
import struct
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

PATH = "/v1/chat/completions"
WHOLE = b'"rejected_prediction_tokens":0}}}'
"""The end of an answer that is not streamed."""
_TIMEOUT_S = 10.0
_READ_BYTES = 65_536
_INFO_BYTES = 160
_DATA_SEGMENTS = struct.Struct("=152xI4x")
"""Where `struct tcp_info` has `tcpi_data_segs_in` (linux/tcp.h)."""


class RawClient:
    """One TCP connection."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        assert place.hostname is not None
        assert place.port is not None
        self.socket = socket.create_connection((place.hostname, place.port), timeout=_TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, *, path: str = PATH, stream: bool = False, nonce: str = "", prompt: str = "hi") -> None:
        """Send one request."""
        self.socket.sendall(request(path=path, stream=stream, nonce=nonce, prompt=prompt))

    def read_until(self, mark: bytes) -> bytes:
        """Everything up to the read that brings the mark."""
        seen = b""
        while mark not in seen:
            data = self.socket.recv(_READ_BYTES)
            if not data:
                raise EOFError(seen)
            seen += data
        return seen

    def read_to_end(self) -> tuple[bytes, str]:
        """Everything until the server ends the connection, and how: "fin" or "rst"."""
        seen = b""
        while True:
            try:
                data = self.socket.recv(_READ_BYTES)
            except ConnectionResetError:
                return seen, "rst"
            if not data:
                return seen, "fin"
            seen += data

    def segments(self) -> int:
        """How many segments with data have come in so far; a few small writes in a row never share one."""
        info = self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
        return int(_DATA_SEGMENTS.unpack(info)[0])

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing comes for so long."""
        self.socket.settimeout(seconds)
        try:
            return not self.socket.recv(_READ_BYTES)
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(_TIMEOUT_S)

    def reset(self) -> None:
        """Hang up without a goodbye."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def request(*, path: str = PATH, stream: bool = False, nonce: str = "", prompt: str = "hi") -> bytes:
    """The bytes of one request."""
    body = json.dumps({"model": "m", "stream": stream, "messages": [{"role": "user", "content": prompt}]})
    fields = [f"POST {path} HTTP/1.1", "Host: mock", f"Content-Length: {len(body.encode())}"]
    fields += ["Authorization: Bearer secret", *([f"X-Perfgate-Nonce: {nonce}"] if nonce else [])]
    return ("\r\n".join(fields) + "\r\n\r\n" + body).encode()
