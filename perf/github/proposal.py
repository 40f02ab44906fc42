"""One file proposed as a pull request of its own: a branch that is made anew, and one open request for it."""

from dataclasses import dataclass

from github import GithubException, UnknownObjectException
from github.Repository import Repository

from perf.github.client import Asking, asked, client

_NEEDED = "contents: write\n  pull-requests: write"
_EXISTS = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed: `content` as the file `path` on `branch`, which starts at `start` of `base`."""

    path: str
    content: bytes
    branch: str
    base: str
    start: str
    title: str
    body: str


def propose(name: str, proposal: Proposal, *, token: str, api_url: str) -> str:
    """Open the pull request, or bring the open one up to date; gives its address."""
    asking = Asking(what="the proposal", where=f"{name}, branch {proposal.branch}", permission=_NEEDED)
    with asked(asking), client(token, api_url=api_url) as github:
        repository = github.get_repo(name)
        _start_branch(repository, proposal)
        _write(repository, proposal)
        return _request(repository, proposal)


def _start_branch(repository: Repository, proposal: Proposal) -> None:
    """Make the branch, or move it: what an older run had proposed is outdated."""
    try:
        repository.create_git_ref(f"refs/heads/{proposal.branch}", proposal.start)
    except GithubException as error:
        if error.status != _EXISTS:
            raise
        branch = repository.get_git_ref(f"heads/{proposal.branch}")
        branch.complete()  # only GitHub's answer has the address at which it can be changed
        branch.edit(proposal.start, force=True)


def _write(repository: Repository, proposal: Proposal) -> None:
    try:
        found = repository.get_contents(proposal.path, ref=proposal.branch)
    except UnknownObjectException:
        repository.create_file(
            proposal.path, proposal.title, content=proposal.content, branch=proposal.branch
        )
        return
    assert not isinstance(found, list), "a file, not a folder"
    repository.update_file(
        proposal.path, proposal.title, content=proposal.content, sha=found.sha, branch=proposal.branch
    )


def _request(repository: Repository, proposal: Proposal) -> str:
    owner = repository.owner.login
    for pull in repository.get_pulls(state="open", head=f"{owner}:{proposal.branch}", base=proposal.base):
        pull.edit(title=proposal.title, body=proposal.body)
        return pull.html_url
    opened = repository.create_pull(proposal.base, proposal.branch, title=proposal.title, body=proposal.body)
    return opened.html_url
