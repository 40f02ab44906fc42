"""Building phrases: our own words plain, everybody else's as code."""

from perf.report.document import Phrase, Span, Style


def plain(text: str) -> Phrase:
    """Words of ours; nothing for ""."""
    return (Span(text=text, style=Style.PLAIN),) if text else ()


def strong(text: str) -> Phrase:
    """Words of ours that stand out."""
    return (Span(text=text, style=Style.STRONG),)


def code(text: str) -> Phrase:
    """A name, a command, or any text that someone else wrote; nothing for ""."""
    return (Span(text=text, style=Style.CODE),) if text.strip() else ()


def strong_code(text: str) -> Phrase:
    """A name that stands out."""
    return (Span(text=text, style=Style.STRONG_CODE),)


def told(text: str) -> Phrase:
    """A text of the judge, in which backticks mark names; an odd backtick is left as it is."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return plain(text)
    spans = (code(piece) if place % 2 else plain(piece) for place, piece in enumerate(pieces) if piece)
    return tuple(span for phrase in spans for span in phrase)


def joined(phrases: list[Phrase], *, last: str = " and ") -> Phrase:
    """Phrases as an enumeration: a, b and c."""
    result: list[Span] = []
    for place, phrase in enumerate(phrases):
        if place:
            result.extend(plain(last if place == len(phrases) - 1 else ", "))
        result.extend(phrase)
    return tuple(result)


def text_of(phrase: Phrase) -> str:
    """The bare words of a phrase."""
    return "".join(span.text for span in phrase)
