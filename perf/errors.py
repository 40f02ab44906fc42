"""The exceptions that end a run, each with its exit code.

PerfgateError                what happened · where · what to do next
├── UsageError          (2)  the command line, or the state of the repository, does not allow it
│   ├── ConfigError          perfgate.toml, or a target's description, is wrong
│   └── BaselineError        a committed baseline or a stored run cannot be read
├── MeasureError        (3)  could not measure
│   ├── BuildError           a build failed
│   ├── LaunchError          the gateway did not become ready
│   ├── SutError             the gateway died, or answered nonsense, in the middle of a run
│   └── UpstreamError        the mock upstream failed
├── ArtifactError       (3)  what a measuring job uploaded cannot be believed
├── NothingToCompareError (3)  neither a base build nor a committed baseline, or no scenario
│   └── NotYetGatedError     the base has no rules, or no baseline, yet
├── StatusError         (3)  GitHub refused the commit status, so that nobody would see the verdict
└── PublishError        (0)  GitHub refused; never changes a verdict
"""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command; see docs/reference/exit-codes.md."""

    PASS = 0
    REGRESSION = 1
    USAGE = 2
    NO_RESULT = 3
    INCONCLUSIVE = 4
    INTERRUPTED = 130


class PerfgateError(Exception):
    """An error that a person can act on: what happened, where, and what to do next."""

    exit_code: Exit = Exit.NO_RESULT

    phase: str = ""
    """The stage of a run that it ended; "" before a run began."""

    def __init__(self, what: str, *, where: str, cure: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.cure = cure
        self.log = log

    def __str__(self) -> str:
        lines = [f"{self.what}", f"  where: {self.where}", f"  next:  {self.cure}"]
        return "\n".join([*lines, *(f"  | {line}" for line in self.log)])


class UsageError(PerfgateError):
    """The command line, or the state of the repository, does not allow the request."""

    exit_code = Exit.USAGE


class ConfigError(UsageError):
    """perfgate.toml, or a target's description, is wrong."""


class BaselineError(UsageError):
    """A committed baseline or a stored run cannot be read."""


class MeasureError(PerfgateError):
    """Something needed for measuring failed."""


class BuildError(MeasureError):
    """A build failed; `log` has its last lines."""


class LaunchError(MeasureError):
    """The gateway did not become ready; `log` has its last lines."""


class SutError(MeasureError):
    """The gateway died, or answered nonsense, in the middle of a run."""


class UpstreamError(MeasureError):
    """The mock upstream failed."""


class ArtifactError(PerfgateError):
    """What a measuring job uploaded cannot be believed: too large, damaged, or not what it should be."""


class NothingToCompareError(PerfgateError):
    """Neither a base build nor a committed baseline, or no scenario to run."""


class NotYetGatedError(NothingToCompareError):
    """The base has no rules, or no baseline, yet: the repository is about to begin."""

    phase = "beginning"


class StatusError(PerfgateError):
    """GitHub refused the commit status, so that nobody would see the verdict."""


class PublishError(PerfgateError):
    """GitHub refused what we wanted to write; never changes a verdict."""

    exit_code = Exit.PASS
