"""The content of the suites: one file a scenario, listed here."""

from perf.model.scenario import Scenario
from perf.scenarios.baseline_latency import BASELINE_LATENCY
from perf.scenarios.black_hole import BLACK_HOLE
from perf.scenarios.client_aborts import CLIENT_ABORTS, CLIENT_ABORTS_SHORT
from perf.scenarios.cold_start import COLD_START
from perf.scenarios.concurrent_throughput import CONCURRENT_THROUGHPUT
from perf.scenarios.config_scale import CONFIG_SCALE
from perf.scenarios.conversion_overhead import CONVERSION_OVERHEAD
from perf.scenarios.drain_rate import DRAIN_RATE
from perf.scenarios.failover import FAILOVER_BY_DEFAULT, FAILOVER_SCENARIO
from perf.scenarios.health_under_load import HEALTH_UNDER_LOAD
from perf.scenarios.instructions import INSTRUCTIONS
from perf.scenarios.key_cardinality import KEY_CARDINALITY, KEY_CARDINALITY_LARGE
from perf.scenarios.large_prompts import LARGE_PROMPTS
from perf.scenarios.memory_leak import MEMORY_LEAK, MEMORY_LEAK_LONG
from perf.scenarios.overload import OVERLOAD
from perf.scenarios.rig_latency import RIG_LATENCY
from perf.scenarios.rig_streaming import RIG_STREAMING
from perf.scenarios.slow_sink import SLOW_SINK
from perf.scenarios.sticky_sessions import STICKY_FAILOVER, STICKY_SESSIONS, STICKY_SESSIONS_LARGE
from perf.scenarios.stream_faults import STREAM_FAULTS, STREAM_FAULTS_SHORT
from perf.scenarios.stream_fidelity import STREAM_FIDELITY, STREAM_FIDELITY_1000
from perf.scenarios.streaming_throughput import STREAMING_THROUGHPUT, STREAMING_THROUGHPUT_LARGE
from perf.scenarios.upstream_http2 import UPSTREAM_HTTP2
from perf.scenarios.weighted_balancing import WEIGHTED_BALANCING, WEIGHTED_BALANCING_LARGE

_FAST: tuple[Scenario, ...] = (
    BASELINE_LATENCY,
    RIG_LATENCY,
    RIG_STREAMING,
    STICKY_SESSIONS,
    WEIGHTED_BALANCING,
    CONVERSION_OVERHEAD,
    STREAMING_THROUGHPUT,
    FAILOVER_SCENARIO,
    STREAM_FAULTS_SHORT,
    CLIENT_ABORTS_SHORT,
    COLD_START,
    INSTRUCTIONS,
)
_MEDIUM: tuple[Scenario, ...] = (
    *(scenario for scenario in _FAST if scenario not in (STREAM_FAULTS_SHORT, CLIENT_ABORTS_SHORT)),
    STICKY_FAILOVER,
    MEMORY_LEAK,
    STREAM_FAULTS,
    CLIENT_ABORTS,
    LARGE_PROMPTS,
    OVERLOAD,
    STREAM_FIDELITY,
    KEY_CARDINALITY,
    DRAIN_RATE,
    BLACK_HOLE,
    HEALTH_UNDER_LOAD,
    CONFIG_SCALE,
    SLOW_SINK,
    UPSTREAM_HTTP2,
)
_LONG: tuple[Scenario, ...] = (
    RIG_LATENCY,
    CONCURRENT_THROUGHPUT,
    STICKY_SESSIONS_LARGE,
    WEIGHTED_BALANCING_LARGE,
    STREAMING_THROUGHPUT_LARGE,
    FAILOVER_BY_DEFAULT,
    MEMORY_LEAK_LONG,
    STREAM_FIDELITY_1000,
    KEY_CARDINALITY_LARGE,
)
SUITES: dict[str, tuple[Scenario, ...]] = {"fast": _FAST, "medium": _MEDIUM, "long": _LONG}
"""Suite name -> its scenarios: what each pull request waits for; that and more; up to an hour.

Medium has the long forms of what fast has in short ones, and all else of it; long shares only the rig.
"""
SCENARIOS: tuple[Scenario, ...] = tuple(dict.fromkeys((*_FAST, *_MEDIUM, *_LONG)))
"""Each scenario once."""
