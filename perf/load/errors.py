"""Why the engine could not do its work; a bad answer is an outcome, never one of these."""

from perf.errors import MeasureError


class LoadError(MeasureError):
    """Load could not be offered at all: an impossible plan, or a rig that ran out of something."""
