"""`perfgate bench-rig` and `perfgate upstream`: the rig on its own, measured or used."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tabulate import tabulate

from perf.errors import Exit, UsageError
from perf.model.units import BYTES_PER_MIB, ms_to_ns
from perf.model.upstream import Tls
from perf.pipeline.machine import environment
from perf.pipeline.progress import Lines
from perf.pipeline.rigbench import bench
from perf.pipeline.rigbench.bench import Scale
from perf.pipeline.rigbench.figures import Line, costs, lines, ratios
from perf.upstream.standalone import run_forever

_HTTP2_STREAMS = 100
PARTS = ("peers", "requests", "streams")
Figure = float | int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Secure:
    """How the mock providers speak TLS, and the file that gets what their clients must trust."""

    ca_file: Path
    tls: Tls


def bench_rig(repo: Path, *, shape: str, rounds: int, parts: Sequence[str]) -> Exit:
    """Measure the rig beside its peers and at its limits; figures on stdout, progress on stderr."""
    if rounds < 1:
        raise UsageError("No rounds", where="--rounds", cure="Give 1 or more; 5 is the default.")
    say = Lines(sys.stderr).say
    wanted = parts or PARTS
    rows: tuple[Line, ...] = ()
    figures: dict[str, Figure] = {}
    if "peers" in wanted:
        sat = bench.compare(repo, rounds=rounds, say=say)
        rows = lines(sat)
        figures |= ratios(sat) | costs(sat)
    if "requests" in wanted:
        say(f"{bench.MANY} connections, 100 requests each, upstream 100 ms")
        figures |= _scale("thousand_connections", bench.thousand_connections())
    if "streams" in wanted:
        say(f"{bench.STREAMS} streams of 100 chunks at once")
        figures |= _scale("streams", bench.many_streams())
    sys.stdout.write(_json(rows, figures) if shape == "json" else _table(rows, figures))
    return Exit.PASS


def upstream(
    openai_port: int,
    anthropic_port: int,
    *,
    latency_ms: float,
    chunks: int,
    interval_ms: float,
    secure: Secure | None,
) -> Exit:
    """Serve the two mock providers until interrupted; their URLs go to stdout as soon as they answer."""
    script = bench.plain(delay_ns=ms_to_ns(latency_ms), tokens=chunks, interval_ns=ms_to_ns(interval_ms))
    try:
        run_forever(
            openai_port,
            anthropic_port,
            script=script,
            tls=None if secure is None else secure.tls,
            on_ready=partial(_announce, secure=secure),
        )
    except OSError as taken:
        raise UsageError(
            f"The mock providers cannot listen: {taken.strerror}",
            where=f"--openai-port {openai_port} --anthropic-port {anthropic_port}",
            cure="Give ports that are free, or 0 for any.",
        ) from taken
    return Exit.PASS


def secure_of(ca_file: Path | None, http2_streams: int | None) -> Secure | None:
    """What the command line asks of TLS; UsageError where that makes no sense."""
    if ca_file is None:
        if http2_streams is None:
            return None
        raise UsageError(
            "HTTP/2 is offered over TLS only", where="--http2-streams", cure="Add --tls-ca FILE."
        )
    if http2_streams is not None and http2_streams < 0:
        raise UsageError(
            "A connection cannot have fewer than no streams",
            where=f"--http2-streams {http2_streams}",
            cure="Give 1 or more, or 0 for HTTP/1.1 alone; 100 is the default.",
        )
    streams = _HTTP2_STREAMS if http2_streams is None else http2_streams
    return Secure(ca_file=ca_file, tls=Tls(http2_streams=streams))


def _announce(urls: Mapping[str, str], ca_pem: str, *, secure: Secure | None) -> None:
    """Nobody can use an https URL before its authority is there to be trusted."""
    lines = [f"{name}: {url}" for name, url in urls.items()]
    if secure is not None:
        lines.append(f"trust: {secure.ca_file.resolve()}")
        try:
            secure.ca_file.write_text(ca_pem, encoding="ascii")
        except OSError as refused:
            raise UsageError(
                f"The certificate to be trusted cannot be written: {refused.strerror}",
                where=f"--tls-ca {secure.ca_file}",
                cure="Name a file in a folder that exists and may be written to.",
            ) from refused
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _scale(name: str, scale: Scale) -> dict[str, Figure]:
    sitting = scale.sitting
    return {
        f"{name}_requests": sitting.requests,
        f"{name}_failed": sitting.failed,
        f"{name}_frames": sitting.frames,
        f"{name}_at_once": sitting.at_once,
        f"{name}_rps": sitting.rps,
        f"{name}_engine_us_per_request": sitting.client_us,
        f"{name}_mock_us_per_request": sitting.server_us,
        f"{name}_engine_peak_mib": scale.engine_peak_bytes / BYTES_PER_MIB,
        f"{name}_mock_peak_mib": scale.mock_peak_bytes / BYTES_PER_MIB,
    }


def _json(rows: Sequence[Line], figures: Mapping[str, Figure]) -> str:
    machine = environment()
    document = {
        **{
            name: round(figure, 3) if isinstance(figure, float) else figure
            for name, figure in figures.items()
        },
        "contenders": [
            {
                "name": row.name,
                "rps": round(row.rps, 1),
                "rps_per_core": round(row.rps_per_core, 1),
                "client_us_per_request": round(row.client_us, 2),
                "server_us_per_request": round(row.server_us, 2),
                "client_core_ratio": round(row.client_core_ratio, 3),
                "server_core_ratio": round(row.server_core_ratio, 3),
                "failed": row.failed,
            }
            for row in rows
        ],
        "machine": {"cpu_model": machine.cpu_model, "cores": machine.cores, "kernel": machine.kernel},
    }
    return json.dumps(document, indent=2) + "\n"


def _table(rows: Sequence[Line], figures: Mapping[str, Figure]) -> str:
    headers = (
        "contender",
        "req/s",
        "per core",
        "client µs",
        "server µs",
        "client core",
        "server core",
        "failed",
    )
    body = [
        (
            row.name,
            f"{row.rps:,.0f}",
            f"{row.rps_per_core:,.0f}",
            f"{row.client_us:.1f}",
            f"{row.server_us:.1f}",
            f"{row.client_core_ratio:.0%}",
            f"{row.server_core_ratio:.0%}",
            row.failed,
        )
        for row in rows
    ]
    shown = [
        (name, f"{figure:,.2f}" if isinstance(figure, float) else figure) for name, figure in figures.items()
    ]
    parts = [tabulate(body, headers=headers, tablefmt="simple", disable_numparse=True)] if body else []
    parts.append(tabulate(shown, headers=("figure", "value"), tablefmt="simple", disable_numparse=True))
    return "\n\n".join(parts) + "\n"
