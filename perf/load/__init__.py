"""The load engine: HTTP/1.1 clients on one loop, closed or open, with every request on record."""

from perf.load.engine import run, run_together
from perf.load.errors import LoadError
from perf.load.many import run_many

__all__ = ["LoadError", "run", "run_many", "run_together"]
