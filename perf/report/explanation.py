"""One number's verdict in plain words: what was measured, how it was tested, what would change it."""

from collections.abc import Iterator

from perf.model.explanation import Explanation, Trial
from perf.model.verdict import Basis, Decision
from perf.report.format import bare_title, change, interval, limit, part_of_whole, quantities
from perf.report.marks import MARKS, word
from perf.report.neutral import visible

_MAX_TEXT = 500


def explained(explanation: Explanation) -> str:
    """The explanation as paragraphs for a terminal."""
    parts = (_head(explanation), _table(explanation), _reasoning(explanation), _remedy(explanation))
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(explanation: Explanation) -> str:
    finding = explanation.finding
    mark = MARKS[finding.decision]
    says = f": {visible(finding.text, most=_MAX_TEXT)}" if finding.text else ""
    against = {
        Basis.PAIRED: "compared with the base build in the same blocks",
        Basis.BASELINE: "compared with the committed baseline",
        Basis.CRITERION: "an absolute demand, whatever the base did",
        Basis.CONTRACT: "what the committed baseline or the base build says must exist",
        Basis.CONTROL: "a control, whose answer is known",
        Basis.NOTHING: "compared with nothing",
    }[finding.basis]
    gates = "" if finding.gating else "; it is only shown, and cannot fail the run"
    return (
        f"{mark.sign} {visible(finding.key.text, most=_MAX_TEXT)} ({bare_title(finding)}) is "
        f"{word(finding)}{says}\n  {against}{gates}"
    )


def _table(explanation: Explanation) -> str:
    finding = explanation.finding
    if not explanation.values:
        return "  No block has a valid value." + _invalid(explanation)
    lines = ["  block      baseline     candidate     change"]
    for block in explanation.values:
        before, after = quantities([block.baseline, block.candidate], finding=finding)
        moved = change(block.candidate / block.baseline - 1) if block.candidate and block.baseline else ""
        lines.append(f"  {block.number:>5}  {before:>12}  {after:>12}  {moved:>9}")
    return "\n".join(lines) + _invalid(explanation)


def _invalid(explanation: Explanation) -> str:
    if not explanation.invalid_blocks:
        return ""
    why = visible(explanation.problems[0], most=_MAX_TEXT) if explanation.problems else "unknown"
    return f"\n  {explanation.invalid_blocks} blocks were invalid and are left out: {why}"


def _reasoning(explanation: Explanation) -> str:
    finding, trial = explanation.finding, explanation.trial
    if finding.basis is Basis.CRITERION:
        (value,) = quantities([finding.candidate], finding=finding)
        return f"  The candidate has {value}; demanded is {limit(finding)}."
    if finding.change is None or trial is None:
        return ""
    return "\n".join(f"  {line}" for line in _steps(explanation, trial))


def _steps(explanation: Explanation, trial: Trial) -> Iterator[str]:
    finding = explanation.finding
    moved, span = change(finding.change or 0.0), interval(finding.lower, finding.upper)
    yield f"Estimate: {moved}, with 95 % confidence in {span} %; the limit is {limit(finding)}."
    yield (
        f"Look: {trial.look_blocks} blocks, of which {finding.blocks} count here; "
        f"at least {trial.needed_blocks} are needed."
    )
    yield (
        f'Test of "not worse": p = {trial.p_worse:.2g}, held to {trial.level:.2g}. This look may spend '
        f"{trial.alpha:.2g} over {trial.tested} numbers."
    )
    yield (
        f"Red asks for both: p below that level, and a loss of more than {part_of_whole(trial.relevance)} "
        f"(half of the limit{_drift(trial)})."
    )
    upper = "unknown" if trial.upper is None else part_of_whole(trial.upper)
    yield f"Green asks for proof that the loss is below the limit; not excluded are losses up to {upper}."


def _drift(trial: Trial) -> str:
    return f", and {part_of_whole(trial.allowance)} that a stored number drifts by itself" * (
        trial.allowance > 0
    )


def _remedy(explanation: Explanation) -> str:
    finding, trial = explanation.finding, explanation.trial
    if trial is None or finding.worse is None:
        return ""
    match finding.decision:
        case Decision.REGRESSED:
            needed = 2 * finding.worse
            text = (
                f"It would not be red if the loss were below {part_of_whole(trial.relevance)}, "
                f"or with a limit above {part_of_whole(needed)} in the base's configuration."
            )
        case Decision.SUSPECT:
            text = f"It would be red beyond {part_of_whole(trial.relevance)}."
        case Decision.INCONCLUSIVE if finding.blocks < trial.needed_blocks:
            text = "More blocks have to be measured before anything may be concluded."
        case Decision.INCONCLUSIVE if trial.more_blocks is None:
            text = "No number of blocks would prove it harmless: the estimate itself is beyond the limit."
        case Decision.INCONCLUSIVE:
            text = (
                f"If estimate and noise stay as they are, about {trial.more_blocks} blocks would decide it; "
                "a quieter machine needs fewer."
            )
        case Decision.EQUIVALENT | Decision.IMPROVED if finding.detectable is not None:
            text = f"A loss from {part_of_whole(finding.detectable)} on would have been red in 95 % of runs."
        case _:
            return ""
    return f"  {text}"
