"""What `perfgate targets --try` found: a file a target, beside the runs."""

from pathlib import Path

from perf.model.trial import Outcome, Trials
from perf.store.codec import Place, decode_versioned, encode_pretty, to_model, to_shape
from perf.store.redaction import redact
from perf.store.schema import SCHEMA_VERSION, Strict

_CURE = "Try again with `perfgate targets --try`; the file is not made to be edited."


class TrialShape(Strict, frozen=True):
    """perf.model.trial.Trial."""

    scenario: str
    outcome: Outcome
    reason: str


class TrialsShape(Strict, frozen=True):
    """perf.model.trial.Trials."""

    target: str
    tried_at: str
    source: str
    trials: tuple[TrialShape, ...]


class TrialsFile(Strict, frozen=True):
    """The file."""

    schema_version: int
    trials: TrialsShape


def write_trials(state: Path, trials: Trials) -> None:
    """Keep the trials of a target, in place of those before, without secrets and home paths."""
    path = _file(state, trials.target)
    shape = to_shape(trials, TrialsShape, place=Place(where=str(path), cure=_CURE))
    path.parent.mkdir(parents=True, exist_ok=True)
    text = encode_pretty(TrialsFile(schema_version=SCHEMA_VERSION, trials=shape)).decode()
    path.write_text(redact(text), encoding="utf-8")


def read_trials(state: Path, target: str) -> Trials | None:
    """Return the last trials of a target, None if it was never tried; BaselineError for a damaged file."""
    path = _file(state, target)
    if not path.exists():
        return None
    place = Place(where=str(path), cure=_CURE)
    text = path.read_text(encoding="utf-8", errors="replace")
    return to_model(decode_versioned(text, TrialsFile, place=place).trials, Trials)


def _file(state: Path, target: str) -> Path:
    return state / "tried" / f"{target}.json"
