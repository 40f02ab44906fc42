"""A client that sees every frame of an HTTP/2 connection, and may do what no library would."""

import json
import socket
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes

_TIMEOUT_S = 10.0
_READ_BYTES = 65_536
_NO_LIMIT = 2**31 - 1


class Frames:
    """One connection, whose own library keeps to no limit of streams."""

    def __init__(self, url: str, trusted: ssl.SSLContext) -> None:
        place = urlsplit(url)
        assert place.hostname is not None
        assert place.port is not None
        trusted.set_alpn_protocols(["h2"])
        plain = socket.create_connection((place.hostname, place.port), timeout=_TIMEOUT_S)
        self._socket = trusted.wrap_socket(plain, server_hostname=place.hostname)
        assert self._socket.selected_alpn_protocol() == "h2"
        self._http = H2Connection(H2Configuration(client_side=True, header_encoding="ascii"))
        self.offered = 0
        self.bodies: dict[int, bytes] = {}
        self.pieces: dict[int, list[bytes]] = {}
        self.ended: set[int] = set()
        self.reset: dict[int, str] = {}
        self._http.initiate_connection()
        self.say(b"")
        self.read_until(lambda: bool(self.offered))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def ask(self, path: str, *, nonce: str, stream: bool = False) -> int:
        """Send one request; gives the number of its stream."""
        self._http.remote_settings.max_concurrent_streams = _NO_LIMIT
        self._http.remote_settings.acknowledge()
        number = self._http.get_next_available_stream_id()
        head = [
            (":method", "POST"),
            (":scheme", "https"),
            (":authority", "mock"),
            (":path", path),
            ("x-perfgate-nonce", nonce),
        ]
        self._http.send_headers(number, head)
        self._http.send_data(
            number, json.dumps({"model": "m", "stream": stream, "messages": []}).encode(), end_stream=True
        )
        self.bodies[number], self.pieces[number] = b"", []
        self.say(b"")
        return number

    def cancel(self, number: int) -> None:
        """Want no more of this answer."""
        self._http.reset_stream(number, ErrorCodes.CANCEL)
        self.say(b"")

    def say(self, more: bytes) -> None:
        """Send what the library has to say, and these bytes."""
        self._socket.sendall(self._http.data_to_send() + more)

    def read_until(self, seen: Callable[[], bool]) -> None:
        """Read until that is so."""
        while not seen():
            data = self._socket.recv(_READ_BYTES)
            if not data:
                raise EOFError(self.ended, self.reset)
            for event in self._http.receive_data(data):
                self._note(event)
            self.say(b"")

    def read_to_end(self) -> None:
        """Read until the server ends the connection."""
        try:
            while self._socket.recv(_READ_BYTES):
                pass
        except ConnectionResetError:
            return

    def _note(self, event: events.Event) -> None:
        match event:
            case events.RemoteSettingsChanged(changed_settings=changed):
                self.offered = next(
                    (each.new_value for code, each in changed.items() if code == 3), self.offered
                )
            case events.DataReceived(stream_id=number, data=data, flow_controlled_length=length_bytes):
                self.bodies[number] += data
                self.pieces[number].append(data)
                self._http.acknowledge_received_data(length_bytes, number)
            case events.StreamEnded(stream_id=number):
                self.ended.add(number)
            case events.StreamReset(stream_id=number, error_code=code):
                self.reset[number] = ErrorCodes(code).name
            case _:
                return
