"""TLS before an instance: a certificate made for the process, and the protocol that a client then chose."""

import asyncio
import ssl

import trustme

from perf.model.upstream import Tls
from perf.upstream.connection import Connection
from perf.upstream.http2 import Http2Connection, Http2Host

_HTTP1, _HTTP2 = "http/1.1", "h2"


class Authority:
    """A certificate authority of this process; no private key outlives the process or is left in a file."""

    def __init__(self, host: str) -> None:
        authority = trustme.CA()
        self._certificate = authority.issue_cert(host)
        self.pem = authority.cert_pem.bytes().decode()
        """The certificate that clients must trust."""

    def door(self, tls: Tls) -> "Door":
        """A way in that speaks TLS so."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols([_HTTP2, _HTTP1] if tls.http2_streams else [_HTTP1])
        self._certificate.configure_cert(context)
        return Door(context, http2_streams=tls.http2_streams)


class Door:
    """The server's side of TLS, and what receives who comes in."""

    def __init__(self, context: ssl.SSLContext, *, http2_streams: int) -> None:
        self.context = context
        self._http2_streams = http2_streams

    def receive(self, host: Http2Host) -> asyncio.Protocol:
        """The protocol that a new connection begins with."""
        return _Greeting(host, http2_streams=self._http2_streams)


class _Greeting(asyncio.Protocol):
    """Stands at the start of a connection and leaves it to the protocol that was agreed on."""

    def __init__(self, host: Http2Host, *, http2_streams: int) -> None:
        self._host = host
        self._http2_streams = http2_streams

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TLS is established."""
        agreed = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        protocol: asyncio.Protocol
        if agreed == _HTTP2:
            protocol = Http2Connection(self._host, streams=self._http2_streams)
        else:
            protocol = Connection(self._host)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
