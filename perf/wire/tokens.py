"""The texts that mock providers answer with, known beforehand to whoever checks them."""

from itertools import pairwise


def reply_tokens(count: int) -> tuple[str, ...]:
    """Give `count` distinct token texts, "tok0", " tok1", …; their concatenation is the answer's text."""
    return tuple(f" tok{number}" if number else "tok0" for number in range(count))


def fragments(text: str, count: int) -> tuple[str, ...]:
    """Cut a text into at most `count` nearly equal, non-empty pieces; "" has none."""
    count = max(1, min(count, len(text)))
    cuts = [len(text) * number // count for number in range(count + 1)]
    return tuple(text[start:end] for start, end in pairwise(cuts) if end > start)
