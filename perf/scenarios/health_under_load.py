"""Scenario 19: whether a gateway that has much to do still says that it is well, as its keepers ask it."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Prompt, Scenario
from perf.model.units import ms_to_ns, s_to_ns
from perf.scenarios.topologies import GENERAL, script

_EVERY_NS = ms_to_ns(20)
_TIMEOUT_NS = s_to_ns(1)
"""After so long, unless told otherwise, Kubernetes takes a health check for failed."""

_BUSY = Part(
    name="busy",
    ask=Ask.CHAT,
    keys=100,
    workload=ClosedLoop(connections=64, requests=4_000),
    warmup_requests=64,
    default_script=script(tokens=16),
    health_every_ns=_EVERY_NS,
    saturating=True,
)
_LARGE = Part(
    name="large",
    ask=Ask.CHAT,
    workload=ClosedLoop(connections=8, requests=80),
    warmup_requests=8,
    default_script=script(tokens=16),
    prompts=(Prompt(text_bytes=1_000_000),),
    health_every_ns=_EVERY_NS,
    saturating=True,
)
_IMAGES = Part(
    name="images",
    ask=Ask.CHAT_CONVERTED,
    workload=ClosedLoop(connections=8, requests=1_100),
    warmup_requests=8,
    default_script=script(tokens=16),
    prompts=(*(Prompt(text_bytes=0),) * 109, Prompt(text_bytes=0, image_ns=ms_to_ns(1_500))),
    health_every_ns=_EVERY_NS,
    saturating=True,
)
"""A gateway that converts may fetch an image to send it on; what it does meanwhile is the question."""

HEALTH_UNDER_LOAD = Scenario(
    number="19",
    name="health-under-load",
    title="Health under load",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT}),
    topology=GENERAL,
    parts=(_BUSY, _LARGE, _IMAGES),
    criteria=(
        *(
            criterion
            for part in (_BUSY, _LARGE, _IMAGES)
            for criterion in (
                Criterion(part=part.name, metric=m.HEALTH_MAX, bound=Bound.AT_MOST, target=_TIMEOUT_NS),
                Criterion(part=part.name, metric=m.HEALTH_RATIO, bound=Bound.AT_LEAST, target=1.0),
            )
        ),
        *(
            Criterion(part=part.name, metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999)
            for part in (_BUSY, _LARGE)
        ),
        Criterion(
            part=_IMAGES.name,
            metric=m.SUCCESS_RATIO,
            bound=Bound.AT_LEAST,
            target=0.99,
            note="a gateway may refuse what shows an image of this machine, which is one request of 110",
        ),
        Criterion(part=_IMAGES.name, metric=m.SMALL_E2E_P99, bound=Bound.AT_MOST, target=ms_to_ns(500)),
    ),
)
