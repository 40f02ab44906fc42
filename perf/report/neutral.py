"""Making text harmless for Markdown: no mention, link, image, table cell or tag that we did not write."""

import re
import unicodedata

from perf.report.document import Phrase, Span, Style

MAX_CODE = 80
MAX_PROSE = 400
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories: controls, bidirectional and zero-width marks, surrogates, line separators."""
_LINKING = re.compile(r"[@#]|://|www\.|GH-\d|\b[0-9a-f]{7,40}\b", re.IGNORECASE)
"""What GitHub turns into a mention, a link, or a reference, wherever it stands in plain text."""
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&!$])")
_RUN_OF_BACKTICKS = re.compile(r"`+")


def visible(text: str, *, most: int) -> str:
    """The text on one line, without invisible characters, cut to `most` characters."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    kept = "".join(char for char in spaced if unicodedata.category(char) not in _INVISIBLE)
    flat = " ".join(kept.split())
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"


def code_span(text: str) -> str:
    """Foreign text as code, fit for a table cell as well; "" stays ""."""
    shown = visible(text, most=MAX_CODE).replace("`", "'").replace("|", "¦")
    return f"`{shown}`" if shown else ""


def prose(text: str) -> str:
    """A sentence with everything escaped that Markdown or GitHub would act on."""
    words = visible(text, most=MAX_PROSE).split(" ")
    return " ".join(code_span(word) if _LINKING.search(word) else _escaped(word) for word in words)


def fence(lines: tuple[str, ...], *, most: int) -> str:
    """The last `most` lines as a fenced block that no line can close."""
    shown = [visible_indented(line) for line in lines[-most:]]
    runs = (len(run) for line in shown for run in _RUN_OF_BACKTICKS.findall(line))
    bar = "`" * max(3, max(runs, default=0) + 1)
    return "\n".join([f"{bar}text", *shown, bar])


def visible_indented(line: str) -> str:
    """A log line without invisible characters, its indentation kept, cut to 200 characters."""
    body = line.expandtabs(4)
    depth = min(len(body) - len(body.lstrip(" ")), 40)
    return " " * depth + visible(body, most=200)


def markdown(phrase: Phrase) -> str:
    """A phrase as Markdown; neighbours that are strong share one pair of asterisks."""
    pieces: list[str] = []
    bold: list[Span] = []
    for span in phrase:
        if span.style in {Style.STRONG, Style.STRONG_CODE}:
            bold.append(span)
            continue
        pieces.append(_strong(bold))
        bold = []
        pieces.append(code_span(span.text) if span.style is Style.CODE else _padded(span.text))
    return "".join([*pieces, _strong(bold)])


def _strong(spans: list[Span]) -> str:
    inner = "".join(
        code_span(span.text) if span.style is Style.STRONG_CODE else _padded(span.text) for span in spans
    )
    left = " " if inner[:1] == " " else ""
    right = " " if inner[-1:] == " " else ""
    return f"{left}**{inner.strip()}**{right}" if inner.strip() else inner


def _padded(text: str) -> str:
    """`prose` that keeps one space at either end, so that spans stay apart."""
    left = " " if text[:1].isspace() else ""
    right = " " if text[-1:].isspace() and text.strip() else ""
    return f"{left}{prose(text)}{right}"


def _escaped(word: str) -> str:
    return _SPECIAL.sub(r"\\\1", word)
