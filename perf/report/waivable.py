"""Missed criteria that a maintainer may live with for a while: the lines that say so in `perfgate.toml`."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from perf.model.metric import METRIC_BY_NAME, is_share
from perf.model.run import RunHeader
from perf.model.verdict import Basis, Decision, Excuse, Finding
from perf.report.document import Row, Step
from perf.report.format import share, target
from perf.report.phrase import code, plain

_MOST = 4
"""Who misses more than this mends the gateway, or its description, before it is gated."""
_LASTS = timedelta(days=90)
_ROOM = 0.5
"""How much further than measured it may be missed, as a part of the miss."""
_ROUNDING = 0.006
"""Three digits of a number differ from it by less than this, so what is shown still covers the miss."""


def waiver_steps(rows: Sequence[Row], *, header: RunHeader) -> tuple[Step, ...]:
    """How to waive the criteria that were missed, with the lines to paste; nothing where none was."""
    missed = [row.finding for row in rows if _is_missed(row.finding)]
    if not missed:
        return ()
    expires = date.fromisoformat(header.started_at[:10]) + _LASTS
    it = "it" if len(missed) == 1 else "them"
    some = f" ({_MOST} of {len(missed)} here)" if len(missed) > _MOST else ""
    text = (
        *plain(f"mend {it}, or waive {it} for a while{some}: write this into "),
        *code("perfgate.toml"),
        *plain(". Only that file of the base commit counts, so that no change waives its own miss:"),
    )
    lines = "\n\n".join(_lines(finding, expires=expires) for finding in missed[:_MOST])
    return (Step(case=f"If the gateway has always missed {it},", text=text, command="", paste=lines),)


def _is_missed(finding: Finding) -> bool:
    """Whether the gateway itself may be the reason, on this machine for ever; neighbours go away."""
    lasting = finding.decision is Decision.MISSED or finding.excuse is Excuse.RIG
    return finding.basis is Basis.CRITERION and finding.candidate is not None and lasting


def _lines(finding: Finding, *, expires: date) -> str:
    key = finding.key
    named = (
        ("scenario", key.scenario),
        ("part", key.part),
        ("metric", key.metric),
        ("worst", _worst(finding)),
    )
    return "\n".join(
        (
            "[[gate.waivers]]",
            *(f"{name} = {json.dumps(word, ensure_ascii=False)}" for name, word in named),
            f"expires = {expires.isoformat()}",
            'reason = "why it is so, and where it is being mended"',
        )
    )


def _worst(finding: Finding) -> str:
    """Half as far again as it was missed, or at least the noise of its metric, as reports show it.

    A share is written in percent in any case.
    """
    metric = METRIC_BY_NAME[finding.key.metric]
    value, demanded = finding.candidate or 0.0, finding.limit or 0.0
    noise = metric.limit_ratio * abs(value)
    room = max(_ROOM * abs(value - demanded), noise, _ROUNDING * abs(value))
    worst = value + room if value > demanded else value - min(room, abs(value) / 2)
    return share(worst) if is_share(metric) else target(replace(finding, limit=worst))
