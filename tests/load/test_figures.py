"""What a run says that it took itself."""

from time import process_time_ns

from perf.load.engine import carry_out, engine_of
from perf.load.share import WHOLE
from perf.model.load import ClosedLoop
from tests.load.plans import a_plan, answer
from tests.load.scripted import ScriptedServer


def test_the_engine_tells_its_own_cpu_time(server: ScriptedServer) -> None:
    """Of all that its process used for a busy run, steady state took a good part, and no more than all."""
    server.serve((answer(),))
    plan = a_plan(server.url, workload=ClosedLoop(connections=8, requests=4_000))
    engine = engine_of(plan, share=WHOLE, ca_file=None)
    before_ns = process_time_ns()
    carry_out([engine])
    used_ns = process_time_ns() - before_ns

    assert 0.25 * used_ns <= engine.figures().engine_cpu_ns <= used_ns
