"""perfgate.toml: read strictly, and turned into a policy and targets."""

from perf.config.document import Config, baseline_path, find_target, load_config

__all__ = ["Config", "baseline_path", "find_target", "load_config"]
