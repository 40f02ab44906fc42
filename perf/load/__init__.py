"""The load engine: HTTP/1.1 clients on one loop, closed or open, with every request on record."""

from perf.load.engine import run, run_together
from perf.load.errors import LoadError

__all__ = ["LoadError", "run", "run_together"]
