"""The content of the suites: one file a scenario, listed here."""

from perf.model.scenario import Scenario
from perf.scenarios.baseline_latency import BASELINE_LATENCY
from perf.scenarios.conversion_overhead import CONVERSION_OVERHEAD
from perf.scenarios.failover import FAILOVER_SCENARIO
from perf.scenarios.rig_latency import RIG_LATENCY
from perf.scenarios.rig_streaming import RIG_STREAMING
from perf.scenarios.sticky_sessions import STICKY_SESSIONS
from perf.scenarios.streaming_throughput import STREAMING_THROUGHPUT

SCENARIOS: tuple[Scenario, ...] = (
    BASELINE_LATENCY,
    RIG_LATENCY,
    RIG_STREAMING,
    STICKY_SESSIONS,
    CONVERSION_OVERHEAD,
    STREAMING_THROUGHPUT,
    FAILOVER_SCENARIO,
)
SUITES: dict[str, tuple[Scenario, ...]] = {"fast": SCENARIOS}
"""Suite name -> its scenarios."""
