"""What a model call answers, before it is put into a dialect's words."""

from dataclasses import dataclass
from typing import NamedTuple

from perf.model.upstream import TokenUsage
from perf.wire.tokens import fragments

TOOL_NAME = "lookup"
CREATED_S = 1_767_225_600
"""The `created` of every payload: 2026-01-01; payloads are a function of their script alone."""
CREATED_RFC3339 = "2026-01-01T00:00:00Z"
"""The same, as Anthropic writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: its text in tokens, or with `tool_arguments` a call of tool `lookup`.

    `usage` None leaves the usage out.
    """

    model: str
    tokens: tuple[str, ...]
    tool_arguments: str
    usage: TokenUsage | None

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.tokens)

    @property
    def pieces(self) -> tuple[str, ...]:
        """What the content deltas of a stream carry, one after the other."""
        if self.tool_arguments:
            return fragments(self.tool_arguments, len(self.tokens))
        return self.tokens


class StreamFrames(NamedTuple):
    """A stream's frames, each one event as bytes: before, with and after the content."""

    opening: tuple[bytes, ...]
    deltas: tuple[bytes, ...]
    closing: tuple[bytes, ...]

    @property
    def all(self) -> tuple[bytes, ...]:
        """Every frame in order."""
        return self.opening + self.deltas + self.closing
