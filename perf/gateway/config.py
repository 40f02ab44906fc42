"""Reading the configuration file, and the rules that its schema cannot say."""

import ipaddress
from pathlib import Path

import msgspec

from perf.gateway.http.pool import parse_origin
from perf.gateway.schema import (
    AnthropicInstance,
    ApiKey,
    Config,
    CustomInstance,
    Instance,
    OpenAIInstance,
    Providers,
    ServerTable,
)


class ConfigError(Exception):
    """The configuration cannot be used; the text says what, where and how to mend it."""


def load_config(path: Path) -> Config:
    """Read and check a file; raises ConfigError."""
    try:
        return parse_config(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}. Name a readable TOML file.") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def parse_config(text: bytes) -> Config:
    """Decode and check a configuration; raises ConfigError."""
    try:
        config = msgspec.toml.decode(text, type=Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{error}. {_cure(str(error))}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not TOML: {error}. Correct the syntax there.") from error
    _check_keys(config.api_keys)
    _check_server(config.server)
    _check_instances(config.providers)
    _check_routes(config)
    _check_listing(config)
    return config


def _cure(message: str) -> str:
    if "unknown field" in message:
        return "Remove the key or correct its spelling."
    if "missing required field" in message:
        return "Add the key."
    return "Correct the value."


def _check_server(server: ServerTable) -> None:
    try:
        ipaddress.ip_address(server.host)
    except ValueError:
        raise ConfigError(
            f"`server.host` is {server.host!r}. Give an IP address such as 127.0.0.1."
        ) from None


def _check_keys(keys: list[ApiKey]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key.key in seen:
            raise ConfigError(f"`api_keys` has the key of {key.name!r} twice. Give each client its own.")
        seen.add(key.key)


def _check_instances(providers: Providers) -> None:
    for provider, instances in providers.by_name().items():
        seen: set[str] = set()
        for instance in instances:
            where = f"`providers.{provider}` instance {instance.name!r}"
            if instance.name in seen:
                raise ConfigError(f"{where} is there twice. Give each instance its own name.")
            seen.add(instance.name)
            _check_access(instance, where=where)
    if not any(each.enabled for instances in providers.by_name().values() for each in instances):
        raise ConfigError("`providers` has no enabled instance. Set `enabled = true` on at least one.")


def _check_access(instance: Instance, *, where: str) -> None:
    if isinstance(instance, OpenAIInstance | AnthropicInstance | CustomInstance):
        try:
            parse_origin(instance.base_url)
        except ValueError as error:
            raise ConfigError(
                f"{where}: `base_url`: {error}. Give one such as http://host:1234/v1."
            ) from None
    if not isinstance(instance, OpenAIInstance | AnthropicInstance) or not instance.enabled:
        return
    if instance.auth_mode == "oauth":
        raise ConfigError(f"{where}: `auth_mode` oauth is not offered. Use bearer with an `api_key`.")
    if not instance.api_key:
        raise ConfigError(f"{where} has no `api_key`. Add one: bearer authentication needs it.")


def _check_listing(config: Config) -> None:
    instances = config.providers.by_name()
    for name in config.routing.discovery.providers_with_listing:
        if not any(each.enabled for each in instances.get(name, ())):
            where = "`routing.discovery.providers_with_listing`"
            raise ConfigError(f"{where} names {name!r}, which has no enabled instance. Remove it.")


def _check_routes(config: Config) -> None:
    instances = config.providers.by_name()
    routes = {f"`routing.rules` {prefix!r}": target for prefix, target in config.routing.rules.items()}
    if config.routing.default_provider is not None:
        routes["`routing.default_provider`"] = config.routing.default_provider
    for where, target in routes.items():
        if not any(each.enabled for each in instances.get(target, ())):
            cure = f"Enable one or route to another of: {', '.join(instances)}."
            raise ConfigError(f"{where} names {target!r}, which has no enabled instance. {cure}")
