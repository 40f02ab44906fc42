"""The environment variables that builds and gateways get: few, and no secrets."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

_ALWAYS = ("PATH", "HOME", "LANG", "LC_*", "TMPDIR", "SSL_CERT_*", "*_CA_BUNDLE", "*_CA_CERTS")
_FOR_BUILDS = (
    "PIP_*",
    "UV_*",
    "*_PROXY",
    "*_proxy",
    "GIT_SSL_CAINFO",
    "CARGO_HOME",
    "RUSTUP_*",
    "GO*",
    "npm_config_*",
    "JAVA_HOME",
)
_NEVER = ("*TOKEN*", "*_KEY", "*_SECRET", "*PASSWORD*", "*CREDENTIAL*", "GOOGLE_*")


_TRUST = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""OpenSSL (so Python's ssl and httpx), Go and rustls' native certificates; Node; requests; libcurl."""


def build_environment(outside: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a build: what finds tools and packages, then the target's `own`."""
    return {**_pick(outside, _ALWAYS + _FOR_BUILDS), "PYTHONNOUSERSITE": "1", **own}


def launch_environment(
    outside: Mapping[str, str], own: Mapping[str, str], *, ca_file: str = ""
) -> dict[str, str]:
    """Return the variables of a gateway: no proxies, which would carry its traffic away from the upstream.

    With `ca_file` they say, to whatever TLS library it uses, that this certificate is to be trusted.
    """
    trusted = dict.fromkeys(_TRUST, ca_file) if ca_file else {}
    return {**_pick(outside, _ALWAYS), "PYTHONNOUSERSITE": "1", "PYTHONHASHSEED": "0", **trusted, **own}


def _pick(outside: Mapping[str, str], patterns: tuple[str, ...]) -> dict[str, str]:
    return {
        name: value
        for name, value in outside.items()
        if _matches(name, patterns) and not _matches(name.upper(), _NEVER)
    }


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
