"""Every endpoint, whole and streamed, with text and tools, cached and not, and every failure: what the
official clients make of it."""

import json
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from time import time

import anthropic
import httpx2
import openai
import pytest
from anthropic._models import FinalRequestOptions as AnthropicOptions
from openai._models import FinalRequestOptions as OpenAIOptions

from perf.pipeline.rigbench.venv import ended, locked_venv
from perf.upstream.process import UpstreamProcess
from tests.conformance.cells import (
    CELLS,
    FAILURES,
    MEETINGS,
    WAYS,
    Cell,
    Ending,
    Met,
    Way,
    ending,
    fault_of,
    script_of,
    understood,
    usageless,
)
from tests.conformance.sdks import SOON_S, Clients, ask, clients_of, whole_matrix

ROOT = Path(__file__).parents[2]
OLD_LOCK = Path(".ci/lock/sdks-old.txt")
AHEAD_S = 20
WAITS = {
    "429-seconds": (2.0, 2.0),
    "429-ms": (1.5, 1.5),
    "429-date": (1.0, AHEAD_S),
    "429-silent": (0.0, 1.0),
}
"""Seconds that a client waits before its second try: at least and at most."""


class NotingOpenAI(openai.OpenAI):
    """One that notes its pauses before a second try, and makes none."""

    def __init__(self, url: str) -> None:
        super().__init__(api_key="k", base_url=f"{url}/v1", max_retries=1)
        self.pauses_s: list[float] = []

    def _calculate_retry_timeout(
        self,
        remaining_retries: int,
        options: OpenAIOptions,
        response_headers: httpx2.Headers | None = None,
    ) -> float:
        self.pauses_s.append(super()._calculate_retry_timeout(remaining_retries, options, response_headers))
        return 0.0


class NotingAnthropic(anthropic.Anthropic):
    """The same."""

    def __init__(self, url: str) -> None:
        super().__init__(api_key="k", base_url=url, max_retries=1)
        self.pauses_s: list[float] = []

    def _calculate_retry_timeout(
        self,
        remaining_retries: int,
        options: AnthropicOptions,
        response_headers: httpx2.Headers | None = None,
    ) -> float:
        self.pauses_s.append(super()._calculate_retry_timeout(remaining_retries, options, response_headers))
        return 0.0


@pytest.fixture(scope="module")
def clients(served: UpstreamProcess) -> Iterator[Clients]:
    """Both clients of one instance."""
    with clients_of(served.urls["a"]) as made:
        yield made


@pytest.fixture(scope="module")
def hurried(served: UpstreamProcess) -> Iterator[Clients]:
    """Both, which wait for no answer that never comes."""
    with clients_of(served.urls["a"], timeout_s=SOON_S) as made:
        yield made


@pytest.fixture
def noting(upstream: UpstreamProcess) -> Iterator[tuple[NotingOpenAI, NotingAnthropic]]:
    """Both, which come again once."""
    with NotingOpenAI(upstream.urls["a"]) as first, NotingAnthropic(upstream.urls["a"]) as second:
        yield first, second


def soon() -> str:
    """An HTTP date that is near."""
    return formatdate(time() + AHEAD_S, usegmt=True)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_an_answer_is_understood(clients: Clients, upstream: UpstreamProcess, *, cell: Cell) -> None:
    """The same of every dialect, whole or put together from its stream, and with all fields of its model."""
    upstream.script("a", script_of(tool=cell.tool, cache=cell.cache))

    told = ask(clients, cell.way)

    assert told.understood == understood(tool=cell.tool, cache=cell.cache)
    assert told.lacks == ()


@pytest.mark.parametrize("met", MEETINGS, ids=str)
def test_a_failure_is_heard(
    clients: Clients, hurried: Clients, upstream: UpstreamProcess, *, met: Met
) -> None:
    """By the client's own exception and status, or as an answer that lacks nothing, be it text or a call."""
    fault = fault_of(met.name, date=soon())
    upstream.script("a", script_of(tool=met.laden, cache=met.laden, fault=fault))

    told = ask(hurried if FAILURES[met.name].ending is Ending.LATE else clients, met.way)

    assert (told.ending, told.status) == ending(met)
    if told.ending is Ending.WELL:
        whole = understood(tool=met.laden, cache=met.laden)
        assert told.understood == (usageless(tool=met.laden) if met.name == "no-usage" else whole)
    if told.ending is Ending.RATE_LIMIT:
        assert told.retry_after == (fault.retry_after, fault.retry_after_ms)


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("name", WAITS)
def test_a_client_comes_again_when_it_was_told(
    noting: tuple[NotingOpenAI, NotingAnthropic], upstream: UpstreamProcess, *, name: str, way: Way
) -> None:
    """Its one pause is the one that the header asks for; without a header, its own."""
    upstream.script("a", script_of(fault=fault_of(name, date=soon())))
    least_s, most_s = WAITS[name]

    told = ask(Clients(*noting), way)

    pauses_s = noting[0].pauses_s + noting[1].pauses_s
    assert told.ending is Ending.RATE_LIMIT
    assert [least_s <= pause_s <= most_s for pause_s in pauses_s] == [True]
    assert len(upstream.drain()) == 2


def test_the_older_clients_make_the_same_of_all() -> None:
    """`openai<3` and `anthropic<1`, in a venv of their own, give equal objects and endings."""
    date = soon()
    command = [str(locked_venv(ROOT, OLD_LOCK)), "-m", "tests.conformance.sdks", date]
    done = ended(command, {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}, deadline_s=120)
    assert done.returncode == 0, done.stderr

    older = json.loads(done.stdout)
    with UpstreamProcess.start(["a"], cpus=None) as fresh:
        newer = json.loads(json.dumps(whole_matrix(fresh, instance="a", date=date)))

    assert len(newer) == len(CELLS) + len(MEETINGS)
    assert older == newer
