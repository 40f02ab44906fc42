"""How GitHub is asked, and how a refusal is told."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass

from github import Auth, Github, GithubException, GithubRetry, RateLimitExceededException
from requests.exceptions import RequestException

from perf.errors import PublishError

_TIMEOUT_S = 20
_RETRIES = 4
_MAX_RATE_WAIT_S = 60
SAFE_TO_REPEAT = frozenset({"GET", "HEAD", "PATCH", "DELETE"})
"""Not POST: a comment whose answer got lost would be posted twice."""
REPEAT_ALL = SAFE_TO_REPEAT | {"POST", "PUT"}
"""For what may be said twice, such as a commit status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked of GitHub, where, and the `permissions` line that the job needs for it."""

    what: str
    where: str
    permission: str
    from_fork: bool = False


def client(token: str, *, api_url: str, repeated: Set[str] = SAFE_TO_REPEAT) -> Github:
    """A client that repeats the methods of `repeated` after a 5xx, and waits a minute for a rate limit."""
    if not token:
        raise PublishError(
            "there is no token", where="GITHUB_TOKEN", cure="Set it: `GITHUB_TOKEN: ${{ github.token }}`."
        )
    return Github(
        auth=Auth.Token(token),
        base_url=api_url,
        lazy=True,
        per_page=100,
        timeout=_TIMEOUT_S,
        retry=GithubRetry(total=_RETRIES, max_rate_limit_wait=_MAX_RATE_WAIT_S, allowed_methods=repeated),
        seconds_between_requests=None,
        seconds_between_writes=None,
        user_agent="perfgate",
    )


@contextmanager
def asked(asking: Asking) -> Iterator[None]:
    """Turn a refusal, or a failure of the network, into a PublishError that says what to do."""
    try:
        yield
    except (GithubException, RequestException) as error:
        raise _refusal(error, asking) from error


def _refusal(error: GithubException | RequestException, asking: Asking) -> PublishError:
    where = asking.where
    if isinstance(error, RequestException):
        return PublishError(
            f"GitHub could not be reached: {error}", where=where, cure="Run the same command again."
        )
    if isinstance(error, RateLimitExceededException):
        return PublishError("GitHub's rate limit is used up", where=where, cure="Publish again in an hour.")
    told = error.message or "no reason given"
    return PublishError(
        f"GitHub refused {asking.what}: {error.status} {told}", where=where, cure=_cure(error, asking)
    )


def _cure(error: GithubException, asking: Asking) -> str:
    lines = f"permissions:\n  {asking.permission}"
    match error.status:
        case 401:
            return "The token is wrong or has expired; pass `${{ github.token }}`."
        case 403 if asking.from_fork:
            return (
                "Runs of a fork's pull request get a token that only reads; "
                "the job summary has the report. The workflow perf-report can post it."
            )
        case 403:
            return f"Add to the job:\n{lines}"
        case 404:
            return f"Check the repository and the pull request's number, and add to the job:\n{lines}"
        case 422:
            return "GitHub finds it too long or malformed; this is a fault of perfgate, please report it."
        case _:
            return "Run the same command again; if it stays so, look at https://www.githubstatus.com."
