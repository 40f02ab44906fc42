"""Has wrk repeat a closed loop on a gateway that runs, so that the engine is not its own only witness."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import perf
from perf.errors import MeasureError, UsageError
from perf.model.load import ClosedLoop
from perf.model.slices import SliceRecord
from perf.model.units import NS_PER_S
from perf.pipeline.placement import pinned
from perf.pipeline.rig import Rig, Seat
from perf.pipeline.rigbench.peers import wrk_path
from perf.pipeline.rigbench.venv import ended

_SECONDS = 10
_KEY = "{key}"
"""Where a client's key stands in what is written for all of them."""
_SPARE_S = 60.0


def wrk_scripts() -> Path:
    """The folder of the scripts; raises before anything is measured if they, or wrk itself, are missing."""
    folder = Path(perf.__file__).parents[1] / "scripts" / "wrk"
    if not folder.is_dir():
        raise UsageError(
            "wrk's scripts come with the repository of perfgate, not with its wheel",
            where=str(folder),
            cure="Run `scripts/perfgate` in a clone of the repository, or leave out --engine wrk.",
        )
    wrk_path()
    return folder


def cross_check(
    record: SliceRecord, *, seat: Seat, rig: Rig, scripts: Path, seconds: int = _SECONDS
) -> SliceRecord:
    """The record with the good answers per second that wrk had, with the same connections and keys.

    MeasureError if wrk gave no result, if most of its requests failed, or if the upstream did not see
    what wrk counted.
    """
    workload = record.step.part.workload
    assert isinstance(workload, ClosedLoop)
    command = [wrk_path(), "-t1", f"-c{workload.connections}", f"-d{seconds}s", "--timeout", "15s"]
    command += ["-s", str(scripts / "concurrent.lua"), seat.sut.base_url]
    rig.upstream.drain()
    with pinned(rig.placement.engine):
        done = ended(command, _variables(record, seat), deadline_s=seconds + _SPARE_S)
    said = _said(done, command)
    seen = sum(
        1 for arrival in rig.upstream.drain() if arrival.status == 200 and arrival.path != "/v1/models"
    )
    good = said["requests"] - said["failed"]
    if good <= said["failed"]:
        raise MeasureError(
            f"Of {said['requests']} requests that wrk sent, {said['failed']} failed",
            where=" ".join(command),
            cure="Read the gateway's log; the engine's own figure beside it tells whether it is overloaded.",
        )
    if seen < good:
        raise MeasureError(
            f"wrk counted {good} good answers, and only {seen} requests reached the upstream",
            where=seat.sut.base_url,
            cure="Look for a cache in the gateway's configuration.",
        )
    return replace(record, wrk_per_second=good * NS_PER_S / said["wall_ns"])


def _said(done: "subprocess.CompletedProcess[str]", command: list[str]) -> dict[str, int]:
    """What the script printed last."""
    last = done.stdout.rstrip().rpartition("\n")[2]
    if done.returncode or not last.startswith("{"):
        raise MeasureError(
            f"wrk gave no result, exit status {done.returncode}",
            where=" ".join(command),
            cure="Read its last lines.",
            log=tuple((done.stdout + done.stderr).splitlines()[-20:]),
        )
    said: dict[str, int] = json.loads(last)
    return said


def _variables(record: SliceRecord, seat: Seat) -> dict[str, str]:
    target, part = seat.target, record.step.part
    address = target.addresses[part.ask]
    own = {
        "GATEWAY_KEYS": ",".join(seat.sut.client_keys[: part.keys]),
        "GATEWAY_MODEL": address.model,
        "GATEWAY_PATH": address.path,
        "GATEWAY_AUTH_HEADER": target.auth_header,
        "GATEWAY_AUTH_VALUE": target.auth_value.replace(_KEY, "%s"),
        "GATEWAY_HEADERS": "\n".join(
            f"{name}: {value}" for name, value in target.headers(seat.sut.told, part.ask, key=_KEY)
        ),
    }
    return {**os.environ, **own}
