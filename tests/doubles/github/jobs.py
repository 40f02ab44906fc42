"""What GitHub's runner would hand to a job: the scopes of its token, as the workflow declares them."""

from collections.abc import Mapping

import yaml

from tests.doubles.github.state import READ


def scopes_of(workflow_text: str, job: str, *, from_fork: bool = False) -> Mapping[str, str]:
    """The scopes of one job's token; a job without `permissions` has those of its workflow.

    A pull request of a fork gets a token that at most reads, whatever is declared.
    """
    workflow = yaml.safe_load(workflow_text)
    declared = workflow["jobs"][job].get("permissions", workflow.get("permissions", {}))
    assert isinstance(declared, dict), f"{job} does not list its permissions"
    return dict.fromkeys(declared, READ) if from_fork else declared
