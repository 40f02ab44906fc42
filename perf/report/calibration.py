"""The calibration table for a terminal, for Markdown and for programs."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from tabulate import tabulate

from perf.model.calibration import Calibration, CreepTally, CreepTrial, Detection, End, Noise
from perf.report.format import duration

CALIBRATION_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How a table is drawn and a title is set."""

    tablefmt: str
    title: Callable[[str], str]


_TERMINAL = _Look(tablefmt="simple", title=lambda text: text)
_MARKDOWN = _Look(tablefmt="github", title=lambda text: f"### {text}")


def render(calibration: Calibration) -> str:
    """The tables for a terminal."""
    return _render(calibration, _TERMINAL)


def render_markdown(calibration: Calibration) -> str:
    """The same tables in Markdown, as docs/reference/calibration.md holds them."""
    return _render(calibration, _MARKDOWN)


def render_json(calibration: Calibration) -> str:
    """The same as data: shares are ratios, effects and changes too, times are ns."""
    tables = {
        name: asdict(part) | {"ends": {end.value: count for end, count in part.ends.items()}}
        for name, part in (("real", calibration.real), ("resampled", calibration.resampled))
    }
    detections = [
        {
            **asdict(each),
            "metric": each.metric.name,
            "rivals": dict(zip(_names(calibration), each.rivals, strict=True)),
        }
        for each in calibration.detections
    ]
    document = {
        "calibration_version": CALIBRATION_VERSION,
        "commit": calibration.book.commit,
        "recorded_at": calibration.book.recorded_at,
        "environment": asdict(calibration.book.environment),
        "looks": calibration.looks,
        "states": {state.value: count for state, count in calibration.states.items()},
        "reasons": dict(calibration.reasons),
        **tables,
        "rivals": [{**asdict(each), "ratio": each.ratio} for each in calibration.rivals],
        "detections": detections,
        "creep": [asdict(each) | {"trial": each.trial.value} for each in calibration.creep],
        "noise": [asdict(each) | {"key": each.key.text} for each in calibration.noise],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _render(calibration: Calibration, look: _Look) -> str:
    sections = [
        _recorded(calibration),
        look.title("Gate runs without a change"),
        _ended(calibration),
        _unchanged(calibration, look),
        look.title("A worsening in one part: red by how many blocks"),
        _detected(calibration, look),
        look.title("The same worsenings, by other rules"),
        _compared(calibration, look),
        look.title("Small losses that add up: the creep guard"),
        _crept(calibration, look),
        look.title("Noise of a block, and a slowdown that was built in"),
        _noise(calibration, look),
    ]
    return "\n\n".join(sections) + "\n"


def _recorded(calibration: Calibration) -> str:
    book, machine = calibration.book, calibration.book.environment
    planted = sum(
        1 for rehearsal in book.rehearsals if rehearsal.planted for block in rehearsal.blocks if block.number
    )
    plain = sum(
        1
        for rehearsal in book.rehearsals
        if not rehearsal.planted
        for block in rehearsal.blocks
        if block.number
    )
    return (
        f"Recorded {book.recorded_at[:10]} at commit {book.commit[:9]}, target {book.target}, "
        f"suite {book.suite}, on {machine.cores} cores of {machine.cpu_model}:\n"
        f"{plain} blocks of the same build twice in {calibration.real.runs} gate runs, "
        f"{planted} blocks of a slower build; {len(book.keys)} numbers gate."
    )


def _ended(calibration: Calibration) -> str:
    """How the whole gate runs ended, and why those that did not pass."""
    ended = ", ".join(f"{count} {state}" for state, count in calibration.states.items())
    why = "; ".join(f"{reason} ({count})" for reason, count in calibration.reasons.items())
    reasons = f" Not passed for: {why}." if why else ""
    return (
        f"The whole real runs, with criteria, contract and controls, ended when they were measured: {ended}."
        f"{reasons}\nTheir comparisons alone, judged today:"
    )


def _unchanged(calibration: Calibration, look: _Look) -> str:
    header = (
        "gate runs",
        "runs",
        "red",
        "green",
        "undecided",
        "cut short",
        "mean blocks",
        "measuring: median",
        "longest",
    )
    rows = [
        (
            name,
            str(tally.runs),
            *(_count(tally.ends.get(end, 0), tally.runs) for end in End),
            f"{tally.mean_blocks:.1f}",
            duration(tally.median_ns) if tally.median_ns else "",
            duration(tally.longest_ns) if tally.longest_ns else "",
        )
        for name, tally in (("real", calibration.real), ("resampled", calibration.resampled))
    ]
    return _table(header, rows, look=look)


def _detected(calibration: Calibration, look: _Look) -> str:
    by_looks = [f"{look_at} blocks" for look_at in calibration.looks]
    header = ("metric", "worse by", *by_looks, "mean blocks", "in all parts")
    rows = [
        (
            _metric(each),
            _effect(each),
            *(_percent(share) for share in each.red_by),
            f"{each.mean_blocks:.1f}",
            _percent(each.everywhere),
        )
        for each in calibration.detections
    ]
    return _table(header, rows, look=look)


def _compared(calibration: Calibration, look: _Look) -> str:
    """A row per rule: its false reds, then what it finds of each change."""
    header = (
        "rule",
        "comparisons",
        "false red",
        *(f"{each.metric.title} {_effect(each)}" for each in calibration.detections),
    )
    ours = (
        "perfgate",
        str(calibration.resampled.runs),
        _percent(calibration.resampled.ratio(End.RED)),
        *(_percent(each.red_by[-1]) for each in calibration.detections),
    )
    rows = [
        (
            rival.name,
            str(rival.judged),
            *(
                _percent(ratio) if rival.judged else why
                for ratio, why in (
                    (rival.ratio, "too few runs"),
                    *((each.rivals[at], "–") for each in calibration.detections),
                )
            ),
        )
        for at, rival in enumerate(calibration.rivals)
    ]
    columns = list(zip(*[header, ours, *rows], strict=True))
    return _table(columns[0], columns[1:], look=look)


def _crept(calibration: Calibration, look: _Look) -> str:
    header = ("what happens", "runs or rows", "red", "warned", "red at change: first", "median", "last")
    rows = [
        (
            _happening(each),
            str(each.runs),
            _count(each.red, each.runs),
            "" if each.trial is CreepTrial.ROW else _count(each.warned, each.runs),
            *(_changes(each)),
        )
        for each in calibration.creep
    ]
    return _table(header, rows, look=look)


def _happening(tally: CreepTally) -> str:
    if tally.trial is not CreepTrial.ROW:
        return tally.trial.value
    return f"{tally.trial} by {tally.share * 100:g} % of the limit"


def _changes(tally: CreepTally) -> tuple[str, str, str]:
    if not tally.changes:
        return "", "", ""
    return str(tally.changes[0]), f"{median(tally.changes):g}", str(tally.changes[-1])


def _noise(calibration: Calibration, look: _Look) -> str:
    header = ("number", "SD unchanged", "SD slower build", "slower by [95 % interval]")
    rows = [
        (
            f"{each.key.scenario}/{each.key.part} {each.key.metric}",
            _percent(each.sd),
            "" if each.planted_sd is None else _percent(each.planted_sd),
            _moved(each),
        )
        for each in calibration.noise
    ]
    return _table(header, rows, look=look)


def _moved(noise: Noise) -> str:
    if noise.planted is None:
        return ""
    change, lower, upper = (_signed(math.expm1(value)) for value in noise.planted)
    return f"{change} % [{lower}, {upper}]"


def _signed(ratio: float) -> str:
    return f"{ratio * 100:+.1f}".replace("-", "−")


def _names(calibration: Calibration) -> list[str]:
    return [rival.name for rival in calibration.rivals]


def _metric(detection: Detection) -> str:
    return f"{detection.metric.title} (1 of {detection.parts})"


def _effect(detection: Detection) -> str:
    return f"+{detection.effect * 100:g} %"


def _count(part: int, whole: int) -> str:
    return f"{part} ({_percent(part / whole)})" if whole else ""


def _percent(ratio: float) -> str:
    return f"{ratio * 100:.1f} %"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], *, look: _Look) -> str:
    align = ["left", *["right"] * (len(header) - 1)]
    return tabulate(rows, headers=header, tablefmt=look.tablefmt, disable_numparse=True, colalign=align)
