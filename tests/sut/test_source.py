"""Facts from git, read from real repositories."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.errors import ConfigError, UsageError
from perf.sut.source import (
    candidate_source,
    commit_source,
    config_text,
    default_base,
    inputs_key,
    repository_root,
)
from tests.sut.gateways import a_repository, commit, git

INPUTS = ("src", "lock.txt")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with one commit."""
    return a_repository(tmp_path / "repo")


def test_a_clean_tree_is_its_commit(repo: Path) -> None:
    """Without changes the candidate is HEAD itself, not a copy."""
    candidate = candidate_source(repo)

    assert candidate == commit_source(repo, "HEAD")
    assert not candidate.dirty


def test_a_dirty_tree_holds_changes_and_new_files(repo: Path) -> None:
    """The candidate is what is on disk; the user's index stays as it was."""
    (repo / "README.md").write_text("changed")
    (repo / "new.txt").write_text("new")
    before = git(repo, "status", "--porcelain")

    candidate = candidate_source(repo)

    assert (candidate.dirty, candidate.commit) == (True, "")
    assert git(repo, "show", f"{candidate.tree}:README.md") == "changed"
    assert git(repo, "show", f"{candidate.tree}:new.txt") == "new"
    assert git(repo, "status", "--porcelain") == before


def test_an_edit_right_after_a_commit_is_seen(repo: Path) -> None:
    """A file that changed within the index's own timestamp, and kept its size, is a change all the same."""
    instant = (1_600_000_000, 1_600_000_000)
    git(repo, "config", "core.checkStat", "minimal")
    git(repo, "config", "core.trustctime", "false")
    os.utime(repo / "README.md", instant)
    git(repo, "update-index", "--refresh")
    os.utime(repo / ".git" / "index", instant)
    (repo / "README.md").write_text("HELLO")
    os.utime(repo / "README.md", instant)

    candidate = candidate_source(repo)

    assert candidate.dirty
    assert git(repo, "show", f"{candidate.tree}:README.md") == "HELLO"


@pytest.mark.parametrize("ignored", [True, False], ids=["ignored", "not-ignored"])
def test_what_perfgate_writes_makes_nothing_dirty(repo: Path, *, ignored: bool) -> None:
    """Builds and runs in .perfgate are never part of the candidate."""
    commit(repo, {".gitignore": ".perfgate/\n" if ignored else "*.pyc\n"})
    (repo / ".perfgate").mkdir()
    (repo / ".perfgate" / "run.json").write_text("{}")

    clean = candidate_source(repo)
    (repo / "new.txt").write_text("new")
    dirty = candidate_source(repo)

    assert not clean.dirty
    assert git(repo, "ls-tree", "-r", "--name-only", dirty.tree).split() == sorted(
        [".gitignore", "README.md", "new.txt", "src/gateway.py"]
    )


def test_git_of_a_surrounding_hook_is_not_obeyed(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR and GIT_INDEX_FILE of a calling git do not lead to another repository."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))

    assert repository_root(repo) == repo.resolve()
    assert not candidate_source(repo).dirty


def test_the_base_of_a_branch_is_where_it_left_the_default_branch(repo: Path, tmp_path: Path) -> None:
    """What the default branch got since does not count as a change of ours."""
    fork = git(repo, "rev-parse", "HEAD")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(repo), str(clone))
    commit(clone, {"src/a.py": "1"})
    commit(clone, {"src/a.py": "2"})
    commit(repo, {"src/b.py": "theirs"})
    git(clone, "fetch", "-q")

    base = default_base(clone)

    assert base is not None
    assert base.commit == fork


def test_the_base_on_the_default_branch_is_the_parent(repo: Path) -> None:
    """Without a branch, HEAD is compared with its first parent, and changes with HEAD."""
    first = git(repo, "rev-parse", "HEAD")
    second = commit(repo, {"src/a.py": "1"})
    clean = default_base(repo)
    (repo / "src" / "a.py").write_text("2")
    dirty = default_base(repo)

    assert clean is not None
    assert dirty is not None
    assert (clean.commit, dirty.commit) == (first, second)


def test_the_first_commit_has_no_base(repo: Path) -> None:
    """Where nothing was before, there is nothing to compare with, and no error."""
    assert default_base(repo) is None


def test_a_named_base_decides(repo: Path) -> None:
    """A revision that the caller gives is used as it is."""
    first = git(repo, "rev-parse", "HEAD")
    commit(repo, {"src/a.py": "1"})
    commit(repo, {"src/a.py": "2"})

    base = default_base(repo, "HEAD~2")

    assert base is not None
    assert base.commit == first
    assert base.label == f"HEAD~2 ({first[:9]})"


