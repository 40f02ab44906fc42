"""The pytest-benchmark suites of a build, run inside the build's own environment, without other plugins."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from perf.errors import SutError
from perf.model.build import Build
from perf.model.run import Arm
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
    "--benchmark-max-time=0.06",
    "--benchmark-warmup=on",
    "--benchmark-disable-gc",
)
_DEADLINE_NS = s_to_ns(120)
_LOG_LINES = 20


def best_rounds_ns(
    builds: Mapping[Arm, Build], *, module: str, cpus: frozenset[int] | None
) -> dict[Arm, Mapping[str, float]]:
    """Per arm: benchmark name -> its fastest round in ns; SutError with the last lines if a suite fails.

    The arms run at the same time on the same cores, so that a slow spell of the machine hits both alike:
    one after the other, the same code differed by up to 75 %. An interrupted round is not the fastest.
    """
    with ExitStack() as stack:
        runs = {
            arm: stack.enter_context(_started(build, module=module, cpus=cpus))
            for arm, build in builds.items()
        }
        return {arm: run.rounds_ns() for arm, run in runs.items()}


class _Suite:
    """The suites of one build, running."""

    def __init__(self, build: Build, *, module: str, cpus: frozenset[int] | None, folder: Path) -> None:
        self._build = build
        self._words = [build.interpreter, "-O", "-m", "pytest", "--pyargs", module, *_FLAGS]
        self._output = folder / "benchmarks.json"
        self.process = GuardedProcess(
            [*self._words, f"--benchmark-json={self._output}"],
            env=launch_environment(os.environ, {"PYTHONDONTWRITEBYTECODE": "1"}),
            folder=folder,
            log=folder / "pytest.log",
            cpus=cpus,
        )

    def rounds_ns(self) -> Mapping[str, float]:
        """Wait for the end and read the result."""
        ended = self.process.wait(_DEADLINE_NS)
        if ended is None or ended.code != 0 or not self._output.exists():
            raise SutError(
                f"The micro-benchmarks failed: pytest {ended or 'took too long'}",
                where=f"build of {self._build.source.label}",
                cure=f"Run `{' '.join(self._words)}` and mend what it says.",
                log=self.process.log_tail(_LOG_LINES),
            )
        return read_best_ns(self._output)


@contextmanager
def _started(build: Build, *, module: str, cpus: frozenset[int] | None) -> Iterator[_Suite]:
    with TemporaryDirectory(prefix="perfgate-bench-") as folder:
        suite = _Suite(build, module=module, cpus=cpus, folder=Path(folder))
        try:
            yield suite
        finally:
            suite.process.stop(0)
