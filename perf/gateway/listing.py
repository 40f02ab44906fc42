"""`/v1/models`: the upstreams' own lists, of the models that are routed to them, kept for a while."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from perf.gateway.circuit import Phase
from perf.gateway.errors import Dialect, GatewayError
from perf.gateway.exchange import Provider
from perf.gateway.http.client import Deadlines
from perf.gateway.prober import ask_for_models
from perf.gateway.routing import Router
from perf.gateway.schema import Discovery

_NS = 1_000_000_000


class Model(msgspec.Struct, kw_only=True):
    """One model, as either dialect lists it."""

    id: str
    created: int | None = None
    created_at: datetime | None = None
    owned_by: str | None = None
    display_name: str | None = None


class _List(msgspec.Struct):
    data: list[Model]


_decoder = msgspec.json.Decoder(_List)


class Listing:
    """The models on offer; empty as long as `routing.discovery` is not enabled."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        router: Router,
        *,
        settings: Discovery,
        timeout_seconds: float,
    ) -> None:
        self._providers = {
            name: providers[name]
            for name in settings.providers_with_listing
            if settings.enabled and name in providers
        }
        self._router = router
        self._deadlines = Deadlines(first_byte_seconds=timeout_seconds, total_seconds=timeout_seconds)
        self._keep_ns = settings.cache_ttl_seconds * _NS
        self._early = settings.refresh_on_startup
        self._lists: dict[str, tuple[int, list[Model]]] = {}
        self._asking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Ask for the lists before anybody wants them, if the configuration says so."""
        if self._early:
            self._asking = self._ask()

    def close(self) -> None:
        """Stop asking."""
        if self._asking is not None:
            self._asking.cancel()

    async def page(self, dialect: Dialect) -> bytes:
        """Give the list in a dialect; callers that come while it is asked for wait together."""
        if any(self._is_due(name) for name in self._providers):
            await asyncio.shield(self._ask())
        models = [(name, model) for name in self._providers for model in self._known(name)]
        if dialect is Dialect.ANTHROPIC:
            return _anthropic_page([model for _, model in models])
        data = [_openai_model(model, provider=name) for name, model in models]
        return msgspec.json.encode({"object": "list", "data": data})

    def _known(self, name: str) -> list[Model]:
        return self._lists.get(name, (0, []))[1]

    def _is_due(self, name: str) -> bool:
        known = self._lists.get(name)
        return known is None or self._providers[name].clocks.monotonic_ns() - known[0] >= self._keep_ns

    def _ask(self) -> asyncio.Task[None]:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._refresh())
        return self._asking

    async def _refresh(self) -> None:
        """Ask each provider whose list is due; one that does not answer keeps the list it had."""
        due = [name for name in self._providers if self._is_due(name)]
        await asyncio.gather(*(self._refresh_one(name) for name in due))

    async def _refresh_one(self, name: str) -> None:
        provider = self._providers[name]
        for index, upstream in enumerate(provider.upstreams):
            if provider.balancer.phase(index) is Phase.OPEN:
                continue
            answer = await ask_for_models(upstream, deadlines=self._deadlines)
            if answer is None or answer.status != 200:
                continue
            try:
                listed = _decoder.decode(answer.body).data
            except msgspec.DecodeError:
                continue
            models = [model for model in listed if self._leads_to(name, model.id)]
            self._lists[name] = (provider.clocks.monotonic_ns(), models)
            return

    def _leads_to(self, name: str, model: str) -> bool:
        try:
            return self._router.provider_of(model) == name
        except GatewayError:
            return False


def _openai_model(model: Model, *, provider: str) -> dict[str, str | int]:
    created = model.created
    if created is None:
        created = 0 if model.created_at is None else int(model.created_at.timestamp())
    return {"id": model.id, "object": "model", "created": created, "owned_by": model.owned_by or provider}


def _anthropic_page(models: list[Model]) -> bytes:
    data = [
        {
            "type": "model",
            "id": model.id,
            "display_name": model.display_name or model.id,
            "created_at": model.created_at or datetime.fromtimestamp(model.created or 0, UTC),
        }
        for model in models
    ]
    first, last = (models[0].id, models[-1].id) if models else (None, None)
    return msgspec.json.encode({"data": data, "has_more": False, "first_id": first, "last_id": last})
