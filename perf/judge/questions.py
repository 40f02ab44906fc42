"""What a gateway answered under load to those who run it: whether it is well, and which models it has."""

from perf.judge.pool import Pool
from perf.model.slices import SliceRecord


def health_max_ns(pool: Pool) -> float | None:
    """The longest that a health check took; one that was given up counts as long as it was waited for."""
    checks = [check for record in pool.slices for check in record.health]
    return max((float(check.ended_ns - check.asked_ns) for check in checks), default=None)


def health_ratio(pool: Pool) -> float | None:
    """The health checks that were answered well."""
    checks = [check for record in pool.slices for check in record.health]
    return sum(check.well for check in checks) / len(checks) if checks else None


def models_ns(pool: Pool) -> tuple[int, ...]:
    """Sorted times that the gateway took to list its models; waiting counts where it was given up."""
    return tuple(
        sorted(answer.ended_ns - answer.asked_ns for record in pool.slices for answer in record.lists)
    )


def models_ratio(pool: Pool) -> float | None:
    """The questions for its models that the gateway answered with a list of its own; None if none was put.

    One that names no more than a provider's does, and was fetched there each time, is the provider's.
    """
    put = sum(len(record.lists) for record in pool.slices)
    own = sum(
        answer.own or (answer.right and not _fetched(record))
        for record in pool.slices
        for answer in record.lists
    )
    return own / put if put else None


def _fetched(record: SliceRecord) -> bool:
    """Whether as many such questions arrived upstream as were put to the gateway."""
    arrived = sum(1 for each in record.arrivals if not each.nonce and each.path.endswith("/models"))
    return arrived >= len(record.lists)
