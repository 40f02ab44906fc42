"""How many files a process may open: each connection is one."""

import resource

_FILES = 65_536


def raise_file_limit() -> None:
    """Let this process and whatever it starts open 65,536 files, as far as its hard limit allows.

    Shells give 1,024; a gateway and an upstream between 1,000 streams need more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def is_last_file(descriptor: int) -> bool:
    """Whether this process may open none beyond that one."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft != resource.RLIM_INFINITY and descriptor + 1 >= soft
