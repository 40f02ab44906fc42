"""Starting real gateways: ready, pinned, and never taken for another that answers on their port."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import psutil
import pytest

from perf.errors import ConfigError, LaunchError
from perf.model.build import Build
from perf.model.target import ConfigRequest, Readiness, RunningKind
from perf.model.units import NS_PER_S, ms_to_ns
from perf.sut.process import GuardedProcess
from tests.sut.gateways import a_target, is_listening, up


class Always200(BaseHTTPRequestHandler):
    """Answers every GET with 200."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is inherited
        """Say nothing."""


def test_a_gateway_is_up_inside_the_block_and_gone_after_it(tiny: Build, run_dir: Path) -> None:
    """It answers at its base URL, has its keys, its own folder and its log; afterwards nobody listens."""
    with up(a_target(), tiny, run_dir=run_dir) as sut:
        status = httpx.get(f"{sut.base_url}/ready", trust_env=False).status_code
        sut.check_alive()
        pids = sut.pids()

    assert status == 200
    assert sut.client_keys == ("test-key-0000", "test-key-0001")
    assert len(sut.upstream_key) > 32
    assert 0 < sut.started_ns < sut.ready_ns
    assert (run_dir / "gateway.toml").read_text() == f"port = {httpx.URL(sut.base_url).port}\n"
    assert len(pids) == 1
    assert not psutil.pid_exists(pids[0])
    assert not is_listening(sut.base_url)


def test_two_launches_differ_in_port_and_upstream_key(tiny: Build, tmp_path: Path) -> None:
    """Both arms of a block are up at once, and an arrival tells whose it is."""
    with (
        up(a_target(), tiny, run_dir=tmp_path / "a") as first,
        up(a_target(), tiny, run_dir=tmp_path / "b") as second,
    ):
        first.check_alive()
        second.check_alive()

    assert first.base_url != second.base_url
    assert first.upstream_key != second.upstream_key


def test_a_gateway_is_pinned_and_its_hash_seed_fixed(tiny: Build, tmp_path: Path) -> None:
    """It may use only the CPUs it was given; two starts hash alike."""
    cpu = min(os.sched_getaffinity(0))
    logs = []
    for name in ("a", "b"):
        with up(a_target(), tiny, run_dir=tmp_path / name, cpus=frozenset({cpu})) as sut:
            logs.append(sut.log_tail(20))

    assert logs[0][0] == logs[1][0]
    assert logs[0][0].endswith(f"cpus [{cpu}]")


def test_a_gateway_that_dies_early_is_reported_at_once(tiny: Build, run_dir: Path) -> None:
    """The error has the exit status and what the gateway said, long before the deadline."""
    target = replace(
        a_target("early"), ready=Readiness(path="/ready", status=200, deadline_ns=3600 * NS_PER_S)
    )

    with (
        pytest.raises(LaunchError, match="exited with status 3 before it was ready") as raised,
        up(target, tiny, run_dir=run_dir),
    ):
        pass

    assert raised.value.log == ("line one", "cannot read the configuration")


def test_a_gateway_that_never_gets_ready_is_given_up(tiny: Build, run_dir: Path) -> None:
    """The error says what the gateway last answered, and the gateway is stopped."""
    ready = Readiness(path="/ready", status=200, deadline_ns=ms_to_ns(500))

    with (
        pytest.raises(LaunchError, match=r"not ready after 0.5 s \(last: 503\)"),
        up(replace(a_target("unready"), ready=ready), tiny, run_dir=run_dir),
    ):
        pass


