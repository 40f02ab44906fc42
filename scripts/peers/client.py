"""One load client of the comparison, alone in its process: NAME URL CONNECTIONS SECONDS; a result as JSON."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

BODY = Path(os.environ["BENCH_REQUEST"]).read_bytes()
HEADERS = {
    "content-type": "application/json",
    "authorization": "Bearer test-key-0000",
    "x-perfgate-nonce": "0123456789ab00000000",
}
Post = Callable[[], Awaitable[int]]


def report(requests: int, failed: int, *, began: tuple[int, int]) -> None:
    """Print what came of the load since `began` (wall and CPU clock)."""
    wall_ns, cpu_ns = time.monotonic_ns() - began[0], time.process_time_ns() - began[1]
    print(json.dumps({"requests": requests, "failed": failed, "wall_ns": wall_ns, "cpu_ns": cpu_ns}))  # noqa: T201


def clocks() -> tuple[int, int]:
    """Wall and CPU time now."""
    return time.monotonic_ns(), time.process_time_ns()


async def closed_loop(post: Post, connections: int, *, seconds: float) -> None:
    """Post from so many tasks, each again and again, first once to connect and then for the time."""
    await asyncio.gather(*(post() for _ in range(connections)))
    began = clocks()
    ends_ns = began[0] + int(seconds * 1e9)
    statuses: list[int] = []

    async def one() -> None:
        while time.monotonic_ns() < ends_ns:
            statuses.append(await post())

    await asyncio.gather(*(one() for _ in range(connections)))
    report(len(statuses), sum(status != 200 for status in statuses), began=began)


async def with_aiohttp(url: str, connections: int, seconds: float) -> None:
    """As aiohttp's users write it."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:

        async def post() -> int:
            async with session.post(url, data=BODY, headers=HEADERS) as answer:
                await answer.read()
                return answer.status

        await closed_loop(post, connections, seconds=seconds)


async def with_httpx(url: str, connections: int, seconds: float) -> None:
    """As httpx's users write it."""
    import httpx

    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:

        async def post() -> int:
            return (await client.post(url, content=BODY, headers=HEADERS)).status_code

        await closed_loop(post, connections, seconds=seconds)


def with_locust(url: str, connections: int, seconds: float) -> None:
    """As Locust's users write it, without its web page."""
    from gevent import monkey

    monkey.patch_all()
    import gevent
    from locust import FastHttpUser, constant, task
    from locust.env import Environment

    class User(FastHttpUser):
        host = url
        wait_time = constant(0)

        @task
        def chat(self) -> None:
            self.client.post("", data=BODY, headers=HEADERS, name="chat")

    environment = Environment(user_classes=[User])
    runner = environment.create_local_runner()
    runner.start(connections, spawn_rate=connections)
    while runner.user_count < connections:
        gevent.sleep(0.05)
    gevent.sleep(0.3)
    environment.stats.reset_all()
    began = clocks()
    gevent.sleep(seconds)
    total = environment.stats.total
    report(total.num_requests, total.num_failures, began=began)
    runner.quit()


def main(name: str, url: str, connections: int, seconds: float) -> None:
    """Offer the load with one library."""
    if name == "locust":
        with_locust(url, connections, seconds)
        return
    import uvloop

    uvloop.run({"aiohttp": with_aiohttp, "httpx": with_httpx}[name](url, connections, seconds))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
