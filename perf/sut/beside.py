"""Work in a thread of its own, for as long as something else goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def beside(work: Callable[[Event], None], *, name: str) -> Iterator[None]:
    """Run `work` in a thread called `name` beside the body, and wait for its end.

    It is given an event that is set when the body is over, and is to return soon then.
    """
    over = Event()
    worker = Thread(target=work, args=(over,), name=name, daemon=True)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()
