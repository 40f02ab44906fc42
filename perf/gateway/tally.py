"""What a gateway process counts: requests, their durations, and attempts at upstreams."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TypeAlias

from perf.gateway.balance import Outcome

Sample: TypeAlias = tuple[str, float]
"""A line of Prometheus' text format: the name with its labels, and the value."""

_BOUNDS_NS = tuple(
    round(bound_seconds * 1_000_000_000)
    for bound_seconds in (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
)
_NS = 1_000_000_000
CLIENT_GONE = 499
"""The status that a request is counted under when its client left before it was answered."""


class Durations:
    """A histogram of the requests to one endpoint."""

    __slots__ = ("counts", "sum_ns")

    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS_NS) + 1)
        self.sum_ns = 0

    def samples(self, endpoint: str) -> Iterator[Sample]:
        """Give the cumulative buckets, the sum and the count."""
        total = 0
        for bound_ns, count in zip((*_BOUNDS_NS, None), self.counts, strict=True):
            total += count
            bound = "+Inf" if bound_ns is None else f"{bound_ns / _NS:g}"
            yield f'llm_gateway_request_seconds_bucket{{endpoint="{endpoint}",le="{bound}"}}', total
        yield f'llm_gateway_request_seconds_sum{{endpoint="{endpoint}"}}', self.sum_ns / _NS
        yield f'llm_gateway_request_seconds_count{{endpoint="{endpoint}"}}', total


class Attempts:
    """How the attempts at the instances of one provider ended; it outlives a reload."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(Outcome))

    def at(self, instance: str) -> list[int]:
        """Give the counts of an instance, by outcome, to be raised in place."""
        return self._counts[instance]

    def samples(self, provider: str) -> Iterator[Sample]:
        """Give one sample for each instance and outcome."""
        for instance, counts in self._counts.items():
            where = f'provider="{provider}",instance="{escaped(instance)}"'
            for outcome in Outcome:
                yield (
                    f'llm_gateway_attempts_total{{{where},outcome="{outcome.name.lower()}"}}',
                    counts[outcome],
                )


class Tally:
    """The counts of one process."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, int]] = Counter()
        self._durations: dict[str, Durations] = {}
        self._attempts: dict[str, Attempts] = {}
        self.under_way = 0

    def answered(self, endpoint: str, status: int, *, duration_ns: int) -> None:
        """Count a request that has ended; `endpoint` is one of a few words, never the caller's."""
        self._answers[endpoint, status] += 1
        durations = self._durations.get(endpoint)
        if durations is None:
            durations = self._durations[endpoint] = Durations()
        durations.counts[bisect_left(_BOUNDS_NS, duration_ns)] += 1
        durations.sum_ns += duration_ns

    def attempts_at(self, provider: str) -> Attempts:
        """Give the counts of a provider."""
        return self._attempts.setdefault(provider, Attempts())

    def samples(self) -> Iterator[Sample]:
        """Give everything counted so far."""
        for (endpoint, status), count in self._answers.items():
            yield f'llm_gateway_requests_total{{endpoint="{endpoint}",status="{status}"}}', count
        yield "llm_gateway_requests_under_way", self.under_way
        for endpoint, durations in self._durations.items():
            yield from durations.samples(endpoint)
        for provider, attempts in self._attempts.items():
            yield from attempts.samples(provider)


def escaped(label: str) -> str:
    """Give a label's value as Prometheus' text format writes it."""
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