def test_a_shallow_clone_names_its_cure_only_if_the_parent_is_missing(repo: Path, tmp_path: Path) -> None:
    """A clone of depth 1 lacks the parent; one of depth 2 is as good as a whole one."""
    parent = git(repo, "rev-parse", "HEAD")
    commit(repo, {"src/a.py": "1"})
    for depth in ("1", "2"):
        git(tmp_path, "clone", "-q", "--depth", depth, f"file://{repo}", str(tmp_path / depth))

    with pytest.raises(UsageError, match="shallow clone") as raised:
        default_base(tmp_path / "1")
    with pytest.raises(UsageError, match="no commit 'HEAD\\^1'") as named:
        commit_source(tmp_path / "1", "HEAD^1")
    base = default_base(tmp_path / "2")

    assert "fetch-depth: 0" in raised.value.cure
    assert "fetch-depth: 0" in named.value.cure
    assert base is not None
    assert base.commit == parent


@pytest.mark.parametrize("rev", ["no-such-branch", "--help", "HEAD:README.md"])
def test_an_unknown_revision_is_a_usage_error(repo: Path, rev: str) -> None:
    """A name that git does not know, or takes for something else, is refused with a cure."""
    with pytest.raises(UsageError, match="git knows no commit"):
        commit_source(repo, rev)


def test_no_repository_is_a_usage_error(tmp_path: Path) -> None:
    """Outside a repository, and in one without a commit, the error says what to do."""
    with pytest.raises(UsageError, match="not a git repository"):
        candidate_source(tmp_path)
    git(tmp_path, "init", "-q")
    with pytest.raises(UsageError, match="no commit yet"):
        candidate_source(tmp_path)


def test_only_inputs_change_the_key(repo: Path) -> None:
    """A README edit keeps the key; an edit, rename, new mode or new file among the inputs changes it."""
    keys = [inputs_key(repo, commit_source(repo, "HEAD"), inputs=INPUTS)]
    commit(repo, {"README.md": "edited", "docs/a.md": "new"})
    keys.append(inputs_key(repo, commit_source(repo, "HEAD"), inputs=INPUTS))
    commit(repo, {"src/gateway.py": "edited"})
    keys.append(inputs_key(repo, commit_source(repo, "HEAD"), inputs=INPUTS))
    (repo / "src/gateway.py").rename(repo / "src/renamed.py")
    keys.append(inputs_key(repo, candidate_source(repo), inputs=INPUTS))
    (repo / "src/renamed.py").chmod(0o755)
    keys.append(inputs_key(repo, candidate_source(repo), inputs=INPUTS))
    (repo / "lock.txt").write_text("a==1")
    keys.append(inputs_key(repo, candidate_source(repo), inputs=INPUTS))

    assert keys[0] == keys[1]
    assert len(set(keys[1:])) == 5


def test_excluding_pathspecs_count(repo: Path) -> None:
    """Inputs are git's pathspecs, so a part can be taken out again."""
    inputs = (".", ":(exclude)*.md")
    before = inputs_key(repo, commit_source(repo, "HEAD"), inputs=inputs)
    commit(repo, {"README.md": "edited"})

    assert inputs_key(repo, commit_source(repo, "HEAD"), inputs=inputs) == before


def test_inputs_that_name_nothing_are_refused(repo: Path) -> None:
    """A key of nothing would call every change no change."""
    with pytest.raises(ConfigError, match="name no file"):
        inputs_key(repo, commit_source(repo, "HEAD"), inputs=("scr",))


@settings(max_examples=8)
@given(first=st.binary(max_size=50), second=st.binary(max_size=50))
def test_keys_are_equal_exactly_if_contents_are(
    tmp_path_factory: pytest.TempPathFactory, first: bytes, second: bytes
) -> None:
    """Two trees have one key if and only if their inputs are the same bytes."""
    repo = a_repository(tmp_path_factory.mktemp("property") / "repo")
    keys = []
    for content in (first, second):
        (repo / "src" / "data.bin").write_bytes(content)
        keys.append(inputs_key(repo, candidate_source(repo), inputs=INPUTS))

    assert (keys[0] == keys[1]) == (first == second)


def test_configuration_is_read_from_the_commit_that_is_asked(repo: Path) -> None:
    """A changed file on disk does not change what the base commit says."""
    assert config_text(repo, "HEAD") is None
    commit(repo, {"pyproject.toml": "[project]\n"})
    assert config_text(repo, None) is None
    commit(repo, {"pyproject.toml": "[tool.perfgate.gate]\nsuite = 'one'\n"})
    commit(repo, {"perfgate.toml": "[gate]\nsuite = 'two'\n"})
    (repo / "perfgate.toml").write_text("[gate]\nsuite = 'three'\n")

    texts = [config_text(repo, rev) for rev in ("HEAD^1", "HEAD", None)]

    assert [(text.where, text.text.split("'")[1]) for text in texts if text] == [
        ("HEAD^1:pyproject.toml", "one"),
        ("HEAD:perfgate.toml", "two"),
        ("perfgate.toml", "three"),
    ]
