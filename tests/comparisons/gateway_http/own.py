"""The contestant of our own: the gateway's HTTP layer as a minimal pass-through proxy."""

import asyncio
import sys

import uvloop

from perf.gateway.http.client import Deadlines
from perf.gateway.http.message import HOP_BY_HOP, end_to_end
from perf.gateway.http.pool import Pool, parse_origin
from perf.gateway.http.reply import Reply
from perf.gateway.http.server import Request, Server, Site

_DEADLINES = Deadlines(first_byte_seconds=30.0, total_seconds=30.0)
_REPLACED = HOP_BY_HOP | {b"host", b"authorization"}


async def _serve(port: int, upstream: str) -> None:
    pool = Pool(parse_origin(upstream), connect_timeout_seconds=5.0)

    async def handler(request: Request, reply: Reply) -> None:
        connection = pool.take() or await pool.connect()
        head = (
            b"POST %b HTTP/1.1\r\nhost: upstream\r\nauthorization: Bearer k\r\n%bcontent-length: %d\r\n\r\n"
            % (
                request.target,
                end_to_end(request.headers, without=_REPLACED),
                len(request.body),
            )
        )
        connection.send(head + request.body, deadlines=_DEADLINES)
        answer = await connection.head()
        body = await connection.read(max_bytes=1 << 20)
        pool.give_back(connection)
        reply.send(answer.status, headers=end_to_end(answer.headers), body=body)

    site = Site(
        handler=handler, refusal=lambda _status, _target: b"{}", max_body_bytes=1 << 20, idle_seconds=60
    )
    server = Server(site)
    listener = await asyncio.get_running_loop().create_server(server.accept, "127.0.0.1", port)
    await listener.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), sys.argv[2]))
