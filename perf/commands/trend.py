"""`perfgate trend`: how the committed levels moved, from the history of the baseline file."""

import sys
from collections.abc import Iterator, Mapping

from perf.commands.ordering import Choices, baseline_file, recording_order
from perf.errors import BaselineError, Exit
from perf.judge.trend import trends
from perf.model.baseline import Baseline
from perf.model.trend import Trend
from perf.pipeline.order import Order
from perf.report.trend import render_trend, render_trend_markdown
from perf.store.baselines import read_baseline_text
from perf.sut.source import versions

AT_MOST = 50
"""Versions of the file that are looked at."""


def trend(choices: Choices, *, shape: str, env: Mapping[str, str]) -> Exit:
    """Show the trend of the gating numbers; BaselineError where no version of the file can be read."""
    order = recording_order(choices, env=env)
    found = tuple(_history(order))
    if not found:
        raise BaselineError(
            "no commit holds a baseline that can be read",
            where=str(baseline_file(order)),
            cure="Record one with `perfgate baseline` and commit it; fetch the whole history.",
        )
    render = render_trend_markdown if shape == "markdown" else render_trend
    sys.stdout.write(render(trends(found)))
    return Exit.PASS


def trend_of(order: Order) -> tuple[Trend, ...]:
    """The trend of an order's baseline; empty where there is no history."""
    return trends(tuple(_history(order)))


def _history(order: Order) -> Iterator[Baseline]:
    """The versions that can be read, oldest first; those of another format are left out."""
    path = baseline_file(order).relative_to(order.repo).as_posix()
    for commit, text in versions(order.repo, path, at_most=AT_MOST):
        try:
            yield read_baseline_text(text, where=f"{commit[:9]}:{path}")
        except BaselineError:
            continue
