"""What a run says that it took itself."""

from time import process_time_ns

from perf.load import run
from perf.model.load import ClosedLoop
from tests.load.plans import a_plan, answer
from tests.load.scripted import ScriptedServer


def test_the_engine_tells_its_own_cpu_time(server: ScriptedServer) -> None:
    """Of all that the process used for a busy run, steady state took most; and no more than all."""
    server.serve((answer(),))
    plan = a_plan(server.url, workload=ClosedLoop(connections=8, requests=4_000))
    before_ns = process_time_ns()
    recording = run(plan)
    used_ns = process_time_ns() - before_ns

    assert 0.5 * used_ns <= recording.engine_cpu_ns <= used_ns
