"""Which numbers a committed baseline holds, and how they come from independent runs."""

from collections.abc import Mapping, Sequence

from perf.judge.compare import Series, series_of
from perf.judge.findings import limit_of
from perf.judge.gates import contract_keys, gates_of
from perf.model.baseline import BaselineEntry
from perf.model.metric import Key
from perf.model.policy import Policy
from perf.model.run import Block
from perf.model.scenario import Scenario


def entries_of(
    blocks: Sequence[Block], *, scenarios: Sequence[Scenario], policy: Policy
) -> tuple[BaselineEntry, ...]:
    """An entry for each number of the contract, a value per run, in order of keys."""
    all_series = series_of(blocks)
    gates = gates_of(scenarios, all_series)
    wanted = contract_keys(scenarios, all_series)
    return tuple(
        _entry(key, all_series[key], gating=key in gates, policy=policy)
        for key in sorted(wanted & all_series.keys())
    )


def uneven(entries: Sequence[BaselineEntry], *, runs: int) -> Mapping[Key, int]:
    """The numbers that not every run measured, with how many did."""
    return {
        Key(entry.scenario, entry.part, entry.metric): len(entry.values)
        for entry in entries
        if len(entry.values) != runs
    }


def _entry(key: Key, series: Series, *, gating: bool, policy: Policy) -> BaselineEntry:
    return BaselineEntry(
        scenario=key.scenario,
        part=key.part,
        metric=key.metric,
        unit=series.metric.unit,
        direction=series.metric.direction,
        limit_ratio=limit_of(key, series.metric, policy=policy),
        gating=gating,
        values=series.of(series.subject),
    )
