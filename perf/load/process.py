"""The process around a run: its garbage collector, its file limit, its trust in certificates."""

import gc
import resource
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perf.load.errors import LoadError

_OTHER_FILES = 64


@contextmanager
def collector_off() -> Iterator[None]:
    """No garbage collection inside: a full one takes milliseconds, right where they are measured.

    A caller with many runs ahead may freeze its own heap once; then only what is new is collected before.
    """
    was_on, frozen = gc.isenabled(), gc.get_freeze_count() > 0
    gc.collect()
    if not frozen:
        gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        if not frozen:
            gc.unfreeze()
        if was_on:
            gc.enable()


def allow_files(connections: int) -> None:
    """Raise this process's limit of open files, if need be, so that so many connections fit."""
    needed = connections + _OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise LoadError(
            f"{connections} connections need {needed} open files, and {hard} are allowed",
            where="the limit of open files",
            cure="raise it with `ulimit -Hn`, or lower the number of connections",
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """The default TLS context, trusting the certificates of `ca_file` instead of the system's."""
    try:
        return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except OSError as error:
        raise LoadError(
            f"the CA file cannot be used: {error}", where=str(ca_file), cure="give a PEM file"
        ) from error
