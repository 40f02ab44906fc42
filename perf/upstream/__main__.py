"""The command line of a serving process: `python -m perf.upstream CONTROL_FD`."""

import sys

from perf.upstream.serving import serve

if __name__ == "__main__":
    serve(int(sys.argv[1]))
