"""Fetching what a measuring run uploaded: into memory, bounded, the token going to GitHub alone."""

import httpx
from github.Repository import Repository

from perf.errors import ArtifactError, PublishError
from perf.github.archive import MAX_ARCHIVE_BYTES
from perf.github.client import Asking, asked
from perf.github.runs import WorkflowRun

_TIMEOUT_S = 30.0
_READS = "actions: read"


def artifact_name(attempt: int) -> str:
    """What the measuring job of this attempt calls its artifact."""
    return f"perfgate-run-{attempt}"


def fetch_artifact(repository: Repository, run: WorkflowRun, *, token: str, api: str) -> bytes | None:
    """The zip that this attempt of the run uploaded; None if it left none, ArtifactError if it is refused."""
    asking = Asking(what="the list of artifacts", where=run.url, permission=_READS)
    with asked(asking):
        listed = [
            artifact
            for artifact in repository.get_workflow_run(run.run_id).get_artifacts()
            if artifact.name == artifact_name(run.attempt)
        ]
    if not listed:
        return None
    newest = max(listed, key=lambda artifact: artifact.id)
    if newest.expired:
        raise _refused(run, "it has expired")
    if newest.size_in_bytes > MAX_ARCHIVE_BYTES:
        raise _refused(run, f"it is larger than {MAX_ARCHIVE_BYTES:,} bytes")
    address = f"{api}/actions/artifacts/{newest.id}/zip"
    return _download(address, run=run, token=token)


def _download(address: str, *, run: WorkflowRun, token: str) -> bytes:
    """Two requests: GitHub redirects to a storage that must never see the token."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    try:
        with httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False) as http:
            answer = http.get(address, headers=headers)
            if answer.status_code != httpx.codes.FOUND:
                raise _unreachable(run, f"GitHub answered {answer.status_code}")
            target = httpx.URL(answer.headers.get("Location", ""))
            if target.scheme != httpx.URL(address).scheme or not target.host:
                raise _unreachable(run, "the redirect leads nowhere safe")
            return _body(http, target, run=run)
    except httpx.HTTPError as error:
        raise _unreachable(run, str(error)) from error


def _body(http: httpx.Client, target: httpx.URL, *, run: WorkflowRun) -> bytes:
    content = bytearray()
    with http.stream("GET", target, headers={"Accept-Encoding": "identity"}) as answer:
        if answer.status_code != httpx.codes.OK:
            raise _unreachable(run, f"the storage answered {answer.status_code}")
        for piece in answer.iter_raw():
            content += piece
            if len(content) > MAX_ARCHIVE_BYTES:
                raise _refused(run, f"it is larger than {MAX_ARCHIVE_BYTES:,} bytes")
    return bytes(content)


def _refused(run: WorkflowRun, why: str) -> ArtifactError:
    return ArtifactError(
        f"The artifact of the measuring job is refused: {why}",
        where=run.url,
        cure="Run the measuring workflow again.",
    )


def _unreachable(run: WorkflowRun, why: str) -> PublishError:
    return PublishError(
        f"The artifact could not be fetched: {why}",
        where=run.url,
        cure=f"Run this workflow again; the job needs\npermissions:\n  {_READS}",
    )
