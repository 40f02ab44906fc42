"""What people said with labels: who said it, whether they may, and whether it still holds."""

from dataclasses import dataclass

from perf.github.forge import Forge, Labelling, OpenPull
from perf.github.runs import WorkflowRun
from perf.model.verdict import Acceptance, Caution, CautionKind

ACCEPT = "perf: accept"
"""The regressions of the commit that is the head when the label is set are wanted."""
SKIP = "perf: skip"
"""The change need not be measured."""
FULL = "perf: full"
"""Measure the medium suite, from the next push on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The labels as far as they hold; `cautions` name those that do not."""

    accepted: Acceptance | None
    skipped: Acceptance | None
    cautions: tuple[Caution, ...]
    outdated: tuple[str, ...]
    """Labels that were meant for an earlier commit."""
    full: bool = False
    """Whether someone who may write asked for the larger suite."""


NO_CONSENT = Consent(accepted=None, skipped=None, cautions=(), outdated=())


def consent_of(forge: Forge, pull: OpenPull, *, run: WorkflowRun) -> Consent:
    """Ask for the labels of a pull request as they are now.

    GitHub started `run` when its commit was pushed: a label older than that was meant for another commit.
    """
    ours = (ACCEPT, SKIP, FULL)
    labels = {name: given for name, given in forge.labels(pull.number).items() if name in ours}
    older = {name for name, given in labels.items() if given.at < run.created_at}
    # Whoever pushes to the repository itself may write; in a fork each push needs a new word.
    outdated = tuple(
        name for name in labels if name in older and (name == ACCEPT or (name == SKIP and pull.from_fork))
    )
    current = {name: given for name, given in labels.items() if name not in outdated}
    allowed = {name: given for name, given in current.items() if forge.may_write(given.login)}
    return Consent(
        accepted=_acceptance(allowed.get(ACCEPT), run),
        skipped=_acceptance(allowed.get(SKIP), run),
        cautions=(
            *(_too_old(name) for name in outdated),
            *(_not_allowed(name, given) for name, given in current.items() if name not in allowed),
        ),
        outdated=outdated,
        full=FULL in allowed,
    )


def _acceptance(given: Labelling | None, run: WorkflowRun) -> Acceptance | None:
    return None if given is None else Acceptance(login=given.login, sha=run.head_sha)


def _too_old(name: str) -> Caution:
    text = f"The label `{name}` was set before this commit was pushed and is taken off; it can be set again."
    return Caution(kind=CautionKind.LABEL, text=text)


def _not_allowed(name: str, given: Labelling) -> Caution:
    text = f"The label `{name}` has no effect: `{given.login}` may not write to this repository."
    return Caution(kind=CautionKind.LABEL, text=text)
