"""The repository as the rules see it: its Python modules, parsed once, and its text files."""

import ast
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file: its dotted name, its text, its syntax tree and all nodes of that."""

    path: Path
    name: str
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]

    @property
    def unit(self) -> str:
        """The room of the house it belongs to: "judge" for perf.judge.plan, "" for perf itself."""
        return unit_of(self.name)

    @property
    def where(self) -> str:
        """The path from the root, for messages."""
        return self.path.relative_to(ROOT).as_posix()

    def at(self, node: ast.stmt | ast.expr | ast.excepthandler) -> str:
        """File and line of a node, for messages."""
        return f"{self.where}:{node.lineno}"


def unit_of(name: str) -> str:
    """The second word of a dotted name of ours, "" where there is none."""
    return [*name.split("."), ""][1]


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules(folder: str) -> tuple[Module, ...]:
    """Every Python file below a top folder, in order of path."""
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        found.append(parsed(path, path.read_text(encoding="utf-8")))
    return tuple(found)


def parsed(path: Path, text: str) -> Module:
    """A module as the rules see it."""
    tree = ast.parse(text, str(path))
    return Module(path=path, name=_dotted(path), text=text, tree=tree, nodes=tuple(ast.walk(tree)))


def hold(rule: Callable[[Module], Iterable[str]], among: Iterable[Module], *, hint: str = "") -> None:
    """Fail with everything that breaks the rule, one a line, and the hint below."""
    __tracebackhide__ = True
    broken = [line for module in among for line in rule(module)]
    if broken:
        pytest.fail("\n".join([*broken, hint]).rstrip(), pytrace=False)


@cache
def text_files() -> tuple[Path, ...]:
    """Every file that git tracks or would track, without locks."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    paths = [ROOT / name for name in names if name and not name.startswith(".ci/lock/")]
    return tuple(path for path in sorted(paths) if path.is_file() and b"\0" not in path.read_bytes())


def imports(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each imported dotted name with its statement; relative ones made absolute, functions included."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(module, node)
            yield from ((node, f"{origin}.{alias.name}") for alias in node.names)


def _origin(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    is_package = module.path.stem == "__init__"
    parts = module.name.split(".")
    kept = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*kept, *([node.module] if node.module else [])])


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
