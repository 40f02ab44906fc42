"""Whether an answer is the expected one: its text, and the tokens that it says it took."""

from dataclasses import dataclass
from typing import Self

from perf.load.familiar import Familiar
from perf.load.outcome import Said, announces_events, stream_outcome
from perf.load.stream import StreamReader
from perf.model.load import Outcome, RequestTemplate
from perf.model.wire import NONCE_ECHO, Dialect
from perf.wire.read import body_text
from perf.wire.usage import Counts, body_counts, provider_counts

_OK = Outcome.OK


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

    def of_stream(self, reader: StreamReader, *, head: bytes, nonce: bytes, whole: bool) -> Outcome:
        """The outcome of a 2xx stream with this head; `whole` says that the HTTP message came to its end."""
        text, said = self.text_for(nonce), reader.said_at_the_end()
        if not announces_events(head):
            said |= Said.MALFORMED
        outcome = stream_outcome(said, whole=whole, faithful=not text or reader.text() == text)
        if outcome is _OK and self.counts is not None and reader.counts() != self.counts:
            return Outcome.WRONG_USAGE
        return outcome

    def of_body(self, body: bytes, *, familiar: Familiar, nonce: bytes) -> Outcome:
        """The outcome of a whole 2xx answer; one with the familiar body is good and not read again."""
        if body and body == familiar.body and not self.echoes:
            return _OK
        text = self.text_for(nonce)
        if text and body_text(self.dialect, body) != text:
            return Outcome.WRONG_CONTENT
        if self.counts is not None and body_counts(self.dialect, body) != self.counts:
            return Outcome.WRONG_USAGE
        familiar.body = body
        return _OK
