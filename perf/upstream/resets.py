"""Resetting a connection at a given byte: what has left before, and the reset itself."""

import asyncio
import fcntl
import socket
import struct

from perf.model.units import NS_PER_S, ms_to_ns

POLL_NS = ms_to_ns(1)
RESET_WITHIN_NS = 5 * NS_PER_S
"""A client that never reads is reset all the same."""

_SIOCOUTQNSD = 0x894B
_NUMBER = struct.Struct("i")
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def unsent_bytes(transport: asyncio.Transport) -> int:
    """Bytes written that are still in this process or the kernel, sent to nobody yet.

    Those sent and not yet acknowledged do not count: on one machine they are with the receiver already,
    and waiting for its delayed acknowledgement would put the reset off by 40 ms.
    """
    descriptor: int = transport.get_extra_info("socket").fileno()
    (queued,) = _NUMBER.unpack(fcntl.ioctl(descriptor, _SIOCOUTQNSD, bytes(_NUMBER.size)))
    return transport.get_write_buffer_size() + int(queued)


def reset(transport: asyncio.Transport) -> None:
    """End the connection by RST, unsent bytes being lost."""
    linger = transport.get_extra_info("socket")
    linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()
