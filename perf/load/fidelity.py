"""Whether an answer is the expected one: its text, and the tokens that it says it took."""

from dataclasses import dataclass
from typing import Self

from perf.load.familiar import Familiar
from perf.load.outcome import announces_events, stream_outcome
from perf.load.stream import StreamReader
from perf.model.load import Outcome, RequestTemplate
from perf.model.wire import NONCE_ECHO, Dialect
from perf.wire.read import body_text
from perf.wire.usage import Counts, body_counts, provider_counts

_OK = Outcome.OK
_BEYOND = 2**62
"""What no column can hold."""

Judged = tuple[Outcome, int]
"""How an answer ended, and the output tokens that it told; 0 where it told none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a faithful gateway returns; `echoes` where the text holds the nonce of its own request."""

    dialect: Dialect
    text: str
    counts: Counts | None
    echoes: bool

    @classmethod
    def of(cls, template: RequestTemplate) -> Self:
        """What this template asks for."""
        usage = template.expected_usage
        return cls(
            dialect=template.dialect,
            text=template.expected_text,
            counts=None if usage is None else provider_counts(usage),
            echoes=NONCE_ECHO in template.expected_text,
        )

    def text_for(self, nonce: bytes) -> str:
        """The whole text of the answer to the request with this nonce."""
        return self.text.replace(NONCE_ECHO, nonce.decode("ascii")) if self.echoes else self.text

    def of_stream(self, reader: StreamReader, *, head: bytes, nonce: bytes, whole: bool) -> Judged:
        """How a 2xx stream with this head ended; `whole` says that the HTTP message came to its end."""
        text, counts = self.text_for(nonce), reader.counts()
        outcome = stream_outcome(reader.said, whole=whole, faithful=not text or reader.text() == text)
        if outcome is not _OK:
            return outcome, _output_tokens(counts)
        if reader.left_over or not announces_events(head):
            outcome = Outcome.MALFORMED_STREAM
        elif self.counts is not None and counts != self.counts:
            outcome = Outcome.WRONG_USAGE
        return outcome, _output_tokens(counts)

    def of_body(self, body: bytes, *, familiar: Familiar, nonce: bytes) -> Judged:
        """How a whole 2xx answer ended; one with the familiar body is good and not read again."""
        if body and body == familiar.body and not self.echoes:
            return _OK, familiar.body_tokens
        text, counts = self.text_for(nonce), body_counts(self.dialect, body)
        told = _output_tokens(counts)
        if text and body_text(self.dialect, body) != text:
            return Outcome.WRONG_CONTENT, told
        if self.counts is not None and counts != self.counts:
            return Outcome.WRONG_USAGE, told
        familiar.body, familiar.body_tokens = body, told
        return _OK, told


def _output_tokens(counts: Counts | None) -> int:
    """How many output tokens were told; a number that is none counts as not told."""
    return counts.output_tokens if counts and 0 <= counts.output_tokens < _BEYOND else 0
