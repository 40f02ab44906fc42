"""The gateway products that perfgate knows: one file each, and one line here."""

from perf.model.target import Target
from perf.targets.litellm import LITELLM
from perf.targets.portkey import PORTKEY
from perf.targets.reference import REFERENCE
from perf.targets.sglang_router import SGLANG_ROUTER
from perf.targets.vllm_router import VLLM_ROUTER

TARGETS: tuple[Target, ...] = (REFERENCE, LITELLM, PORTKEY, VLLM_ROUTER, SGLANG_ROUTER)
