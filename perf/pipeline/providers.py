"""The mock providers that a choice of scenarios needs, started together in one process."""

from collections.abc import Iterable

from perf.model.scenario import Scenario
from perf.upstream.process import UpstreamProcess


def serve_providers(scenarios: Iterable[Scenario], *, cpus: frozenset[int] | None) -> UpstreamProcess:
    """Serve an instance for each that a topology of these scenarios names, as it is to be reached."""
    instances = {
        each.name: each
        for scenario in scenarios
        for topology in scenario.topologies
        for each in topology.instances
    }
    tls = {each.name: each.tls for each in instances.values() if each.tls}
    return UpstreamProcess.start(sorted(instances), cpus=cpus, tls=tls)
