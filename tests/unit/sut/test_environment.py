"""What builds and gateways see of the environment."""

from hypothesis import given
from hypothesis import strategies as st

from perf.sut.environment import build_environment, launch_environment

OUTSIDE = {
    "PATH": "/bin",
    "HOME": "/root",
    "LANG": "C",
    "TMPDIR": "/tmp",
    "SSL_CERT_FILE": "ca",
    "REQUESTS_CA_BUNDLE": "ca",
    "PIP_INDEX_URL": "index",
    "UV_INDEX_URL": "index",
    "HTTPS_PROXY": "proxy",
    "EDITOR": "vi",
    "PYTHONPATH": "/src",
}


def test_a_build_finds_its_tools_and_packages() -> None:
    """A build gets paths, certificates, package indexes and proxies, and no more."""
    seen = build_environment(OUTSIDE, {})

    assert set(OUTSIDE) - set(seen) == {"EDITOR", "PYTHONPATH"}


def test_a_gateway_gets_neither_proxies_nor_indexes() -> None:
    """A gateway gets paths and certificates; its traffic goes to the upstream and nowhere else."""
    seen = launch_environment(OUTSIDE, {})

    assert set(OUTSIDE) - set(seen) == {
        "EDITOR",
        "PYTHONPATH",
        "PIP_INDEX_URL",
        "UV_INDEX_URL",
        "HTTPS_PROXY",
    }
    assert seen["PYTHONHASHSEED"] == "0"


@given(
    prefix=st.sampled_from(["", "PIP_", "UV_", "GO", "LC_", "npm_config_"]),
    suffix=st.sampled_from(["GITHUB_TOKEN", "API_KEY", "A_SECRET", "PASSWORD", "B_token", "AWS_CREDENTIALS"]),
)
def test_secrets_never_pass(prefix: str, suffix: str) -> None:
    """A name that speaks of a secret is dropped, even where its prefix would let it in."""
    outside = {prefix + suffix: "secret value"}

    assert "secret value" not in build_environment(outside, {}).values()
    assert "secret value" not in launch_environment(outside, {}).values()


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_what_a_target_sets_itself_always_passes(own: dict[str, str]) -> None:
    """A target's own variables win, whatever they are called."""
    assert own.items() <= launch_environment({"PATH": "/bin"}, own).items()
    assert own.items() <= build_environment({"PATH": "/bin"}, own).items()


def test_a_gateway_is_told_what_to_trust() -> None:
    """By whatever variable its TLS library reads, unless the target says otherwise; else by none of them."""
    told = launch_environment(OUTSIDE, {"NODE_EXTRA_CA_CERTS": "own.pem"}, ca_file="mock.pem")
    untold = launch_environment({"PATH": "/bin"}, {})

    assert {name: value for name, value in told.items() if value.endswith(".pem")} == {
        "SSL_CERT_FILE": "mock.pem",
        "NODE_EXTRA_CA_CERTS": "own.pem",
        "REQUESTS_CA_BUNDLE": "mock.pem",
        "CURL_CA_BUNDLE": "mock.pem",
    }
    assert not {"SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"} & set(untold)
