"""The wrk scripts: against a gateway that counts, and as a witness beside the engine."""

import os
import subprocess
from collections import Counter

import pytest

from perf.pipeline.wrk import wrk_scripts
from perf.upstream.process import UpstreamProcess
from tests.tools import tool

_KEYS = ("alpha", "beta", "gamma")


@pytest.mark.parametrize(
    ("script", "kinds"),
    [("concurrent", {False}), ("streaming", {True}), ("mixed", {False, True})],
)
def test_a_script_asks_with_every_key(script: str, kinds: set[bool]) -> None:
    """Against anything that speaks OpenAI: all keys by turns, whole or streamed, and no failure."""
    wrk = tool("wrk", package="wrk")
    with UpstreamProcess.start(["openai"], cpus=None) as upstream:
        command = [
            str(wrk),
            "-t1",
            "-c4",
            "-d1s",
            "-s",
            str(wrk_scripts() / f"{script}.lua"),
            upstream.urls["openai"],
        ]
        env = {**os.environ, "GATEWAY_KEYS": ",".join(_KEYS)}
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
        arrivals = [each for each in upstream.drain() if each.last_byte_ns]
    keys = Counter(each.credential for each in arrivals)

    assert set(keys) == set(_KEYS)
    assert '"failed":0' in done.stdout
    assert len({each.bytes_out > 1_500 for each in arrivals}) == len(kinds)
