"""The labels that a repository offers."""

from perf.github.client import Asking, asked, client


def labels_of(name: str, *, token: str, api_url: str) -> frozenset[str]:
    """The names of all labels of a repository; PublishError where GitHub refuses or cannot be reached."""
    asking = Asking(what="the list of labels", where=name, permission="issues: read")
    with asked(asking), client(token, api_url=api_url) as github:
        return frozenset(label.name for label in github.get_repo(name).get_labels())
