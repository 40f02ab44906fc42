"""A fresh world for each test of the trusted side."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from perf.commands.publish_run import MEASURING
from tests.doubles.github.server import github_double
from tests.doubles.github.state import Pull, Run
from tests.github.measured import HEAD_SHA, a_repository
from tests.github.world import World


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The default branch and the base commit."""
    repo = tmp_path_factory.mktemp("checkout")
    return repo, a_repository(repo)


@pytest.fixture
def world(tmp_path: Path, checkout: tuple[Path, str]) -> Iterator[World]:
    """Pull request 7 with run 5, which has uploaded nothing yet."""
    repo, base = checkout
    with github_double() as github:
        pull = Pull(
            number=7,
            head_repository="acme/gateway",
            head_branch="faster",
            head_sha=HEAD_SHA,
            base_branch="main",
            base_sha=base,
        )
        run = Run(
            number=5,
            path=MEASURING,
            event="pull_request",
            head_sha=HEAD_SHA,
            head_branch="faster",
            pulls=(7,),
        )
        github.open(pull)
        github.ran(run)
        yield World(github=github, repo=repo, base=base, folder=tmp_path / "runs", run=run, pull=pull)
        assert github.leaks == []
