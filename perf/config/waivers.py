"""`[[gate.waivers]]`: from tables to what the judge lets pass for a while."""

from perf.config.reading import wrong
from perf.config.schema import Gate, WaiverTable
from perf.model.metric import METRIC_BY_NAME, Key, Metric, is_share
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
    return Miss(worst=_worst(table.worst or "", metric, where=where, path=f"{path}.worst"))


def _worst(text: str, metric: Metric, *, where: str, path: str) -> float:
    worst = quantity(text, metric.unit)
    if worst is None:
        cure = f'Write it as reports show this number, for example "{EXAMPLES[metric.unit]}".'
        if "," in text:
            cure += " Decimals come after a point, as in 1.5; a comma only parts thousands, as in 1,500."
        what = f"{text!r} is no value of {metric.name}"
        raise wrong(what, where=where, path=path, cure=cure)
    if is_share(metric) and worst > 1 and "%" not in text:
        cure = f'Write the percentage, "{text.strip()} %", or a share of one, such as "0.3" for 30 %.'
        raise wrong(f"{text!r} is more than the whole", where=where, path=path, cure=cure)
    return worst
