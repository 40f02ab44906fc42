"""The content of the suites: one file a scenario, listed here."""

from perf.model.scenario import Scenario
from perf.scenarios.baseline_latency import BASELINE_LATENCY
from perf.scenarios.client_aborts import CLIENT_ABORTS
from perf.scenarios.conversion_overhead import CONVERSION_OVERHEAD
from perf.scenarios.drain_rate import DRAIN_RATE
from perf.scenarios.failover import FAILOVER_SCENARIO
from perf.scenarios.large_prompts import LARGE_PROMPTS
from perf.scenarios.rig_latency import RIG_LATENCY
from perf.scenarios.rig_streaming import RIG_STREAMING
from perf.scenarios.sticky_sessions import STICKY_SESSIONS
from perf.scenarios.stream_faults import STREAM_FAULTS
from perf.scenarios.stream_fidelity import STREAM_FIDELITY, STREAM_FIDELITY_1000
from perf.scenarios.streaming_throughput import STREAMING_THROUGHPUT

SCENARIOS: tuple[Scenario, ...] = (
    BASELINE_LATENCY,
    RIG_LATENCY,
    RIG_STREAMING,
    STICKY_SESSIONS,
    CONVERSION_OVERHEAD,
    STREAMING_THROUGHPUT,
    FAILOVER_SCENARIO,
    STREAM_FAULTS,
    CLIENT_ABORTS,
    LARGE_PROMPTS,
    STREAM_FIDELITY,
    STREAM_FIDELITY_1000,
    DRAIN_RATE,
)
_FAST = (
    BASELINE_LATENCY,
    RIG_LATENCY,
    RIG_STREAMING,
    STICKY_SESSIONS,
    CONVERSION_OVERHEAD,
    STREAMING_THROUGHPUT,
    FAILOVER_SCENARIO,
)
_MEDIUM = (*_FAST, STREAM_FAULTS, CLIENT_ABORTS, LARGE_PROMPTS, STREAM_FIDELITY, DRAIN_RATE)
SUITES: dict[str, tuple[Scenario, ...]] = {
    "fast": _FAST,
    "medium": _MEDIUM,
    "long": (*_MEDIUM, STREAM_FIDELITY_1000),
}
"""Suite name -> its scenarios."""
