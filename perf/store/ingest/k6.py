"""The end-of-test summary of k6 as JSON: `--summary-export`, or `handleSummary` with its data as JSON.

The first has the statistics of a metric in the metric itself, the second in its `values`.
"""

from pathlib import Path

import msgspec

from perf.errors import BaselineError
from perf.model.ingest import ToolRun
from perf.model.metric import E2E_P50, E2E_P95, QPS
from perf.model.units import ms_to_ns
from perf.store.ingest.reading import decoded, require_times

_CURE = "Give the file that `k6 run --summary-export=FILE` wrote, of a test that sends HTTP requests."
_PART = "http"
_MAX_FAILED_RATIO = 0.01
_NEEDED_FOR_P95 = 200

_Metric = dict[str, object]


class _Summary(msgspec.Struct):
    metrics: dict[str, _Metric]


def read(path: Path) -> ToolRun:
    """One value a run: the median and p95 of http_req_duration, and the rate of http_reqs.

    A run of which more than 1 % of the requests failed proves nothing: failing is fast.
    """
    metrics = decoded(path, _Summary, cure=_CURE).metrics
    count = _number(metrics, "http_reqs", "count", path=path)
    failed = _number(metrics, "http_req_failed", "rate", "value", path=path)
    values = {
        E2E_P50: float(ms_to_ns(_number(metrics, "http_req_duration", "med", path=path))),
        QPS: _number(metrics, "http_reqs", "rate", path=path),
    }
    if count >= _NEEDED_FOR_P95:
        values[E2E_P95] = float(ms_to_ns(_number(metrics, "http_req_duration", "p(95)", path=path)))
    return ToolRun(
        samples={
            (_PART, metric.name): require_times([value], name=metric.name, path=path, cure=_CURE)
            for metric, value in values.items()
        },
        problems=(f"{failed:.1%} of the requests failed",) if failed > _MAX_FAILED_RATIO else (),
        fresh_samples=False,
    )


def _number(metrics: dict[str, _Metric], name: str, *statistics: str, path: Path) -> float:
    """The first of these statistics that a metric has."""
    metric = metrics.get(name, {})
    nested = metric.get("values")
    where = nested if isinstance(nested, dict) else metric
    for statistic in statistics:
        value = where.get(statistic)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    raise BaselineError(f"has no {statistics[0]} of {name}", where=str(path), cure=_CURE)
