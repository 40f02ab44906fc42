"""The pytest-benchmark suites of a build, run inside the build's own environment, without other plugins."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from perf.errors import SutError
from perf.model.build import Build
from perf.model.units import s_to_ns
from perf.store.benchmarks import read_best_ns
from perf.sut.environment import launch_environment
from perf.sut.process import GuardedProcess

_FLAGS = (
    "-q",
    "--disable-plugin-autoload",
    "-p",
    "pytest_benchmark.plugin",
    "-p",
    "no:cacheprovider",
    "--benchmark-min-rounds=5",
    "--benchmark-max-time=0.15",
    "--benchmark-warmup=on",
    "--benchmark-disable-gc",
)
_DEADLINE_NS = s_to_ns(120)
_LOG_LINES = 20


def best_rounds_ns(build: Build, *, module: str, cpus: frozenset[int] | None) -> Mapping[str, float]:
    """Benchmark name -> its fastest round in ns; SutError with the last lines if the suites fail."""
    with TemporaryDirectory(prefix="perfgate-bench-") as name:
        folder = Path(name)
        output = folder / "benchmarks.json"
        words = [build.interpreter, "-O", "-m", "pytest", "--pyargs", module, *_FLAGS]
        process = GuardedProcess(
            [*words, f"--benchmark-json={output}"],
            env=launch_environment(os.environ, {"PYTHONDONTWRITEBYTECODE": "1"}),
            folder=folder,
            log=folder / "pytest.log",
            cpus=cpus,
        )
        try:
            ended = process.wait(_DEADLINE_NS)
        finally:
            process.stop(0)
        if ended is None or ended.code != 0 or not output.exists():
            raise SutError(
                f"The micro-benchmarks failed: pytest {ended or 'took too long'}",
                where=f"{module} in the build of {build.source.label}",
                cure=f"Run `{' '.join(words)}` and mend what it says.",
                log=process.log_tail(_LOG_LINES),
            )
        return read_best_ns(output)
