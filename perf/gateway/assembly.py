"""Providers made from a configuration: balancers, pools, probes; and what one leaves to its successor."""

from collections.abc import Iterator, Sequence
from random import Random

from perf.gateway.balance import Balancer, Member
from perf.gateway.circuit import CircuitPolicy, Phase
from perf.gateway.exchange import Clocks, Provider, Upstream
from perf.gateway.failures import Patience
from perf.gateway.http.client import Deadlines
from perf.gateway.http.message import render
from perf.gateway.http.pool import Pool, parse_origin
from perf.gateway.prober import Prober
from perf.gateway.schema import AnthropicInstance, Config, OpenAIInstance, Resilience
from perf.gateway.sessions import Sessions
from perf.gateway.tally import Sample, Tally, escaped

_NS = 1_000_000_000


class Assembly:
    """The providers that are served, by name, and what must be closed at the end."""

    def __init__(self, config: Config, *, clocks: Clocks, rng: Random, tally: Tally) -> None:
        self._resilience = config.resilience
        self._limits = config.limits
        self._clocks = clocks
        self._rng = rng
        self._tally = tally
        self._probers: dict[str, Prober] = {}
        self.providers: dict[str, Provider] = {}
        self._add("openai", config.providers.openai)
        self._add("anthropic", config.providers.anthropic)

    def inherit(self, former: "Assembly") -> None:
        """Take over the sessions, and the health of the instances that are still at the same place."""
        for name in self.providers.keys() & former.providers.keys():
            ours, theirs = self.providers[name], former.providers[name]
            places = {
                there: here
                for there, leaving in enumerate(theirs.upstreams)
                for here, staying in enumerate(ours.upstreams)
                if leaving.name == staying.name
            }
            same = {
                here
                for there, here in places.items()
                if theirs.upstreams[there].pool.origin == ours.upstreams[here].pool.origin
            }
            ours.balancer.adopt(theirs.balancer, places=places, same=same)
            for here in same:
                if ours.balancer.phase(here) is not Phase.CLOSED:
                    self._probers[name].watch(here)

    def samples(self) -> Iterator[Sample]:
        """Give what can be seen of the providers now."""
        for name, provider in self.providers.items():
            yield f'llm_gateway_sessions{{provider="{name}"}}', len(provider.balancer.sessions)
            for index, upstream in enumerate(provider.upstreams):
                where = f'provider="{name}",instance="{escaped(upstream.name)}"'
                yield f"llm_gateway_upstream_connections{{{where}}}", len(upstream.pool)
                now = provider.balancer.phase(index)
                for phase in Phase:
                    yield f'llm_gateway_circuits{{{where},phase="{phase.name.lower()}"}}', float(phase is now)

    def sweep(self, *, idle_seconds: float) -> None:
        """Close the upstream connections that have been idle for long."""
        for pool in self._pools():
            pool.drop_idle(older_than_seconds=idle_seconds)

    def retire(self) -> None:
        """Stop the probes; close every upstream connection once its exchange has ended."""
        for prober in self._probers.values():
            prober.close()
        for pool in self._pools():
            pool.retire()

    def close(self) -> None:
        """Stop the probes and close every upstream connection."""
        self.retire()
        for pool in self._pools():
            pool.close()

    def _pools(self) -> Iterator[Pool]:
        return (each.pool for provider in self.providers.values() for each in provider.upstreams)

    def _add(self, name: str, listed: Sequence[OpenAIInstance | AnthropicInstance]) -> None:
        enabled = [each for each in listed if each.enabled]
        if not enabled:
            return
        attempts = self._tally.attempts_at(name)
        upstreams = tuple(
            _upstream(each, self._resilience, attempts=attempts.at(each.name)) for each in enabled
        )
        idle_ns = round(self._limits.session_idle_seconds * _NS)
        balancer = Balancer(
            [_member(each, self._resilience) for each in enabled],
            sessions=Sessions(idle_ns=idle_ns, limit=self._limits.max_sessions),
            rng=self._rng,
        )
        timeout_seconds = self._resilience.probe_timeout_seconds
        prober = Prober(balancer, upstreams, clocks=self._clocks, timeout_seconds=timeout_seconds)
        self._probers[name] = prober
        self.providers[name] = Provider(
            balancer=balancer,
            upstreams=upstreams,
            patience=_patience(self._resilience),
            max_attempts=self._resilience.max_attempts,
            max_answer_bytes=self._limits.max_answer_bytes,
            on_open=prober.watch,
            clocks=self._clocks,
        )


def _patience(resilience: Resilience) -> Patience:
    return Patience(
        retry_after_limit_seconds=resilience.retry_after_limit_seconds,
        rate_limit_rest_seconds=resilience.rate_limit_rest_seconds,
        wait_limit_seconds=resilience.wait_limit_seconds,
    )


def _upstream(
    instance: OpenAIInstance | AnthropicInstance, resilience: Resilience, *, attempts: list[int]
) -> Upstream:
    total_seconds = instance.deadline_seconds
    first_byte_seconds = resilience.first_byte_timeout_seconds or total_seconds
    origin = parse_origin(instance.base_url)
    connect_seconds = min(resilience.connect_timeout_seconds, total_seconds)
    key = (instance.api_key or "").encode()
    if isinstance(instance, AnthropicInstance):
        access = (b"x-api-key", key)
        version = render([(b"anthropic-version", instance.api_version.encode())])
    else:
        access = (b"authorization", b"Bearer " + key)
        version = b""
    common = render([(b"host", origin.authority), access])
    path = origin.path.encode()
    return Upstream(
        name=instance.name,
        pool=Pool(origin, connect_timeout_seconds=connect_seconds),
        method=b"POST " + path,
        fields=b" HTTP/1.1\r\n" + common,
        version=version,
        probe=b"GET %b/models HTTP/1.1\r\n%b%bconnection: close\r\n\r\n" % (path, common, version),
        deadlines=Deadlines(first_byte_seconds=first_byte_seconds, total_seconds=total_seconds),
        attempts=attempts,
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
