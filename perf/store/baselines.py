"""Committed baselines: reading and writing baselines/<target>/<suite>.json."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from perf.errors import BaselineError
from perf.model.baseline import Baseline, BaselineEntry, MachineRecord
from perf.store.codec import Place, decode_versioned, encode_pretty, to_model, to_shape
from perf.store.schema import BASELINE_VERSION, BaselineShape

SIGNIFICANT_DIGITS = 6
"""Of stored values: far below any noise, and a re-measured file differs only where numbers do."""
_CURE = "Write it anew with `perfgate baseline`; the file is not made to be edited by hand."


def read_baseline(path: Path) -> Baseline:
    """Read a baseline file; BaselineError names the field that is wrong."""
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise BaselineError(
            "no such file", where=str(path), cure="Measure one with `perfgate baseline` and commit it."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BaselineError(f"cannot be read: {error}", where=str(path), cure=_CURE) from error
    return read_baseline_text(text, where=str(path))


def read_baseline_text(text: str, *, where: str) -> Baseline:
    """Read a baseline from its text, as `git show` gives it; `where` is for the error."""
    place = Place(where=where, cure=_CURE)
    shape = decode_versioned(text, BaselineShape, place=place, ours=BASELINE_VERSION)
    if not shape.release:
        raise BaselineError("recorded from a debug build, which is no baseline", where=where, cure=_CURE)
    kinds = [(each.environment.cpu_model, str(each.environment.cores)) for each in shape.machines]
    _refuse_twins(kinds, where=where)
    for machine in shape.machines:
        _refuse_twins([(entry.scenario, entry.part, entry.metric) for entry in machine.entries], where=where)
    return to_model(shape, Baseline)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline with its entries in the order of their keys and 6 significant digits a value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(baseline_bytes(baseline, where=str(path)))


def baseline_bytes(baseline: Baseline, *, where: str) -> bytes:
    """The content of the file; equal baselines give equal bytes."""
    tidy = replace(baseline, machines=tuple(_tidy(machine) for machine in baseline.machines))
    content = encode_pretty(to_shape(tidy, BaselineShape, place=Place(where=where, cure=_CURE)))
    read_baseline_text(content.decode("utf-8"), where=where)
    return content


def baseline_json_schema() -> bytes:
    """The JSON Schema of baseline files, as published at baselines/schema.json."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A committed baseline of perfgate",
        **msgspec.json.schema(BaselineShape),
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def _refuse_twins(keys: Sequence[tuple[str, ...]], *, where: str) -> None:
    key, times = Counter(keys).most_common(1)[0] if keys else ((), 0)
    if times > 1:
        raise BaselineError(f"{'/'.join(key)} stands there twice", where=where, cure=_CURE)


def _tidy(machine: MachineRecord) -> MachineRecord:
    entries = sorted(machine.entries, key=lambda entry: (entry.scenario, entry.part, entry.metric))
    return replace(machine, entries=tuple(_rounded(entry) for entry in entries))


def _rounded(entry: BaselineEntry) -> BaselineEntry:
    values = tuple(_digits(value) for value in entry.values)
    return replace(entry, values=values, best=_digits(entry.best))


def _digits(value: float) -> float:
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
