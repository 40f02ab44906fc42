"""The only place where numbers change their unit."""

NS_PER_US = 1_000
NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
BYTES_PER_MIB = 1_048_576


def ms_to_ns(value_ms: float) -> int:
    """Milliseconds as whole nanoseconds."""
    return round(value_ms * NS_PER_MS)


def s_to_ns(value_s: float) -> int:
    """Seconds as whole nanoseconds."""
    return round(value_s * NS_PER_S)


def ns_to_us(value_ns: float) -> float:
    """Nanoseconds as microseconds."""
    return value_ns / NS_PER_US


def ns_to_ms(value_ns: float) -> float:
    """Nanoseconds as milliseconds."""
    return value_ns / NS_PER_MS


def ns_to_s(value_ns: float) -> float:
    """Nanoseconds as seconds."""
    return value_ns / NS_PER_S
