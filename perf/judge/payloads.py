"""What prompts, models and token counts came to: whether they arrived as asked, and what large ones cost."""

from collections.abc import Callable

from perf.judge.pool import Pool
from perf.judge.validity import nonce_of
from perf.model.load import Outcome
from perf.model.scenario import Prompt
from perf.model.slices import SliceRecord
from perf.model.upstream import Arrival


def usage_ratio(pool: Pool) -> float | None:
    """Answers with the provider's token counts, among those with the right text; None if none are checked."""
    if not pool.slices[0].step.part.checks_usage:
        return None
    wrong = sum(1 for sample in pool.steady if sample.outcome == Outcome.WRONG_USAGE)
    told = pool.intact + wrong
    return pool.intact / told if told else None


def prompt_ratio(pool: Pool) -> float | None:
    """Prompts that arrived upstream as the client wrote them, among the long ones; None if there are none."""
    return _as_asked(
        pool, wanted=lambda record: record.prompt_digests, seen=lambda arrival: arrival.prompt_digest
    )


def model_ratio(pool: Pool) -> float | None:
    """Requests that arrived upstream for the model that they asked for; None where it is not looked at."""
    return _as_asked(pool, wanted=lambda record: record.models, seen=lambda arrival: arrival.model)


def _as_asked(
    pool: Pool, *, wanted: Callable[[SliceRecord], tuple[str, ...]], seen: Callable[[Arrival], str]
) -> float | None:
    """The share of the arrivals that show what their template demands, if it demands something."""
    demanded: dict[str, str] = {}
    for record in pool.slices:
        each, prefix = wanted(record), record.recording.nonce_prefix
        for sample in record.recording.samples if any(each) else ():
            if each[sample.template]:
                demanded[nonce_of(prefix, sample.number)] = each[sample.template]
    arrived = [arrival for arrival in pool.traffic if arrival.nonce in demanded]
    same = sum(1 for arrival in arrived if seen(arrival) == demanded[arrival.nonce])
    return same / len(arrived) if arrived else None


def small_e2e_ns(pool: Pool) -> tuple[int, ...]:
    """Sorted E2E times of the smallest prompts of a part that sends several sizes; () for any other.

    One with an image is larger than any without.
    """
    prompts = pool.slices[0].step.part.prompts
    sizes = [_size(prompt) for prompt in prompts]
    if len(set(sizes)) < 2:
        return ()
    smallest = min(sizes)
    return tuple(
        sorted(
            sample.last_byte_ns - sample.intended_ns
            for sample in pool.good
            if sizes[sample.template % len(sizes)] == smallest
        )
    )


def _size(prompt: Prompt) -> tuple[int, int]:
    return prompt.image_ns, prompt.text_bytes
