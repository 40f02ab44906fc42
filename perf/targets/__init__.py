"""The gateway products that perfgate knows: one file each, and one line here."""

from perf.model.target import Target
from perf.targets.reference import REFERENCE

TARGETS: tuple[Target, ...] = (REFERENCE,)
