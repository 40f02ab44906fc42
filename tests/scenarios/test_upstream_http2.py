"""Scenario 22 on gateways whose clients speak HTTP/2: none may wait for a place on a single connection."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from sys import executable

import pytest

from perf.config import find_target, load_config
from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.run import Arm
from perf.model.scenario import Part, Scenario
from perf.model.units import ms_to_ns
from perf.model.upstream import ConstantDelay, Tls
from perf.model.verdict import Decision
from perf.scenarios.upstream_http2 import UPSTREAM_HTTP2
from perf.sut.build import build
from perf.sut.source import commit_source
from tests.mutants.trial import PROJECT, Court, court, findings_of, shortened
from tests.sut.gateways import commit
from tests.sut.test_kinds import a_project, described

STREAMS = 5
TOLD = {
    "lone": (m.CONNECTIONS_PER_REQUEST, m.SUCCESS_RATIO),
    "crowd": (m.OVERHEAD_P50, m.SUCCESS_RATIO),
}
GATEWAYS = PROJECT / "tests" / "gateways"
PYTHON = """
[targets.python-gateway]
kind = "command"
build = ["true", "{out}"]
inputs = ["gateway.py"]
start = ["PYTHON", "GATEWAY", "{config}"]
ready = { path = "/health" }
capabilities = ["openai-chat", "upstream-tls"]

[targets.python-gateway.config]
"gateway.json" = '''
{
  "host": "{host}",
  "port": {port},
  "upstream": "{openai[0].url}",
  "key": "{upstream_key}",
  "http2": HTTP2
}
'''
"""
SOUND, STRICT = "MaxIdleConnsPerHost: 256", "HTTP2: &http.HTTP2Config{StrictMaxConcurrentRequests: true}"
"""The line of the Go gateway that is changed."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    """One upstream and rig for all of them."""
    with court(tmp_path_factory.mktemp("http2"), (SMALL,)) as one:
        yield one


def smaller(scenario: Scenario) -> Scenario:
    """The scenario with a crowd that three connections of 5 streams hold, and that asks twice."""
    (instance,) = scenario.topology.instances
    secured = replace(instance, tls=Tls(http2_streams=STREAMS))
    return replace(
        scenario,
        topology=replace(scenario.topology, instances=(secured,)),
        parts=tuple(_smaller(part) for part in scenario.parts),
    )


def _smaller(part: Part) -> Part:
    if part.name == "lone":
        return replace(part, workload=ClosedLoop(connections=1, requests=50))
    clients = 3 * STREAMS
    return replace(
        part,
        workload=ClosedLoop(connections=clients, requests=clients),
        warmup_requests=clients,
        default_script=replace(part.default_script, first_delay=ConstantDelay(delay_ns=ms_to_ns(500))),
    )


def of_part(name: str) -> Scenario:
    """One part of it, and what can be told of so few requests on the busiest machine."""
    part = shortened(SMALL, name)
    return replace(part, criteria=tuple(each for each in part.criteria if each.metric in TOLD[name]))


SMALL = smaller(UPSTREAM_HTTP2)


def test_the_reference_gateway_reuses_its_connection_over_tls(judged: Court) -> None:
    """It trusts the authority by the environment alone, and does not shake hands for each request."""
    found = judged.findings(PROJECT, of_part("lone"))
    decisions = {each.key.metric: each.decision for each in found}

    assert decisions == {each.name: Decision.MET for each in TOLD["lone"]}


@pytest.mark.parametrize(
    ("http2", "decision"),
    [pytest.param("false", Decision.MET, id="http1"), pytest.param("true", Decision.MISSED, id="http2")],
)
def test_httpx_waits_on_one_connection_of_http2(
    judged: Court, tmp_path: Path, http2: str, decision: Decision
) -> None:
    """With `http2=True` httpx has one connection a host, and the crowd waits; with a pool it does not."""
    text = PYTHON.replace("PYTHON", executable).replace("HTTP2", http2)
    text = text.replace("GATEWAY", str(GATEWAYS / "python" / "gateway.py"))
    target = find_target(load_config(text, where="perfgate.toml"), "python-gateway")
    found = findings_of(replace(judged.bench(tmp_path, of_part("crowd")), target=target))
    decisions = {each.key.metric: each.decision for each in found}

    assert decisions == {m.OVERHEAD_P50.name: decision, m.SUCCESS_RATIO.name: Decision.MET}


@pytest.mark.targets
@pytest.mark.parametrize("strict", [False, True], ids=["as it is", "one line changed"])
def test_go_opens_another_connection_unless_told_otherwise(
    judged: Court, tmp_path: Path, *, strict: bool
) -> None:
    """net/http speaks HTTP/2 by itself and holds; bound to one connection it misses a time or its answers."""
    go = shutil.which("go") or pytest.skip("go is not on PATH")
    version = re.search(r"go1\.(\d+)", subprocess.check_output([go, "version"], text=True))
    if version is None or int(version[1]) < 26:
        pytest.skip("go before 1.26 cannot be bound to one connection")
    repo = a_project(tmp_path / "repo", "go")
    source = (repo / "main.go").read_text()
    assert SOUND in source
    if strict:
        module = (repo / "go.mod").read_text().replace("go 1.21", "go 1.26")
        commit(repo, {"main.go": source.replace(SOUND, STRICT), "go.mod": module})
    target = described("go-gateway")
    done = build(target, commit_source(repo, "HEAD"), repo=repo, cache=tmp_path / "cache")
    bench = judged.bench(repo, of_part("crowd"))
    found = findings_of(replace(bench, target=target, builds={Arm.CANDIDATE: done}))
    missed = {each.key.metric for each in found if each.decision is Decision.MISSED}

    assert bool(missed) is strict
