"""A program that offers load until it is interrupted, and says so; its argument is the base URL."""

import sys

from perf.load import run
from perf.model.load import ClosedLoop
from tests.load.plans import a_plan

try:
    run(a_plan(sys.argv[1], workload=ClosedLoop(connections=4, requests=1000)))
except KeyboardInterrupt:
    sys.stdout.write("interrupted\n")
