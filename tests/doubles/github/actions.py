"""Workflow runs and their artefacts."""

from tests.doubles.github import shapes
from tests.doubles.github.exchange import NOT_FOUND, Answer, Asked, page, refused
from tests.doubles.github.state import Artifact, Run


def runs(asked: Asked) -> Answer:
    """Runs by head commit, event and status, newest first."""
    return _listed(asked, list(asked.double.runs.values()))


def runs_of_workflow(asked: Asked) -> Answer:
    """The runs of one workflow file."""
    name = asked.words["workflow_id"]
    return _listed(asked, [run for run in asked.double.runs.values() if run.path.endswith(f"/{name}")])


def run(asked: Asked) -> Answer:
    """One run."""
    found = asked.double.runs.get(asked.number("run_id"))
    return NOT_FOUND if found is None else Answer(status=200, content=shapes.run(asked, found))


def artifacts(asked: Asked) -> Answer:
    """What a run uploaded."""
    number, name = asked.number("run_id"), asked.query.get("name", "")
    found = [
        shapes.artifact(asked, each)
        for each in asked.double.artifacts
        if each.run == number and name in ("", each.name)
    ]
    return page(asked, found, key="artifacts")


def artifact(asked: Asked) -> Answer:
    """One artefact."""
    found = _artifact(asked)
    return NOT_FOUND if found is None else Answer(status=200, content=shapes.artifact(asked, found))


def download(asked: Asked) -> Answer:
    """Where the zip is: on another host, whose address is its own key."""
    found = _artifact(asked)
    if found is None or asked.words["archive_format"] != "zip":
        return NOT_FOUND
    if found.expired:
        return refused(410, "Artifact has expired")
    return Answer(status=302, headers=(("Location", f"{storage_of(asked.base)}/blobs/{found.number}"),))


def storage_of(base: str) -> str:
    """The address of the storage: the same server under another name, so that tokens stay behind."""
    return base.replace("127.0.0.1", "localhost")


def _artifact(asked: Asked) -> Artifact | None:
    number = asked.number("artifact_id")
    return next((each for each in asked.double.artifacts if each.number == number), None)


def _listed(asked: Asked, found: list[Run]) -> Answer:
    query = asked.query
    kept = [
        run
        for run in sorted(found, key=lambda each: -each.number)
        if query.get("head_sha", run.head_sha) == run.head_sha
        and query.get("event", run.event) == run.event
        and query.get("branch", run.head_branch) == run.head_branch
        and query.get("status", run.status) in (run.status, run.conclusion)
    ]
    return page(asked, [shapes.run(asked, each) for each in kept], key="workflow_runs")
