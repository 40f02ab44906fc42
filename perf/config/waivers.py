"""`[[gate.waivers]]`: from tables to what the judge lets pass for a while."""

from perf.config.reading import wrong
from perf.config.schema import Gate, WaiverTable
from perf.model.metric import METRIC_BY_NAME, Key
from perf.model.policy import Loss, Miss, Waiver
from perf.model.quantity import EXAMPLES, quantity


def waivers_of(gate: Gate, *, where: str) -> tuple[Waiver, ...]:
    """The waivers in their order; ConfigError for one without a metric or a ceiling, or that comes twice."""
    waivers: list[Waiver] = []
    for number, table in enumerate(gate.waivers):
        path = f"gate.waivers[{number}]"
        waiver = Waiver(
            key=Key(table.scenario, table.part, table.metric),
            allows=_allowed(table, where=where, path=path),
            expires=table.expires.isoformat(),
            reason=table.reason,
        )
        if any(_same(waiver, other) for other in waivers):
            what = f"{waiver.key.text} is waived twice"
            raise wrong(what, where=where, path=path, cure="Remove one of them.")
        waivers.append(waiver)
    return tuple(waivers)


def _same(waiver: Waiver, other: Waiver) -> bool:
    return waiver.key == other.key and type(waiver.allows) is type(other.allows)


def _allowed(table: WaiverTable, *, where: str, path: str) -> Loss | Miss:
    metric = METRIC_BY_NAME.get(table.metric)
    if metric is None:
        cure = f"Metrics: {', '.join(METRIC_BY_NAME)}."
        raise wrong(f"no metric is called {table.metric!r}", where=where, path=path, cure=cure)
    if (table.ceiling is None) is (table.worst is None):
        what = "a waiver has either `ceiling` or `worst`"
        cure = (
            "Give `ceiling = 0.08` to let a compared number lose 8 %, "
            f'or `worst = "{EXAMPLES[metric.unit]}"` to let a criterion be missed as far as that.'
        )
        raise wrong(what, where=where, path=path, cure=cure)
    if table.ceiling is not None:
        return Loss(ceiling_ratio=table.ceiling)
    worst = quantity(table.worst or "", metric.unit)
    if worst is None:
        cure = f'Write it as reports show this number, for example "{EXAMPLES[metric.unit]}".'
        what = f"{table.worst!r} is no value of {table.metric}"
        raise wrong(what, where=where, path=f"{path}.worst", cure=cure)
    return Miss(worst=worst)
