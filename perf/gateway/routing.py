"""Which provider serves a model: the longest prefix wins."""

import re
from collections.abc import Mapping

from perf.gateway.errors import GatewayError

_MODEL = re.compile(r"[A-Za-z0-9._/:-]{1,256}")
_MAX_KNOWN = 1024


class Router:
    """The rules, by the length of their prefixes, longest first."""

    def __init__(self, rules: Mapping[str, str], *, default: str | None) -> None:
        self._default = default
        self._known: dict[str, str] = {}
        lengths = sorted({len(prefix) for prefix in rules}, reverse=True)
        self._tiers = [
            (length, {prefix: target for prefix, target in rules.items() if len(prefix) == length})
            for length in lengths
        ]

    def provider_of(self, model: str) -> str:
        """Give the provider of a model; raises GatewayError (400) when there is none."""
        known = self._known.get(model)
        if known is None:
            known = self._find(model)
            if len(self._known) < _MAX_KNOWN:
                self._known[model] = known
        return known

    def _find(self, model: str) -> str:
        if _MODEL.fullmatch(model) is None:
            raise GatewayError(400, "model_not_found", message=f"Model name is not valid: {model[:256]!r}")
        for length, targets in self._tiers:
            target = targets.get(model[:length])
            if target is not None:
                return target
        if self._default is None:
            raise GatewayError(400, "model_not_found", message=f"No route for model: {model}")
        return self._default
