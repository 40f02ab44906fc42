"""A repository's first steps with the gate: what is told where the base has no rules, or no baseline, yet."""

from pathlib import Path

from perf.errors import NotYetGatedError
from perf.model.build import Source
from perf.sut.source import CONFIG_FILES, config_text

_BASELINE_WORKFLOW = ".github/workflows/perf-baseline.yml"


def lacks_rules(repo: Path, base: Source) -> bool:
    """Whether a base commit has no configuration at all."""
    return config_text(repo, base.commit) is None


def brings_rules(repo: Path, base: Source) -> bool:
    """Whether the working tree has the configuration that its base still lacks."""
    return lacks_rules(repo, base) and config_text(repo, None) is not None


def no_rules(base: Source) -> NotYetGatedError:
    """The change brings the gate itself, so there is nothing yet by which it could be judged."""
    return NotYetGatedError(
        f"the base `{base.commit[:9]}` has no `{CONFIG_FILES[0]}`. This change brings the gate, whose rules "
        "are always read from the base, so this change cannot be judged by them",
        where=f"{base.commit[:9]}:{CONFIG_FILES[0]}",
        cure="Review and merge it as it is: the pull requests after it are gated. "
        "To see numbers before, run `perfgate run --base HEAD` on your machine.",
    )


def no_baseline(repo: Path, base: Source | None, *, path: str) -> NotYetGatedError:
    """Neither the base nor the change has the committed baseline that the rules ask for."""
    at_base = f", neither at the base `{base.commit[:9]}` nor in this change" if base else ""
    labelled = (
        ", or set the label `perf: update-baselines` on a pull request to have one proposed after its merge"
        if (repo / _BASELINE_WORKFLOW).is_file()
        else ""
    )
    return NotYetGatedError(
        f"no baseline is committed{at_base}, so nothing says which numbers must exist",
        where=path,
        cure=f"Record it with `perfgate baseline` and commit `{path}`{labelled}. "
        f"To do without, set `baseline = false` in `{CONFIG_FILES[0]}`, or say --no-baseline.",
    )
