"""Configuration files with something wrong in them: each gives one clear error, and never a crash."""

import copy
import re
from collections.abc import Iterator
from typing import TypeAlias

import pytest
import tomli_w
from hypothesis import example, given
from hypothesis import strategies as st

from perf.gateway.config import ConfigError, parse_config

Json: TypeAlias = dict[str, object]
Path: TypeAlias = tuple[str | int, ...]

_GOOD: Json = {
    "server": {"host": "127.0.0.1", "port": 8080, "log_level": "warn"},
    "api_keys": [{"key": "k1", "name": "n1", "enabled": True}, {"key": "k2", "name": "n2", "enabled": False}],
    "routing": {
        "default_provider": "openai",
        "rules": {"gpt-": "openai", "claude-": "anthropic"},
        "discovery": {
            "enabled": True,
            "cache_ttl_seconds": 60,
            "refresh_on_startup": False,
            "providers_with_listing": ["openai"],
        },
    },
    "providers": {
        "openai": [
            {
                "name": "a",
                "enabled": True,
                "auth_mode": "bearer",
                "api_key": "k",
                "base_url": "https://example.org:8443/v1",
                "request_timeout_seconds": 30,
                "priority": 1,
                "weight": 100,
                "failure_timeout_seconds": 5,
            }
        ],
        "anthropic": [
            {
                "name": "b",
                "enabled": True,
                "api_key": "k",
                "base_url": "http://[::1]:80/v1",
                "api_version": "2023-06-01",
                "cache": {"auto_cache_system": True, "min_system_tokens": 9, "auto_cache_tools": True},
            }
        ],
    },
    "observability": {"body_logging": {"enabled": False, "redact_patterns": []}},
    "resilience": {"failure_threshold": 3, "jitter_ratio": 0.2, "probe_timeout_seconds": 5.0},
    "limits": {"max_body_bytes": 1000, "drain_seconds": 1.5},
}


def places(value: object, path: Path = ()) -> Iterator[Path]:
    """Give the way to every value in a document."""
    if path:
        yield path
    match value:
        case dict():
            for key, inner in value.items():
                yield from places(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                yield from places(inner, (*path, index))


def changed(path: Path, put: object, *, document: Json = _GOOD) -> Json:
    """Give the document with another value there; without the key for None."""
    changed_document: Json = copy.deepcopy(document)
    inner: object = changed_document
    for step in path[:-1]:
        assert isinstance(inner, dict | list)
        inner = inner[step]  # type: ignore[index]  # the path came from this document
    assert isinstance(inner, dict | list)
    if put is None:
        del inner[path[-1]]  # type: ignore[arg-type]  # likewise
    else:
        inner[path[-1]] = put  # type: ignore[index]  # likewise
    return changed_document


def told(text: bytes) -> str:
    """Give what is said of a file, "" when it is taken; any other exception fails the test."""
    try:
        parse_config(text)
    except ConfigError as error:
        return str(error)
    return ""


_key = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=8)
_value = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.lists(st.integers(0, 1), max_size=2),
    st.dictionaries(_key, st.integers(0, 1), max_size=2),
    st.sampled_from(
        ["http://", "http://h:99999/v1", "http://[::1/v1", "ftp://h", "http://h:x", "openai", "gemini"]
    ),
)
_place = st.sampled_from(list(places(_GOOD)))


def clear(message: str) -> bool:
    """Tell whether an error is one line of two sentences: what is wrong, and what to do."""
    return "\n" not in message and re.search(r"[.:] [A-Z].*\.$", message) is not None


def test_the_good_file_is_good() -> None:
    """What the properties below change is taken as it stands."""
    assert told(tomli_w.dumps(_GOOD).encode()) == ""


@given(_place, _value)
@example(path=("providers", "openai", 0, "base_url"), value="http://h:99999/v1")
def test_any_other_value_is_taken_or_named(path: Path, value: object) -> None:
    """The error names the key, or the value where one value contradicts another."""
    message = told(tomli_w.dumps(changed(path, value)).encode())

    assert not message or clear(message), message


@given(_place)
def test_a_missing_key_is_taken_or_named(path: Path) -> None:
    """A required one is named; one with a default is not missed."""
    message = told(tomli_w.dumps(changed(path, None)).encode())

    assert not message or clear(message), message


@given(
    st.sampled_from([p for p in places(_GOOD) if isinstance(p[-1], str) and p[:2] != ("routing", "rules")]),
    _key,
)
def test_an_unknown_key_is_named(path: Path, key: str) -> None:
    """Wherever it stands: a key that is misspelt is never let be."""
    spelling = f"{path[-1]}{key}"
    message = told(tomli_w.dumps(changed((*path[:-1], spelling), 1)).encode())

    assert f"`{spelling}`" in message
    assert "spelling" in message


@given(st.integers(0, 3000), st.binary(max_size=4))
def test_any_bytes_give_one_error(cut: int, noise: bytes) -> None:
    """A file cut off, with noise in it, or no text at all."""
    text = tomli_w.dumps(_GOOD).encode()
    for broken in (text[:cut], text[:cut] + noise + text[cut:], noise):
        message = told(broken)

        assert not message or clear(message), message


@given(
    st.sampled_from([("name",), ("api_key",), ("base_url",), ("api_version",)]),
    st.sampled_from("\r\n\x00\x7f"),
)
def test_nothing_can_break_a_header(key: Path, character: str) -> None:
    """What is sent in a header holds no line end and no other control character."""
    path = ("providers", "anthropic", 0, *key)
    message = told(tomli_w.dumps(changed(path, f"http://h/{character}")).encode())

    assert str(key[0]) in message
    assert clear(message)


@pytest.mark.parametrize("text", [b"\xff\xfe", b"", b"[server]\n", b"server = 1\n"], ids=repr)
def test_what_is_no_configuration_is_refused(text: bytes) -> None:
    """With a sentence on what to do."""
    assert clear(told(text))
