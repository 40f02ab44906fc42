"""What prompts and token counts came to: did they arrive as they were, and what do large ones cost others."""

from perf.judge.pool import Pool
from perf.judge.validity import nonce_of
from perf.model.load import Outcome


def usage_ratio(pool: Pool) -> float | None:
    """Answers with the provider's token counts, among those with the right text; None if none are checked."""
    if not pool.slices[0].step.part.checks_usage:
        return None
    wrong = sum(1 for sample in pool.steady if sample.outcome == Outcome.WRONG_USAGE)
    told = pool.intact + wrong
    return pool.intact / told if told else None


def prompt_ratio(pool: Pool) -> float | None:
    """Prompts that arrived upstream as the client wrote them, among the long ones; None if there are none."""
    wanted: dict[str, str] = {}
    for record in pool.slices:
        digests, prefix = record.prompt_digests, record.recording.nonce_prefix
        for sample in record.recording.samples if any(digests) else ():
            if digests[sample.template]:
                wanted[nonce_of(prefix, sample.number)] = digests[sample.template]
    arrived = [arrival for arrival in pool.traffic if arrival.nonce in wanted]
    same = sum(1 for arrival in arrived if arrival.prompt_digest == wanted[arrival.nonce])
    return same / len(arrived) if arrived else None


def small_e2e_ns(pool: Pool) -> tuple[int, ...]:
    """Sorted E2E times of the smallest prompts of a part that sends several sizes; () for any other."""
    prompts = pool.slices[0].step.part.prompts
    sizes = {prompt.text_bytes for prompt in prompts}
    if len(sizes) < 2:
        return ()
    return tuple(
        sorted(
            sample.last_byte_ns - sample.intended_ns
            for sample in pool.good
            if prompts[sample.template % len(prompts)].text_bytes == min(sizes)
        )
    )
