"""docs/how-to/adopt.md: what it shows for each language is what `perfgate init` writes, and is understood."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from perf.cli import main
from perf.config import find_target, load_config
from perf.model.target import Target
from perf.model.verdict import Failure
from perf.report.headline import BEGINNING, outcome_of
from tests.sut.gateways import commit, git

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "adopt.md").read_text(encoding="utf-8")
PIN = f"perfgate/perfgate@{'a1' * 20}"
TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILES: dict[str, Mapping[str, str]] = {
    "Rust": {"Cargo.toml": '[package]\nname = "my-gateway"\n', "Cargo.lock": "", "src/main.rs": ""},
    "Go": {"go.mod": "module example.org/my-gateway\n", "go.sum": "", "cmd/my-gateway/main.go": ""},
    "Python": {
        "pyproject.toml": '[project]\nname = "my-gateway"\n',
        "requirements.txt": "httpx==0.28.1 --hash=sha256:00\n",
        "src/my_gateway/__main__.py": "",
    },
    "Node": {
        "package.json": '{"name": "my-gateway", "main": "src/gateway.mjs"}',
        "package-lock.json": "",
        "src/gateway.mjs": "",
    },
}


def _section(title: str) -> str:
    return PAGE.partition(f"\n### {title}\n")[2].partition("\n### ")[0].partition("\n## ")[0]


def _shown(language: str) -> str:
    """The language's table, with the configuration that the page shows for all."""
    (table,) = TOML.findall(_section(language))
    (configuration,) = TOML.findall(_section("What it reads"))
    return f"{table}\n{configuration}"


def _read(text: str) -> Target:
    return find_target(load_config(text, where="perfgate.toml"), "my-gateway")


@pytest.mark.parametrize("language", FILES)
def test_the_page_shows_what_init_writes(tmp_path: Path, language: str) -> None:
    """Kind, command line, readiness and capabilities are equal, so that little is left to be typed."""
    git(tmp_path, "init", "-q")
    commit(tmp_path, FILES[language])
    assert main(["init", "--repo", str(tmp_path), "--action", PIN]) == 0

    written, shown = _read((tmp_path / "perfgate.toml").read_text()), _read(_shown(language))

    assert written.start == shown.start
    assert (written.ready, written.capabilities) == (shown.ready, shown.capabilities)
    assert written.kind == shown.kind
    assert set(written.inputs) == set(shown.inputs)


@pytest.mark.parametrize("language", FILES)
def test_the_configuration_is_filled_in(
    tmp_path: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`perfgate config` shows what the gateway will read, with nothing left to fill in."""
    git(tmp_path, "init", "-q")
    commit(tmp_path, {**FILES[language], "perfgate.toml": _shown(language)})

    assert main(["config", "--repo", str(tmp_path), "--target", "my-gateway", "--keys", "2"]) == 0

    printed = capsys.readouterr().out
    assert '"listen": "127.0.0.1:8080"' in printed
    assert '"clients": ["test-key-0000", "test-key-0001"]' in printed
    assert '"upstreams": ["http://127.0.0.1:9001"' in printed


def test_the_words_of_the_first_refusal_are_those_of_the_page() -> None:
    """Who meets the failing job of the first pull request finds it explained."""
    refusal = Failure(phase=BEGINNING, what="", where="", cure="", log=())

    assert f"*{outcome_of(refusal).capitalize()}*" in PAGE
