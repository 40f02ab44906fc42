"""The command: `python -O -m perf.gateway --config PATH`."""

import argparse
import sys
from functools import partial
from pathlib import Path

from perf.gateway.config import ConfigError, load_config
from perf.gateway.process import hold_signals, listen, serve, serve_many

_USAGE = 2


def main() -> int:
    """Serve until told to stop; gives 0 after a drain, 2 when the configuration cannot be used."""
    arguments = _arguments()
    hold_signals()
    reread = partial(load_config, arguments.config)
    try:
        config = reread()
    except ConfigError as error:
        return _refuse(str(error))
    host = arguments.host or config.server.host
    port = config.server.port if arguments.port is None else arguments.port
    shared = arguments.workers > 1
    try:
        first = listen(host, port, shared=shared)
        bound = first.getsockname()[1]
        listeners = [first, *(listen(host, bound, shared=True) for _ in range(arguments.workers - 1))]
    except OSError as error:
        return _refuse(f"cannot listen on {host}:{port}: {error.strerror}. Choose another host or port.")
    sys.stderr.write(f"perf.gateway: listening on http://{host}:{bound}\n")
    sys.stderr.flush()
    if shared:
        return serve_many(config, listeners, reread=reread)
    serve(config, first, reread=reread)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m perf.gateway", description="The reference LLM gateway.")
    parser.add_argument("-c", "--config", type=Path, required=True, help="the TOML file")
    parser.add_argument("--host", help="listen here instead of `server.host`")
    parser.add_argument("--port", type=int, help="listen here instead of `server.port`; 0 picks a free one")
    parser.add_argument("--workers", type=_positive, default=1, help="processes that share the port")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return number


def _refuse(text: str) -> int:
    sys.stderr.write(f"perf.gateway: {text}\n")
    return _USAGE


if __name__ == "__main__":
    sys.exit(main())
