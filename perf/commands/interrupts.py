"""What ends a command before its time: Ctrl-C, and the end of the job that it belongs to."""

import signal


def heed_interrupts() -> None:
    """Have SIGINT and SIGTERM both end in KeyboardInterrupt, whatever the main thread is at.

    SIGTERM becomes SIGINT, which those who run an event loop know how to handle.
    A job in the background of a script inherits that SIGINT is ignored; here it is not.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(*_: object) -> None:
    signal.raise_signal(signal.SIGINT)
