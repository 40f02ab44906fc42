"""What a running gateway logs, and what happens when nobody reads it."""

import asyncio
import fcntl
import os
import re
import signal
from pathlib import Path

from tests.gateway.double import Gateway, always, answer, config, gateway, post, start, upstreams
from tests.gateway.test_metrics import samples

_ASK = b'{"model":"gpt-4o","messages":[]}'
_FINE = always(answer(200, b"{}"))
_REQUESTS = 150
"""Their lines are more than a page."""


def telling(port: int) -> str:
    """A configuration with a line for each request."""
    return config([port]).replace('log_level = "warn"', 'log_level = "info"')


def test_each_request_has_a_line(tmp_path: Path) -> None:
    """Method, path, status and time; the query, which may hold a secret, is left out."""

    async def scenario() -> None:
        async with upstreams(_FINE) as [up], gateway(tmp_path, telling(up.port)) as g:
            assert g.process.stderr is not None
            await g.ask(post(_ASK, path="/v1/chat/completions?key=secret"))
            first = await g.process.stderr.readline()
            await g.ask(b"GET /nowhere HTTP/1.1\r\nhost: g\r\n\r\n")
            second = await g.process.stderr.readline()

        head = rb"[-0-9]{10} [:,0-9]{12} INFO "
        assert re.fullmatch(head + rb"POST /v1/chat/completions 200 [0-9]+\.[0-9] ms\n", first)
        assert re.fullmatch(head + rb"GET /nowhere 404 [0-9]+\.[0-9] ms\n", second)

    asyncio.run(scenario())


def test_warnings_alone_are_the_usual_case(tmp_path: Path) -> None:
    """Without being told to, the gateway writes nothing about a request that went well."""

    async def scenario() -> None:
        async with upstreams(_FINE) as [up], gateway(tmp_path, config([up.port])) as g:
            await g.ask(post(_ASK))
            g.process.send_signal(signal.SIGTERM)
            _, said = await g.process.communicate()

        assert said == b""

    asyncio.run(scenario())


def test_a_reader_that_has_stopped_stops_nobody(tmp_path: Path) -> None:
    """With standard error full, every request is answered, nothing is dropped early, and the end is clean."""

    async def scenario() -> None:
        path = tmp_path / "config.toml"
        reading, writing = os.pipe()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1)
        async with upstreams(_FINE) as [up]:
            path.write_text(telling(up.port))
            process = await start(path, stderr=writing)
            os.close(writing)
            try:
                port = int(os.read(reading, 4096).decode().rsplit(":", 1)[1])
                g = Gateway(process=process, port=port)
                statuses = [(await g.ask(post(_ASK)))[0] for _ in range(_REQUESTS)]
                told = await samples(g)
                process.send_signal(signal.SIGTERM)
                async with asyncio.timeout(20):
                    assert await process.wait() == 0
            finally:
                if process.returncode is None:
                    process.kill()
                await process.communicate()
                os.close(reading)

        assert statuses == [200] * _REQUESTS
        assert told["llm_gateway_log_lines_dropped_total"] == 0

    asyncio.run(scenario())
