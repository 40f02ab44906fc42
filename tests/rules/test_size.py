"""How big things may be and what they may be called."""

import ast
import re
from collections.abc import Iterator

from tests.rules.source import Module, functions, hold, modules

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_PARAMETERS = 6
MAX_POSITIONAL = 2
GIVEN = frozenset({"openai_streaming_mock", "anthropic_streaming_mock", "anthropic_mock_with_cache"})
"""Helpers that the suites of others call as they always did, all by position."""
NAMES_THAT_SAY_NOTHING = frozenset(
    {"base", "common", "helper", "helpers", "manager", "managers", "util", "utils"}
)

OURS = modules("perf")
ALL = [*OURS, *modules("tests")]


def long_files(module: Module) -> Iterator[str]:
    """Files over the limit."""
    if (lines := module.text.count("\n")) > MAX_FILE_LINES:
        yield f"{module.where} has {lines} lines"


def long_functions(module: Module) -> Iterator[str]:
    """Functions over the limit, from `def` to their last line."""
    for node in functions(module):
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION_LINES:
            yield f"{module.at(node)} {node.name} has {lines} lines"


def wide_signatures(module: Module) -> Iterator[str]:
    """Functions with too many parameters, or too many that a caller may give without their name."""
    for node in functions(module):
        positional = _positional(node)
        if (count := len(positional) + len(node.args.kwonlyargs)) > MAX_PARAMETERS:
            yield f"{module.at(node)} {node.name} has {count} parameters"
        if len(positional) > MAX_POSITIONAL and not _is_called_by_others(node.name):
            yield f"{module.at(node)} {node.name} has {len(positional)} positional parameters"


def empty_names(module: Module) -> Iterator[str]:
    """Modules and packages whose name does not say what is in them."""
    words = {word for part in module.name.split(".") for word in re.split(r"_+", part)}
    for word in sorted(words & NAMES_THAT_SAY_NOTHING):
        yield f"{module.where}: {word!r} says nothing"


def _positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    names = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _is_called_by_others(name: str) -> bool:
    """Python calls the methods with two underscores, pytest the tests; and some signatures are given."""
    is_special = name.startswith("__") and name.endswith("__") and name != "__init__"
    return is_special or name.startswith("test_") or name in GIVEN


def test_a_file_fits_in_300_lines() -> None:
    """A longer file holds two subjects."""
    hold(long_files, ALL)


def test_a_function_fits_in_40_lines() -> None:
    """A longer function holds two steps, and the second wants a name."""
    hold(long_functions, ALL)


def test_parameters_are_few_and_named() -> None:
    """At most six, two of them positional; what Python or pytest calls is free, as is what is given."""
    hold(wide_signatures, OURS, hint="Put `*,` after the second parameter.")


def test_a_module_is_named_after_its_subject() -> None:
    """No module and no package is called utils, helpers, common, base or manager."""
    hold(empty_names, ALL)
