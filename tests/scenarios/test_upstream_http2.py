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
from perf.model.verdict import Decision
from perf.scenarios.upstream_http2 import UPSTREAM_HTTP2
from perf.sut.build import build
from perf.sut.source import commit_source
from tests.mutants.trial import PROJECT, Court, court, findings_of, shortened
from tests.sut.gateways import commit
from tests.sut.test_kinds import a_project, described

CROWD = 40
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
    with court(tmp_path_factory.mktemp("http2")) as one:
        yield one


def short_form(part: str) -> Scenario:
    """One part of the scenario: 50 lone requests, or a crowd of 40 that asks twice.

    So few requests say nothing of a tail, and a connection for each client is many.
    """
    scenario = shortened(UPSTREAM_HTTP2, part)
    kept = tuple(
        each
        for each in scenario.criteria
        if part == "lone" or each.metric in (m.OVERHEAD_P50, m.SUCCESS_RATIO)
    )
    return replace(scenario, parts=tuple(_short(each) for each in scenario.parts), criteria=kept)


def _short(part: Part) -> Part:
    if part.name == "lone":
        return replace(part, workload=ClosedLoop(connections=1, requests=50))
    return replace(part, workload=ClosedLoop(connections=CROWD, requests=CROWD), warmup_requests=CROWD)


def test_the_reference_gateway_reuses_its_connection_over_tls(judged: Court) -> None:
    """It trusts the authority by the environment alone, and does not shake hands for each request."""
    found = judged.findings(PROJECT, short_form("lone"))
    decisions = {each.key.metric: each.decision for each in found}

    assert decisions == dict.fromkeys(
        (m.OVERHEAD_P50.name, m.CONNECTIONS_PER_REQUEST.name, m.SUCCESS_RATIO.name), Decision.MET
    )


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
    found = findings_of(replace(judged.bench(tmp_path, short_form("crowd")), target=target))
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
    bench = judged.bench(repo, short_form("crowd"))
    found = findings_of(replace(bench, target=target, builds={Arm.CANDIDATE: done}))
    missed = {each.key.metric for each in found if each.decision is Decision.MISSED}

    assert bool(missed) is strict
