"""Scenario 11: large prompts and long conversations, and small requests beside them."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Prompt, Scenario
from perf.model.units import ms_to_ns
from perf.scenarios.topologies import GENERAL, script

_KB, _MB = 1_000, 1_000_000


def _part(
    name: str,
    *prompts: Prompt,
    requests: int,
    connections: int = 1,
    ask: Ask = Ask.CHAT,
    needs: frozenset[Capability] = frozenset(),
) -> Part:
    return Part(
        name=name,
        ask=ask,
        workload=ClosedLoop(connections=connections, requests=requests),
        warmup_requests=connections,
        default_script=script(tokens=16),
        prompts=prompts,
        needs=needs,
    )


_SMALL = _part("1kb", Prompt(text_bytes=_KB), requests=200)
_LARGE = _part("100kb", Prompt(text_bytes=100 * _KB), requests=60)
_HUGE = _part("1mb", Prompt(text_bytes=_MB), requests=20)
_CONVERSATION = _part("conversation", Prompt(text_bytes=100 * _KB, turns=200), requests=60)
_CONVERTED = _part(
    "converted",
    Prompt(text_bytes=100 * _KB, turns=200),
    requests=60,
    ask=Ask.CHAT_CONVERTED,
    needs=frozenset({Capability.OPENAI_TO_ANTHROPIC}),
)
_MESSAGES = _part(
    "messages",
    Prompt(text_bytes=100 * _KB, turns=200),
    requests=60,
    ask=Ask.MESSAGES,
    needs=frozenset({Capability.ANTHROPIC_MESSAGES}),
)
_BESIDE = _part(
    "beside", *(Prompt(text_bytes=0),) * 49, Prompt(text_bytes=3 * _MB), requests=1_100, connections=2
)
"""Two clients: more would send large ones at once, and what the rig needs for them would add up."""

_PARTS = (_SMALL, _LARGE, _HUGE, _CONVERSATION, _CONVERTED, _MESSAGES, _BESIDE)

LARGE_PROMPTS = Scenario(
    number="11",
    name="large-prompts",
    title="Large prompts and long conversations",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT}),
    topology=GENERAL,
    parts=_PARTS,
    criteria=(
        *(
            Criterion(part=part.name, metric=m.PROMPT_RATIO, bound=Bound.AT_LEAST, target=1.0)
            for part in _PARTS[1:]
        ),
        *(
            Criterion(
                part=part.name,
                metric=m.OVERHEAD_P50,
                bound=Bound.AT_MOST,
                target=ms_to_ns(target_ms),
                minus_part="1kb",
            )
            for part, target_ms in (
                (_LARGE, 10),
                (_HUGE, 100),
                (_CONVERSATION, 10),
                (_CONVERTED, 20),
                (_MESSAGES, 10),
            )
        ),
        Criterion(part="beside", metric=m.SMALL_E2E_P99, bound=Bound.AT_MOST, target=ms_to_ns(100)),
        *(
            Criterion(part=part.name, metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999)
            for part in _PARTS
        ),
    ),
)
