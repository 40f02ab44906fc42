"""perfgate: the performance gate for LLM gateways."""

__version__ = "0.1.0"
