"""Providers made from a configuration: balancers, pools, probes."""

from collections.abc import Sequence
from random import Random

from perf.gateway.balance import Balancer, Member
from perf.gateway.circuit import CircuitPolicy
from perf.gateway.exchange import Clocks, Provider, Upstream
from perf.gateway.http.client import Deadlines
from perf.gateway.http.message import render
from perf.gateway.http.pool import Pool, parse_origin
from perf.gateway.prober import Prober
from perf.gateway.schema import AnthropicInstance, Config, OpenAIInstance, Resilience
from perf.gateway.sessions import Sessions

_NS = 1_000_000_000
_SESSION_NS = 3600 * _NS
_SESSION_LIMIT = 500_000


class Assembly:
    """The providers that are served, by name, and what must be closed at the end."""

    def __init__(self, config: Config, *, clocks: Clocks, rng: Random) -> None:
        self._resilience = config.resilience
        self._clocks = clocks
        self._rng = rng
        self._pools: list[Pool] = []
        self._probers: list[Prober] = []
        self.providers: dict[str, Provider] = {}
        self._add("openai", config.providers.openai)
        self._add("anthropic", config.providers.anthropic)

    def sweep(self, *, idle_seconds: float) -> None:
        """Close the upstream connections that have been idle for long."""
        for pool in self._pools:
            pool.drop_idle(older_than_seconds=idle_seconds)

    def close(self) -> None:
        """Stop the probes and close every upstream connection."""
        for prober in self._probers:
            prober.close()
        for pool in self._pools:
            pool.close()

    def _add(self, name: str, listed: Sequence[OpenAIInstance | AnthropicInstance]) -> None:
        enabled = [each for each in listed if each.enabled]
        if not enabled:
            return
        upstreams = tuple(self._upstream(each) for each in enabled)
        balancer = Balancer(
            [_member(each, self._resilience) for each in enabled],
            sessions=Sessions(idle_ns=_SESSION_NS, limit=_SESSION_LIMIT),
            rng=self._rng,
        )
        timeout_seconds = self._resilience.probe_timeout_seconds
        prober = Prober(balancer, upstreams, clocks=self._clocks, timeout_seconds=timeout_seconds)
        self._probers.append(prober)
        self.providers[name] = Provider(
            balancer=balancer,
            upstreams=upstreams,
            max_attempts=self._resilience.max_attempts,
            on_open=prober.watch,
            clocks=self._clocks,
        )

    def _upstream(self, instance: OpenAIInstance | AnthropicInstance) -> Upstream:
        total_seconds = instance.deadline_seconds
        first_byte_seconds = self._resilience.first_byte_timeout_seconds or total_seconds
        origin = parse_origin(instance.base_url)
        connect_seconds = min(self._resilience.connect_timeout_seconds, total_seconds)
        pool = Pool(origin, connect_timeout_seconds=connect_seconds)
        self._pools.append(pool)
        key = (instance.api_key or "").encode()
        if isinstance(instance, AnthropicInstance):
            endpoint, access = b"/messages", (b"x-api-key", key)
            version = render([(b"anthropic-version", instance.api_version.encode())])
        else:
            endpoint, access = b"/chat/completions", (b"authorization", b"Bearer " + key)
            version = b""
        common = render([(b"host", origin.authority), access])
        path = origin.path.encode()
        return Upstream(
            name=instance.name,
            pool=pool,
            head=b"POST %b%b HTTP/1.1\r\n%b" % (path, endpoint, common),
            version=version,
            probe=b"GET %b/models HTTP/1.1\r\n%b%bconnection: close\r\n\r\n" % (path, common, version),
            deadlines=Deadlines(first_byte_seconds=first_byte_seconds, total_seconds=total_seconds),
        )


def _member(instance: OpenAIInstance | AnthropicInstance, resilience: Resilience) -> Member:
    """Give what the balancer knows of an instance; its own failure timeout wins over the general backoff."""
    backoff_seconds = instance.failure_timeout_seconds or resilience.initial_backoff_seconds
    policy = CircuitPolicy(
        failure_threshold=resilience.failure_threshold,
        failure_window_ns=round(resilience.failure_window_seconds * _NS),
        success_threshold=resilience.success_threshold,
        initial_backoff_ns=round(backoff_seconds * _NS),
        max_backoff_ns=round(resilience.max_backoff_seconds * _NS),
        probe_interval_ns=round(resilience.probe_interval_seconds * _NS),
        jitter_ratio=resilience.jitter_ratio,
    )
    return Member(name=instance.name, priority=instance.priority, weight=instance.weight, circuit=policy)
