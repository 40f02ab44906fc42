"""`perfgate init` on new repositories: what it writes is current, sound and pinned, and nothing is lost."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from perf.cli import main
from perf.commands.init import TEMPLATES, WORKFLOWS
from perf.config import find_target, load_config
from perf.model.target import CargoKind, GoKind, NpmKind, PythonKind
from tests.sut.gateways import commit, git

PROJECT = Path(__file__).resolve().parents[2]
PIN = f"perfgate/perfgate@{'a1' * 20}"
USES = re.compile(r"uses: (actions/\S+ # \S+)")
LANGUAGES = {
    "rust": ({"Cargo.toml": '[package]\nname = "gw"\n', "src/main.rs": ""}, CargoKind, ("{out}/gw",)),
    "go": ({"go.mod": "module example.org/acme/gw\n", "main.go": ""}, GoKind, ("{out}/gw",)),
    "node": ({"package.json": '{"name": "@acme/gw", "main": "gw.js"}', "gw.js": ""}, NpmKind, ("node",)),
    "python": (
        {"pyproject.toml": '[project]\nname = "Acme.GW"\n', "src/a.py": ""},
        PythonKind,
        ("{python}",),
    ),
}


def _repository(folder: Path, files: Mapping[str, str]) -> Path:
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, files)
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_is_seen(tmp_path: Path, language: str) -> None:
    """Cargo.toml, go.mod, package.json and pyproject.toml lead to a target of that kind, which is valid."""
    files, kind, start = LANGUAGES[language]
    repo = _repository(tmp_path / "repo", files)

    assert main(["init", "--repo", str(repo), "--action", PIN]) == 0
    config = load_config((repo / "perfgate.toml").read_text(), where="perfgate.toml")
    target = find_target(config, config.target)
    assert isinstance(target.kind, kind)
    assert target.start[:1] == start
    assert "gw" in target.name
    assert not config.wants_baseline


def test_what_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second init changes nothing; a file of somebody's own is kept and named, until --force."""
    repo = _repository(tmp_path / "repo", LANGUAGES["node"][0])
    words = ["init", "--repo", str(repo), "--action", PIN]
    path = repo / ".github" / "workflows" / "perf-gate.yml"
    assert main(words) == 0
    ours = path.read_text()
    assert main(words) == 0
    path.write_text("name: mine\n")

    assert main(words) == 2
    assert ".github/workflows/perf-gate.yml" in capsys.readouterr().err
    assert path.read_text() == "name: mine\n"
    assert main([*words, "--force"]) == 0
    assert path.read_text() == ours


def test_builds_and_runs_stay_out_of_commits(tmp_path: Path) -> None:
    """The folder of perfgate is ignored by git, once, and what was ignored before still is."""
    repo = _repository(tmp_path / "repo", {**LANGUAGES["node"][0], ".gitignore": "node_modules"})
    for _ in range(2):
        assert main(["init", "--repo", str(repo), "--action", PIN]) == 0

    assert (repo / ".gitignore").read_text() == "node_modules\n.perfgate/\n"


def test_baselines_follow_the_default_branch(tmp_path: Path) -> None:
    """New baselines are measured of what is merged into the branch that the clone calls its default."""
    repo = _repository(tmp_path / "repo", LANGUAGES["node"][0])
    git(repo, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")

    assert main(["init", "--repo", str(repo), "--action", PIN]) == 0
    text = (repo / ".github" / "workflows" / "perf-baseline.yml").read_text()
    assert "branches: [trunk]" in text


@pytest.mark.parametrize("pin", ["perfgate/perfgate@v1", "perfgate@" + "a" * 40], ids=["tag", "no owner"])
def test_only_a_whole_commit_is_a_pin(tmp_path: Path, pin: str) -> None:
    """A tag can be moved, so it is refused before anything is written."""
    repo = _repository(tmp_path / "repo", LANGUAGES["node"][0])

    assert main(["init", "--repo", str(repo), "--action", pin]) == 2
    assert not (repo / ".github").exists()


def test_an_unknown_language_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a marker of a language nothing is written, and the way by hand is named."""
    repo = _repository(tmp_path / "repo", {"gateway.lua": ""})

    assert main(["init", "--repo", str(repo), "--action", PIN]) == 2
    assert "add-a-target.md" in capsys.readouterr().err
    assert not (repo / ".github").exists()


def test_what_is_written_is_sound(tmp_path: Path) -> None:
    """actionlint and zizmor have nothing to say about an adopter's workflows."""
    repo = _repository(tmp_path / "repo", LANGUAGES["node"][0])
    main(["init", "--repo", str(repo), "--action", PIN])
    tools = Path(sys.executable).parent
    for program, *words in (("actionlint",), ("zizmor", "--offline", "--no-progress", ".")):
        done = subprocess.run(
            [str(tools / program), *words], cwd=repo, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_templates_use_the_actions_that_we_use() -> None:
    """Their pins are those of this repository's workflows, and the waking workflow is the very same."""
    ours = {use for path in (PROJECT / ".github").rglob("*.yml") for use in USES.findall(path.read_text())}
    theirs = {use for name in WORKFLOWS for use in USES.findall((TEMPLATES / name).read_text())}

    assert theirs <= ours
    label = "perf-label.yml"
    assert (TEMPLATES / label).read_text() == (PROJECT / ".github" / "workflows" / label).read_text()
