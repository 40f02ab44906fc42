"""Where a criterion cannot be told from what was measured: the gateway was not put to the test."""

from collections.abc import Mapping

from perf.judge.compare import Series
from perf.judge.demands import centre_of, holds, subject_of
from perf.model import metric as m
from perf.model.metric import Key, Metric
from perf.model.run import Arm
from perf.model.scenario import Criterion, Scenario

OF_PROCESSES = frozenset(
    {
        m.CPU_PER_REQUEST,
        m.CPU_PER_DELTA,
        m.MACHINE_CPU,
        m.RSS_GROWTH,
        m.FD_GROWTH,
        m.SOCKET_GROWTH,
        m.MEMORY_PER_KEY,
        m.MEMORY_PER_KNOWN_KEY,
        m.MEMORY_PER_CHUNK,
        m.READY_TIME,
        m.FIRST_ANSWER_TIME,
        m.IDLE_CPU,
    }
)
"""What can be told only of a gateway that perfgate itself has started."""
_STRAY = 0.02
"""Up to this share of the requests before a loss may reach other instances by chance."""


def unknown(scenario: Scenario, criterion: Criterion, *, all_series: Mapping[Key, Series]) -> str:
    """Why a number that is missing cannot be known here; "" where it ought to be there."""
    measured = Key(scenario.name, criterion.part, m.SUCCESS_RATIO.name) in all_series
    process = Key(scenario.name, criterion.part, m.RSS.name) in all_series
    if criterion.metric in OF_PROCESSES and measured and not process:
        return "nothing is known of the processes of a gateway that was up before"
    counted = Key(scenario.name, criterion.part, m.REFUSED_CONNECTS.name) in all_series
    if criterion.metric is m.REFUSED_CONNECTS and measured and not counted:
        return "this machine does not count the connects that are refused, under Tcp in /proc/net/snmp"
    return ""


def moot(
    scenario: Scenario,
    criterion: Criterion,
    *,
    value: float,
    requests: int,
    all_series: Mapping[Key, Series],
) -> str:
    """Why this value says nothing of the gateway; "" where it does."""
    why = _unheld(scenario, criterion, requests=requests, all_series=all_series)
    why = why or _unlisted(scenario, criterion, all_series=all_series)
    if why or not holds(criterion, value):
        return why
    return _out_of_reach(scenario, criterion, all_series=all_series) or _found_by_chance(
        scenario, criterion, all_series=all_series
    )


def _unheld(
    scenario: Scenario, criterion: Criterion, *, requests: int, all_series: Mapping[Key, Series]
) -> str:
    """Why a slow reader of the log says nothing of the gateway; "" if it held the log up, or was not slow.

    Whether its requests succeed can be told all the same.
    """
    if criterion.metric is m.SUCCESS_RATIO:
        return ""
    part = next(each for each in scenario.parts if each.name == criterion.part)
    if not part.log_bytes_per_second:
        return ""
    ratio = _beside(scenario, criterion, metric=m.LOG_OVER_SINK, all_series=all_series)
    if ratio is None:
        return "nothing is known of the log of a gateway that was up before"
    if ratio >= 1:
        return ""
    per_request = _beside(scenario, criterion, metric=m.LOG_BYTES_PER_REQUEST, all_series=all_series)
    return (
        f"the gateway wrote {round((per_request or 0) * requests)} bytes for {requests} requests, "
        "less than even its slow reader had room for"
    )


def _unlisted(scenario: Scenario, criterion: Criterion, *, all_series: Mapping[Key, Series]) -> str:
    """Why a part that asks for the list of models says nothing; "" where there is one, or was in the base.

    Whether its requests succeed can be told all the same, and that there is no list where one is claimed.
    """
    if criterion.metric in {m.SUCCESS_RATIO, m.MODELS_RATIO}:
        return ""
    series = all_series.get(Key(scenario.name, criterion.part, m.MODELS_RATIO.name))
    if series is None or series.centre(Arm.CANDIDATE) != 0 or series.centre(Arm.BASELINE):
        return ""
    return (
        "GET /v1/models never gave a list of the gateway's own, with a model or an instance that it is "
        "configured with: a target without one does not claim model-list"
    )


def _out_of_reach(scenario: Scenario, criterion: Criterion, *, all_series: Mapping[Key, Series]) -> str:
    """Why a gateway could not have used too much of the machine; "" where its cores are enough for that."""
    if criterion.metric is not m.MACHINE_CPU:
        return ""
    reach = _beside(scenario, criterion, metric=m.SUT_CORES, all_series=all_series)
    if reach is None or reach > criterion.target:
        return ""
    return (
        f"the gateway is pinned to {reach:.0%} of the cores, so it could not have used more: "
        "measure on a machine with more cores"
    )


def _found_by_chance(scenario: Scenario, criterion: Criterion, *, all_series: Mapping[Key, Series]) -> str:
    """Why a request at another instance is no detection; "" where others had next to none before the loss."""
    if criterion.metric is not m.DETECT_TIME:
        return ""
    others = _beside(scenario, criterion, metric=m.ELSEWHERE_BEFORE, all_series=all_series)
    if others is None or others <= _STRAY:
        return ""
    return (
        f"other instances had {others:.0%} of the requests before the loss too, so that the next one there "
        "shows nothing: this gateway does not keep to priorities"
    )


def _beside(
    scenario: Scenario, criterion: Criterion, *, metric: Metric, all_series: Mapping[Key, Series]
) -> float | None:
    """Another number of the same part and of the same gateway; None if it was not measured."""
    key, arm = subject_of(scenario, criterion)
    return centre_of(key._replace(metric=metric.name), all_series=all_series, arm=arm)
