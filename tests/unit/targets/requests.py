"""Launches to render configurations for."""

from hypothesis import strategies as st

from perf.model.scenario import Provider, Topology
from perf.model.target import ConfigRequest, Endpoint
from perf.model.units import NS_PER_MS

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


def an_endpoint(
    number: int = 0, *, provider: Provider = Provider.OPENAI, priority: int = 1, weight: int = 100
) -> Endpoint:
    """An instance on a port of its own."""
    return Endpoint(
        name=f"{provider}-{number}",
        provider=provider,
        base_url=f"http://127.0.0.1:{19_000 + number}",
        priority=priority,
        weight=weight,
    )


def a_request(
    *endpoints: Endpoint,
    keys: tuple[str, ...] = ("test-key-0000", "test-key-0001"),
    recovery_ns: int = 0,
    upstream_key: str = "upstream-key",
    routes: int = 0,
) -> ConfigRequest:
    """A launch on 127.0.0.1:8080 with these instances."""
    topology = Topology(
        name="a-topology", instances=(), keys=len(keys), recovery_ns=recovery_ns, routes=routes
    )
    return ConfigRequest(
        topology=topology,
        endpoints=endpoints,
        host="127.0.0.1",
        port=8080,
        client_keys=keys,
        upstream_key=upstream_key,
        log_level="warn",
    )


ENDPOINTS = st.lists(
    st.builds(
        Endpoint,
        name=NAMES,
        provider=st.sampled_from(Provider),
        base_url=st.integers(1024, 65_535).map(lambda port: f"http://127.0.0.1:{port}"),
        priority=st.integers(1, 9),
        weight=st.integers(0, 1000),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda endpoint: endpoint.name,
)
REQUESTS = st.builds(
    lambda endpoints, keys, **more: a_request(*endpoints, keys=tuple(keys), **more),
    endpoints=ENDPOINTS,
    keys=st.lists(NAMES, min_size=1, max_size=5, unique=True),
    recovery_ns=st.integers(0, 10_000).map(lambda value_ms: value_ms * NS_PER_MS),
    upstream_key=NAMES,
    routes=st.integers(0, 4),
)
