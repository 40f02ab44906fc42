"""The API dialects and the marks that tie a request to its arrival upstream."""

from enum import StrEnum

NONCE_HEADER = "x-perfgate-nonce"
NONCE_BODY_MARK = "pg-nonce-"
"""Stands in the text of each prompt, right before the nonce: gateways drop unknown headers, not prompts."""
NONCE_LENGTH = 20
"""A nonce is 12 hex digits of the slice and 8 of the request, so templates need no re-encoding."""
NONCE_ECHO = "pgEchoOfTheNonce0000"
"""Stands in a script's tokens or tool arguments; each answer has its own request's nonce there instead."""

IMAGES_PATH = "/images/"
"""Below it the mock has pictures, each named by the milliseconds after which it comes: `/images/1500.png`."""


class Dialect(StrEnum):
    """An API that a client can speak to a gateway, or a gateway to a provider."""

    OPENAI_CHAT = "openai-chat"
    OPENAI_RESPONSES = "openai-responses"
    ANTHROPIC_MESSAGES = "anthropic-messages"
