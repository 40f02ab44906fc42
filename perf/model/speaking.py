"""When the gate speaks up on a pull request that it has not commented on yet."""

from enum import StrEnum


class CommentWhen(StrEnum):
    """When a first comment is posted; one that exists is kept up to date whatever is chosen."""

    ALWAYS = "always"
    ON_CHANGE = "on-change"
    """Unless the gate passed, no number changed, and there is nothing to be cautious about."""
    ON_FAILURE = "on-failure"
    """Unless the gate passed."""
    NEVER = "never"
