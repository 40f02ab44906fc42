"""What must not leave the machine inside a stored text: home directories and secrets."""

import re

_HOMES = re.compile(r"/(?:home|Users)/[^/\s:'\"]+|/root(?=/)")
_SECRETS = re.compile(
    r"(?i)\b(?:bearer\s+|(?:sk|ghp|gho|ghu|ghs|ghr|github_pat|xox[a-z])[-_])[A-Za-z0-9._-]{8,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9._-]+"
)


def redact(text: str) -> str:
    """The text with home directories as `~` and what looks like a token as `***`."""
    return _SECRETS.sub("***", _HOMES.sub("~", text))
