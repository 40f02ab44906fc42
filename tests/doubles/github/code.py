"""Commits, references and files, out of the bare git repository behind the double."""

import base64
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from tests.doubles.github.exchange import NOT_FOUND, Answer, Asked, refused

_WHO = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "perfgate"), ("EMAIL", "perfgate@example.org"))
}


def contents(asked: Asked) -> Answer:
    """A file, or the names in a folder, at a commit."""
    rev, path = asked.query.get("ref", asked.double.default_branch), unquote(asked.words["path"])
    kind = _try(asked, "cat-file", "-t", f"{rev}:{path}")
    if kind is None:
        return NOT_FOUND
    if kind == "tree":
        names = _git(asked, "ls-tree", "--name-only", f"{rev}:{path}").splitlines()
        return Answer(status=200, content=[_entry(asked, f"{path}/{name}", rev=rev) for name in names])
    return Answer(status=200, content=_file(asked, path, rev=rev))


def put_contents(asked: Asked) -> Answer:
    """A commit on a branch that writes one file; 409 if the file is no longer what the client saw."""
    path, branch = unquote(asked.words["path"]), asked.text("branch", otherwise=asked.double.default_branch)
    head = _try(asked, "rev-parse", "--verify", f"refs/heads/{branch}")
    if head is None:
        return refused(404, f"Branch {branch} not found")
    blob = _try(asked, "rev-parse", "--verify", f"{head}:{path}")
    if (blob or "") != asked.text("sha"):
        return refused(409, f"{path} does not match {asked.text('sha')}")
    commit = _committed(asked, path, head=head)
    _git(asked, "update-ref", f"refs/heads/{branch}", commit)
    for pull in asked.double.pulls.values():
        if pull.head_branch == branch:
            pull.head_sha = commit
    content = {"content": _entry(asked, path, rev=commit), "commit": _git_commit(asked, commit)}
    return Answer(status=201 if blob is None else 200, content=content)


def reference(asked: Asked) -> Answer:
    """Where a branch or a tag points."""
    name = f"refs/{unquote(asked.words['ref'])}"
    sha = _try(asked, "rev-parse", "--verify", name)
    return NOT_FOUND if sha is None else Answer(status=200, content=_reference(asked, name, sha=sha))


def add_reference(asked: Asked) -> Answer:
    """A new branch or tag; 422 if it exists."""
    name, sha = asked.text("ref"), asked.text("sha")
    if _try(asked, "rev-parse", "--verify", name) is not None:
        return refused(422, "Reference already exists")
    if _try(asked, "cat-file", "-e", f"{sha}^{{commit}}") is None:
        return refused(422, "Object does not exist")
    _git(asked, "update-ref", name, sha)
    return Answer(status=201, content=_reference(asked, name, sha=sha))


def change_reference(asked: Asked) -> Answer:
    """A branch that points elsewhere; 422 if that loses commits and `force` is not given."""
    name, sha = f"refs/{unquote(asked.words['ref'])}", asked.text("sha")
    before = _try(asked, "rev-parse", "--verify", name)
    if before is None:
        return refused(422, "Reference does not exist")
    if not asked.body.get("force") and _try(asked, "merge-base", "--is-ancestor", before, sha) is None:
        return refused(422, "Update is not a fast forward")
    _git(asked, "update-ref", name, sha)
    return Answer(status=200, content=_reference(asked, name, sha=sha))


def delete_reference(asked: Asked) -> Answer:
    """A branch that is gone."""
    name = f"refs/{unquote(asked.words['ref'])}"
    if _try(asked, "rev-parse", "--verify", name) is None:
        return refused(422, "Reference does not exist")
    _git(asked, "update-ref", "-d", name)
    return Answer(status=204)


def commit(asked: Asked) -> Answer:
    """One commit with its parents."""
    sha = _try(asked, "rev-parse", "--verify", f"{unquote(asked.words['ref'])}^{{commit}}")
    if sha is None:
        return refused(422, f"No commit found for SHA: {asked.words['ref']}")
    whole = _git_commit(asked, sha)
    parents = [
        {"sha": each["sha"], "url": f"{asked.api}/commits/{each['sha']}"} for each in _parents(asked, sha)
    ]
    content = {"sha": sha, "url": f"{asked.api}/commits/{sha}", "parents": parents}
    inner = {"message": whole["message"], "tree": whole["tree"], "author": None, "committer": None}
    return Answer(status=200, content={**content, "commit": inner, "author": None, "committer": None})


def _committed(asked: Asked, path: str, *, head: str) -> str:
    """A commit on `head` in which one file has what the body says."""
    blob = _git(asked, "hash-object", "-w", "--stdin", given=base64.b64decode(asked.text("content")))
    with tempfile.TemporaryDirectory() as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index"), **_WHO}
        _git(asked, "read-tree", head, env=env)
        _git(asked, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", env=env)
        tree = _git(asked, "write-tree", env=env)
        return _git(asked, "commit-tree", tree, "-p", head, "-m", asked.text("message"), env=env)


def _file(asked: Asked, path: str, *, rev: str) -> Mapping[str, object]:
    data = _bytes(asked, "cat-file", "blob", f"{rev}:{path}")
    encoded = base64.encodebytes(data).decode()
    return {**_entry(asked, path, rev=rev), "encoding": "base64", "content": encoded, "size": len(data)}


def _entry(asked: Asked, path: str, *, rev: str) -> Mapping[str, object]:
    kind = "dir" if _git(asked, "cat-file", "-t", f"{rev}:{path}") == "tree" else "file"
    return {
        "type": kind,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": _git(asked, "rev-parse", f"{rev}:{path}"),
        "size": 0,
        "url": f"{asked.api}/contents/{path}?ref={rev}",
    }


def _reference(asked: Asked, name: str, *, sha: str) -> Mapping[str, object]:
    target = {"type": "commit", "sha": sha, "url": f"{asked.api}/git/commits/{sha}"}
    return {"ref": name, "url": f"{asked.api}/git/{name}", "object": target}


def _git_commit(asked: Asked, sha: str) -> dict[str, object]:
    return {
        "sha": sha,
        "message": _git(asked, "log", "-1", "--format=%B", sha),
        "tree": {"sha": _git(asked, "rev-parse", f"{sha}^{{tree}}"), "url": f"{asked.api}/git/trees/{sha}"},
    }


def _parents(asked: Asked, sha: str) -> list[dict[str, str]]:
    return [{"sha": parent} for parent in _git(asked, "log", "-1", "--format=%P", sha).split()]


def _git(
    asked: Asked, *arguments: str, given: bytes | None = None, env: Mapping[str, str] | None = None
) -> str:
    return _bytes(asked, *arguments, given=given, env=env).decode().strip()


def _bytes(
    asked: Asked, *arguments: str, given: bytes | None = None, env: Mapping[str, str] | None = None
) -> bytes:
    return asked.double.run_git(*arguments, given=given, env=env)


def _try(asked: Asked, *arguments: str) -> str | None:
    """What git says, or None where it says no."""
    try:
        return _git(asked, *arguments)
    except subprocess.CalledProcessError:
        return None
