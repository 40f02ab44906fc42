"""perfgate.toml: read strictly, and turned into a policy and targets."""

from perf.config.document import Config, find_target, load_config

__all__ = ["Config", "find_target", "load_config"]
