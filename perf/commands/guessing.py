"""The first perfgate.toml of a repository, guessed from the files of its language."""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from string import Template

from perf.errors import UsageError

_UNFIT = re.compile(r"[^a-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guess:
    kind: str
    name: str
    inputs: tuple[str, ...]
    start: tuple[str, ...]
    more: str = ""
    """Another line of the table."""


def guessed_target(root: Path, *, template: str) -> str:
    """The template, filled in for a Rust, Go, Node or Python project at the top of a repository.

    Raises UsageError where it is none of these, or its own description cannot be read.
    """
    for marker, guess in (
        ("Cargo.toml", _cargo),
        ("go.mod", _go),
        ("package.json", _npm),
        ("pyproject.toml", _python),
    ):
        if (root / marker).is_file():
            try:
                return _filled(template, guess(root, (root / marker).read_text(encoding="utf-8")))
            except (tomllib.TOMLDecodeError, json.JSONDecodeError, KeyError) as error:
                raise UsageError(
                    f"It cannot be read: {error}",
                    where=marker,
                    cure="Mend it, or write perfgate.toml by hand.",
                ) from error
    raise UsageError(
        "None of Cargo.toml, go.mod, package.json and pyproject.toml is here, so the language is unknown",
        where=str(root),
        cure='Write perfgate.toml by hand with kind = "command"; docs/how-to/add-a-target.md shows how.',
    )


def _filled(template: str, guess: _Guess) -> str:
    name = _UNFIT.sub("-", guess.name.lower()).strip("-_") or "gateway"
    more = f"\n{guess.more}" if guess.more else ""
    words = {"inputs": json.dumps(guess.inputs) + more, "start": json.dumps(guess.start)}
    return Template(template).substitute(name=name, kind=guess.kind, **words)


def _cargo(root: Path, text: str) -> _Guess:
    name = tomllib.loads(text)["package"]["name"]
    inputs = _existing(root, "src", "build.rs", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml")
    return _Guess(kind="cargo", name=name, inputs=inputs, start=(f"{{out}}/{name}", "--config", "{config}"))


def _go(root: Path, text: str) -> _Guess:
    found = re.search(r"^module (\S+)", text, re.MULTILINE)
    if found is None:
        raise KeyError("module")
    name = found[1].rpartition("/")[2]
    inputs = ("*.go", *_existing(root, "go.mod", "go.sum", "vendor"))
    programs = [path.parent.name for path in root.glob("cmd/*/main.go")]
    at_the_top = any(root.glob("*.go")) or len(programs) != 1
    program = name if at_the_top else programs[0]
    return _Guess(
        kind="go",
        name=name,
        inputs=inputs,
        start=(f"{{out}}/{program}", "-config", "{config}"),
        more="" if at_the_top else f'package = "./cmd/{program}"',
    )


def _npm(root: Path, text: str) -> _Guess:
    package = json.loads(text)
    main = package.get("main", "index.js")
    inputs = _existing(root, "src", "lib", main, "package.json", "package-lock.json")
    start = ("node", f"{{out}}/{main}", "{config}")
    return _Guess(kind="npm", name=package["name"].rpartition("/")[2], inputs=inputs, start=start)


def _python(root: Path, text: str) -> _Guess:
    name = tomllib.loads(text)["project"]["name"]
    module = re.sub(r"[-.]+", "_", name).lower()
    inputs = _existing(root, "src", module, "pyproject.toml", "requirements.txt")
    start = ("{python}", "-O", "-m", module, "--config", "{config}")
    locked = root / "requirements.txt"
    has_hashes = locked.is_file() and "--hash=" in locked.read_text(encoding="utf-8")
    more = f'requirements = "{locked.name}"' if has_hashes else ""
    return _Guess(kind="python", name=name, inputs=inputs, start=start, more=more)


def _existing(root: Path, *names: str) -> tuple[str, ...]:
    """Those that are there, without what is in a folder named before."""
    found: list[str] = []
    for name in names:
        if (root / name).exists() and Path(name).parts[0] not in found:
            found.append(name)
    return tuple(found)
