"""`perfgate config`: what it prints is what a launch would be given."""

import json
import tomllib
from pathlib import Path

import pytest
import yaml

from perf.cli import main
from perf.gateway.config import parse_config


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the command prints; it must succeed."""
    assert main(["config", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("setup", "shape"),
    [
        ("general", [(1, 100)] * 3),
        ("single", [(1, 100)]),
        ("weighted", [(1, 100), (1, 200), (1, 100)]),
        ("failover", [(1, 100), (2, 100), (3, 100)]),
    ],
)
def test_each_setup_has_its_priorities_and_weights(
    capsys: pytest.CaptureFixture[str], setup: str, shape: list[tuple[int, int]]
) -> None:
    """The reference gateway gets the contract's TOML, with both providers and a hundred numbered keys."""
    text = printed(capsys, "--setup", setup, "--target", "reference")
    document = tomllib.loads(text)
    parse_config(text.encode())

    for provider in ("openai", "anthropic"):
        assert [(one["priority"], one["weight"]) for one in document["providers"][provider]] == shape
    assert [one["key"] for one in document["api_keys"]][::99] == ["test-key-0000", "test-key-0099"]


def test_urls_are_used_in_turn(capsys: pytest.CaptureFixture[str]) -> None:
    """Three instances on two URLs; a provider without URLs is left out."""
    text = printed(capsys, "--openai", "http://a:1", "--openai", "http://b:2/v1/", "--keys", "1")
    providers = tomllib.loads(text)["providers"]

    assert [one["base_url"] for one in providers["openai"]] == [
        "http://a:1/v1",
        "http://b:2/v1",
        "http://a:1/v1",
    ]
    assert "anthropic" not in providers


def test_several_files_are_written_into_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """LiteLLM's own format, and the header that its clients send."""
    out = printed(capsys, "--target", "litellm", "--into", str(tmp_path / "new"), "--keys", "2")
    document = yaml.safe_load((tmp_path / "new" / "config.yaml").read_text())

    assert len(document["model_list"]) == 6
    assert str(tmp_path / "new" / "keys.py") in out
    assert "x-litellm-session-id: test-key-0000" in out


def test_a_configuration_in_headers_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Portkey has no file: what is printed is what each request must carry."""
    out = printed(capsys, "--target", "portkey", "--setup", "single")
    headers = [line.partition(": ")[2] for line in out.splitlines() if line.startswith("x-portkey-config: ")]

    assert {json.loads(header)["provider"] for header in headers} == {"openai", "anthropic"}


@pytest.mark.parametrize(
    "words",
    [["--instances", "0"], ["--keys", "0"], ["--weights", "0,0"], ["--port", "0"], ["--routes", "100001"]],
)
def test_nothing_to_configure_is_a_usage_error(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """The message names the option."""
    assert main(["config", *words]) == 2
    assert words[0] in capsys.readouterr().err


def test_further_models_are_configured(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has a rule, and nothing else would lead it on; the instances are the same."""
    document = tomllib.loads(printed(capsys, "--target", "reference", "--routes", "3"))

    assert [model for model in document["routing"]["rules"] if model.startswith("route-")] == [
        "route-00000",
        "route-00001",
        "route-00002",
    ]
    assert "default_provider" not in document["routing"]
    assert len(document["providers"]["openai"]) == 3


@pytest.mark.parametrize("target", ["vllm-router", "sglang-router"])
@pytest.mark.parametrize("setup", ["weighted", "failover"])
def test_a_setup_that_a_target_cannot_tell_is_refused(
    capsys: pytest.CaptureFixture[str], target: str, setup: str
) -> None:
    """The routers know a list of workers: to print it would hand out equal instances under another name."""
    assert main(["config", "--target", target, "--setup", setup]) == 2
    told = capsys.readouterr()

    assert told.out == ""
    assert target in told.err
    assert f"--setup {setup}" in told.err


@pytest.mark.parametrize("target", ["litellm", "portkey", "reference"])
@pytest.mark.parametrize("setup", ["weighted", "failover"])
def test_a_setup_that_a_target_can_tell_is_printed(
    capsys: pytest.CaptureFixture[str], target: str, setup: str
) -> None:
    """In the target's own words."""
    assert printed(capsys, "--target", target, "--setup", setup)


def test_equal_weights_need_no_words(capsys: pytest.CaptureFixture[str]) -> None:
    """One instance, or equal ones, can be told to any target."""
    for words in (
        ["--setup", "failover", "--instances", "1"],
        ["--setup", "weighted", "--weights", "50,50"],
    ):
        assert printed(capsys, "--target", "vllm-router", *words)
