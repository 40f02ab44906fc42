"""What can go wrong with an exchange: the exceptions that the client side raises.

ExchangeError
├── ConnectError      no connection was made
├── StaleError        a reused connection closed before it answered: nothing was lost, send again
├── CutError          the connection ended, or broke HTTP, before the answer was complete
└── DeadlineError     the answer, or its first byte, came too late
"""


class ExchangeError(Exception):
    """An exchange with an upstream did not come to its end."""


class ConnectError(ExchangeError):
    """No connection could be made."""


class StaleError(ExchangeError):
    """A reused connection was closed before the first byte of an answer."""


class CutError(ExchangeError):
    """The connection ended, or broke the protocol, inside or before an answer."""


class DeadlineError(ExchangeError):
    """The answer took longer than its deadline."""