def test_an_occupied_port_is_never_taken_for_the_gateway(tiny: Build, run_dir: Path) -> None:
    """Another server that answers on the gateway's port ends the launch, though it says 200."""
    others: list[GuardedProcess] = []

    def occupy(request: ConfigRequest) -> Mapping[str, str]:
        script = str(Path(tiny.directory) / "out" / "gateway.py")
        folder = run_dir.parent / "other"
        folder.mkdir()
        command = [sys.executable, script, str(request.port), "good"]
        others.append(GuardedProcess(command, env=os.environ, folder=folder, log=folder / "log"))
        while not is_listening(f"http://127.0.0.1:{request.port}"):
            others[0].wait(ms_to_ns(10))
        return {"gateway.toml": ""}

    with (
        pytest.raises(LaunchError, match=r"before it was ready|is served by process"),
        up(a_target(render=occupy), tiny, run_dir=run_dir),
    ):
        pass
    others[0].stop(0)

    assert others


def test_a_stranger_on_the_port_is_named(tiny: Build, run_dir: Path) -> None:
    """A gateway that lives but listens elsewhere is told from the one that answers."""
    others: list[HTTPServer] = []

    def occupy(request: ConfigRequest) -> Mapping[str, str]:
        others.append(HTTPServer(("127.0.0.1", request.port), Always200))
        Thread(target=others[0].serve_forever, daemon=True).start()
        return {}

    target = replace(a_target(render=occupy), start=("sleep", "600"))
    with (
        pytest.raises(LaunchError, match=f"is served by process {os.getpid()} "),
        up(target, tiny, run_dir=run_dir),
    ):
        pass
    others[0].shutdown()
    others[0].server_close()


def test_a_command_that_does_not_exist_is_a_launch_error(tiny: Build, run_dir: Path) -> None:
    """The missing program is named."""
    target = replace(a_target(), start=("{out}/no-such-gateway", "{port}"))

    with (
        pytest.raises(LaunchError, match=r"cannot execute .*no-such-gateway: No such file"),
        up(target, tiny, run_dir=run_dir),
    ):
        pass


def test_a_topology_that_cannot_be_rendered_is_a_config_error(tiny: Build, run_dir: Path) -> None:
    """A renderer's refusal names the target and the topology, and nothing is started."""

    def refuse(_: ConfigRequest) -> Mapping[str, str]:
        raise ValueError("no weights here")

    with (
        pytest.raises(ConfigError, match="no weights here"),
        up(a_target(render=refuse), tiny, run_dir=run_dir),
    ):
        pass

    assert not run_dir.exists()


def test_a_used_run_folder_is_refused(tiny: Build, run_dir: Path) -> None:
    """State of an earlier run is never measured again by accident."""
    run_dir.mkdir()
    (run_dir / "state.db").touch()

    with pytest.raises(LaunchError, match="not empty"), up(a_target(), tiny, run_dir=run_dir):
        pass


def test_secrets_and_proxies_do_not_reach_the_gateway(
    tiny: Build, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway sees neither tokens nor proxies, which would carry its traffic past the upstream."""
    for name in ("GITHUB_TOKEN", "OPENAI_API_KEY", "HTTPS_PROXY", "http_proxy", "PYTHONPATH"):
        monkeypatch.setenv(name, "leaked")
    with up(a_target(), tiny, run_dir=run_dir) as sut:
        seen = psutil.Process(sut.pids()[0]).environ()

    assert "leaked" not in seen.values()
    assert seen["RUN_FOLDER"] == str(run_dir)
    assert seen["PYTHONHASHSEED"] == "0"


def test_a_gateway_that_is_up_already_is_used_and_left_alone(tiny: Build, run_dir: Path) -> None:
    """A running target is asked whether it is ready; it is neither watched nor stopped."""
    with up(a_target(), tiny, run_dir=run_dir) as ours:
        target = replace(a_target(), kind=RunningKind(base_url=f"{ours.base_url}/"))
        with up(target, tiny, run_dir=run_dir.parent / "other") as sut:
            sut.check_alive()
            facts = (sut.base_url, sut.usage(), sut.cpu_ns(), sut.log_tail(5), sut.stop(0))
        ours.check_alive()

    assert facts == (ours.base_url, None, None, (), None)
