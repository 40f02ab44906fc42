"""What machine this is, and how much of it others took."""

import os
import platform
from pathlib import Path

from perf import __version__
from perf.model.build import Environment


def environment() -> Environment:
    """The fingerprint that decides whether stored times may be compared."""
    return Environment(
        cpu_model=_cpu_model(Path("/proc/cpuinfo").read_text()),
        cores=len(os.sched_getaffinity(0)),
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        kernel=platform.release(),
        image=_image(),
        python=platform.python_version(),
        tool_version=__version__,
    )


def cpu_ticks() -> tuple[int, int]:
    """Ticks (stolen, all) of the whole machine since boot."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return fields[7], sum(fields)


def steal_ratio(before: tuple[int, int], after: tuple[int, int]) -> float:
    """The share of CPU time that the hypervisor gave to others between two readings."""
    total = after[1] - before[1]
    return (after[0] - before[0]) / total if total > 0 else 0.0


def _cpu_model(cpuinfo: str) -> str:
    for line in cpuinfo.splitlines():
        if line.startswith(("model name", "Model", "CPU part")):
            return line.partition(":")[2].strip()
    return platform.machine()


def _image() -> str:
    """The runner image on GitHub, elsewhere the operating system's name."""
    image = os.environ.get("ImageOS", "")  # noqa: SIM112  GitHub spells it so
    version = os.environ.get("ImageVersion", "")  # noqa: SIM112
    if image:
        return f"{image} {version}".strip()
    release = Path("/etc/os-release")
    if not release.exists():
        return platform.system()
    lines = dict(line.split("=", 1) for line in release.read_text().splitlines() if "=" in line)
    return lines.get("PRETTY_NAME", platform.system()).strip('"')
