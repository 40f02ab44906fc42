"""How modules are written: docstrings, exceptions, dataclasses, words."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.rules.source import ROOT, Module, functions, hold, imports, modules, text_files

OURS = modules("perf")
TESTS = modules("tests")
ALL = [*OURS, *TESTS]

TOO_WIDE = frozenset({"Exception", "BaseException"})
VAGUE_NAMES = frozenset({"latency", "old", "new"})
WANTED_OF_DATACLASSES = frozenset({"frozen", "slots", "kw_only"})
IGNORES = re.compile(r"#\s*type:\s*ignore(?P<rest>.*)")
GOOD_IGNORE = re.compile(r"\[[\w-]+(, ?[\w-]+)*\]\s+#\s*\S")
UNFINISHED = re.compile(rf"\b({'TO' + 'DO'}|{'FIX' + 'ME'}|{'X' * 3}|{'HA' + 'CK'})\b")
SOMEBODYS_MACHINE = re.compile(r"(?<![\w.:/~-])/(work|root)/\w")


def mute_modules(module: Module) -> Iterator[str]:
    """Modules whose docstring is missing, or does not open with a sentence."""
    opening = (ast.get_docstring(module.tree) or "").split("\n\n")[0].strip()
    if not opening.endswith((".", ":")):
        yield f"{module.where} does not open with a sentence that says what belongs there"


def mute_tests(module: Module) -> Iterator[str]:
    """Test functions without a docstring."""
    for node in functions(module):
        if node.name.startswith("test_") and not ast.get_docstring(node):
            yield f"{module.at(node)} {node.name} states no fact"


def patches(module: Module) -> Iterator[str]:
    """Imports of mock."""
    for node, name in imports(module):
        if name.startswith("unittest.mock"):
            yield f"{module.at(node)} imports {name}"


def wide_handlers(module: Module) -> Iterator[str]:
    """Places that catch exceptions which nobody thought of."""
    for node in module.nodes:
        match node:
            case ast.ExceptHandler(type=None):
                yield f"{module.at(node)} catches everything"
            case ast.ExceptHandler(type=ast.Name(id=name)) if name in TOO_WIDE and not _raises_again(node):
                yield f"{module.at(node)} catches {name}"
            case ast.Call(func=ast.Attribute(attr="suppress") | ast.Name(id="suppress"), args=arguments):
                if any(isinstance(given, ast.Name) and given.id in TOO_WIDE for given in arguments):
                    yield f"{module.at(node)} suppresses everything"


def bare_ignores(module: Module) -> Iterator[str]:
    """Ignored type errors without a code in brackets, or without a comment that says why."""
    for number, line in enumerate(module.text.splitlines(), 1):
        if (found := IGNORES.search(line)) and not GOOD_IGNORE.match(found["rest"]):
            yield f"{module.where}:{number}"


def loose_dataclasses(module: Module) -> Iterator[str]:
    """Dataclasses that can change, or be built by position."""
    for node in module.nodes:
        for decorator in node.decorator_list if isinstance(node, ast.ClassDef) else ():
            options = _dataclass_options(decorator)
            if options is not None and not options >= WANTED_OF_DATACLASSES:
                yield f"{module.where}:{decorator.lineno} lacks {sorted(WANTED_OF_DATACLASSES - options)}"


def vague_names(module: Module) -> Iterator[str]:
    """Variables and parameters called just latency, old or new."""
    for node in module.nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) if name in VAGUE_NAMES:
                yield f"{module.where}:{node.lineno} {name}"


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None


def _dataclass_options(decorator: ast.expr) -> frozenset[str] | None:
    match decorator:
        case ast.Name(id="dataclass"):
            return frozenset()
        case ast.Call(func=ast.Name(id="dataclass"), keywords=keywords):
            given = [word for word in keywords if isinstance(word.value, ast.Constant) and word.value.value]
            return frozenset(word.arg or "" for word in given)
    return None


def test_a_module_opens_with_one_sentence() -> None:
    """The docstring of every module says, as a sentence, what belongs there."""
    hold(mute_modules, ALL)


def test_every_test_states_a_fact() -> None:
    """Each test function has a docstring of its own."""
    hold(mute_tests, ALL)


def test_nothing_is_patched() -> None:
    """Tests fake the ports; they replace nothing inside."""
    hold(patches, TESTS)


def test_only_named_exceptions_are_caught() -> None:
    """Catching everything hides the failure that nobody thought of; to clean up and raise again is fine."""
    hold(wide_handlers, ALL)


def test_an_ignored_type_error_has_a_code_and_a_reason() -> None:
    """The code stands in brackets, and a second comment on the line says why."""
    hold(bare_ignores, [module for module in ALL if not module.name.startswith("tests.rules.")])


def test_dataclasses_are_frozen_values() -> None:
    """Frozen, with slots, and built by keyword; a thing with state is an ordinary class."""
    hold(loose_dataclasses, OURS)


def test_names_are_not_vague() -> None:
    """It is TTFT, ITL or E2E, and baseline and candidate."""
    hold(vague_names, OURS)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(UNFINISHED, id="unfinished-work"),
        pytest.param(SOMEBODYS_MACHINE, id="a-path-of-one-machine"),
    ],
)
def test_no_text_holds(pattern: re.Pattern[str]) -> None:
    """What is committed is finished, and is not about the machine that it was written on."""
    wrong = [
        f"{path.relative_to(ROOT)}:{number} {found[0]}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := pattern.search(line))
    ]

    assert not wrong, "\n".join(wrong)
