"""Opens connections, and says why one did not come about."""

import asyncio
import errno
import socket
import ssl
from dataclasses import dataclass
from itertools import count

from perf.load.connection import Connection, Owner
from perf.load.errors import LoadError
from perf.load.request import Endpoint
from perf.load.roster import Roster
from perf.load.share import Share
from perf.load.terms import Terms
from perf.load.throttle import Throttle
from perf.model.load import LoadPlan, Outcome
from perf.model.units import ns_to_s

_UNREACHABLE = frozenset({errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH})
_CUT = frozenset({errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconnected:
    """A connection that did not come about; `number` is that of the attempt."""

    number: int
    outcome: Outcome


class Dialer:
    """Connects to the one address of a run; `opened` counts the connections that came about."""

    __slots__ = ("_address", "_attempts", "_endpoint", "_plan", "_terms", "_tls", "opened", "roster")

    def __init__(
        self,
        terms: Terms,
        plan: LoadPlan,
        *,
        endpoint: Endpoint,
        tls: ssl.SSLContext | None,
        share: Share,
    ) -> None:
        self._terms = terms
        self._plan = plan
        self._endpoint = endpoint
        self._address = resolve(endpoint)
        self._tls = tls
        self._attempts = count(share.index, share.of)
        self.roster: Roster[Connection] = Roster()
        self.opened = 0

    async def dial(self, slot: int, owner: Owner) -> Connection | Unconnected:
        """A new connection for `slot`, or why there is none; a rig at its limit is a `LoadError`."""
        number = next(self._attempts)
        connection = Connection(self._terms, self.roster, owner=owner, slot=slot, number=number)
        host, port = self._address
        try:
            async with asyncio.timeout(ns_to_s(self._plan.timeouts.connect_ns)):
                await asyncio.get_running_loop().create_connection(
                    lambda: self._protocol(connection),
                    host,
                    port,
                    ssl=self._tls,
                    server_hostname=self._endpoint.host if self._tls else None,
                )
        except OSError as error:
            self.roster.left(connection)  # see below: a deadline in the very turn of the connect
            return Unconnected(number=number, outcome=connect_outcome(error))
        except asyncio.CancelledError:  # uvloop closes what came about in this turn, and tells nobody
            self.roster.left(connection)
            raise
        self.opened += 1
        return connection

    def _protocol(self, connection: Connection) -> Connection | Throttle:
        reader = self._plan.slow_reader
        return connection if reader is None else Throttle(connection, reader)


def resolve(endpoint: Endpoint) -> tuple[str, int]:
    """The numeric address of an endpoint, looked up once a run; IPv4 first, as gateways bind it."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise LoadError(
            f"no address: {error.strerror}", where=endpoint.host, cure="correct the base URL"
        ) from error
    found.sort(key=lambda each: each[0] != socket.AF_INET)
    host, port = found[0][4][:2]
    return str(host), int(port)


def connect_outcome(error: OSError) -> Outcome:
    """The outcome of a failed connect; errors that are the rig's own fault are a `LoadError`."""
    if isinstance(error, ssl.SSLCertVerificationError):
        raise LoadError(
            f"no TLS with the gateway: {error}", where="the first connect", cure="give the CA file to trust"
        ) from error
    if isinstance(error, TimeoutError):
        return Outcome.CONNECT_TIMEOUT
    if error.errno in _UNREACHABLE:
        return Outcome.REFUSED
    if error.errno in _CUT or isinstance(error, ConnectionError | ssl.SSLError):
        return Outcome.RESET
    raise LoadError(
        f"the rig cannot connect: {error}",
        where="a connect",
        cure="lower the number of connections, or raise the rig's limits",
    ) from error
