"""One request as a handler sees it, and the answers that all handlers give alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.doubles.github.state import FULL_NAME, GithubDouble, Token

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that may be served: the words of its path, its query and its body."""

    double: GithubDouble
    token: Token
    base: str
    path: str
    words: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, object]

    def number(self, word: str) -> int:
        """A word of the path that is a number; 0 where it is none, which nothing is called."""
        text = self.words[word]
        return int(text) if text.isdigit() else 0

    def text(self, key: str, *, otherwise: str = "") -> str:
        """A text of the body."""
        return str(self.body.get(key) or otherwise)

    @property
    def api(self) -> str:
        """Where the repository's resources are: on the host that the client named, as it demands."""
        return f"{self.base}/repos/{FULL_NAME}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status and what is stated; `raw` is sent as it is, and needs no description."""

    status: int
    content: object = None
    headers: Headers = ()
    raw: bytes | None = None


NOT_FOUND = Answer(status=404, content={"message": "Not Found"})


def refused(status: int, message: str, *, errors: Sequence[str] = (), headers: Headers = ()) -> Answer:
    """An error as GitHub words it."""
    content: dict[str, object] = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    if errors:
        content["errors"] = [{"message": error} for error in errors]
    return Answer(status=status, content=content, headers=headers)


def page(asked: Asked, items: Sequence[object], *, key: str = "") -> Answer:
    """One page of a list, with the address of the next in Link; with `key`, as GitHub wraps such lists."""
    size = min(100, int(asked.query.get("per_page", "30")))
    number = int(asked.query.get("page", "1"))
    shown = list(items[(number - 1) * size : number * size])
    headers: Headers = ()
    if number * size < len(items):
        others = {name: value for name, value in asked.query.items() if name not in ("page", "per_page")}
        query = "&".join(f"{name}={value}" for name, value in {**others, "per_page": size}.items())
        headers = (("Link", f'<{asked.base}{asked.path}?{query}&page={number + 1}>; rel="next"'),)
    content: object = {"total_count": len(items), key: shown} if key else shown
    return Answer(status=200, content=content, headers=headers)
