"""Work in a thread of its own, for as long as something else goes on."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event


@contextmanager
def beside(work: Callable[[Event], None], *, name: str) -> Iterator[None]:
    """Run `work` in a thread called `name` beside the body, and wait for its end.

    It is given an event that is set when the body is over, and is to return soon then.
    What it raises is raised here after the body, unless the body itself failed.
    """
    over = Event()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix=name) as threads:
        working = threads.submit(work, over)
        try:
            yield
        finally:
            over.set()
    working.result()
