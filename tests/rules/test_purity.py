"""The core decides: it reads no clock, no environment and no file, and loads nothing that could."""

import ast
import subprocess
import sys
from collections.abc import Iterator

from tests.rules.house import CORE, GATEWAY_CORE, STRICT_CORE
from tests.rules.source import ROOT, Module, hold, imports, modules

SHELL_MODULES = frozenset(
    """
    asyncio ctypes fcntl http.client http.server logging multiprocessing os pathlib secrets select selectors
    shutil signal socket sqlite3 ssl subprocess tempfile threading time urllib.request uuid
    """.split()  # noqa: SIM905 - a list of words reads better than a list of strings
)
SHELL_CALLS = frozenset({"open", "print", "input", "exec", "eval", "breakpoint"})
CLOCKS = frozenset({"now", "today", "utcnow"})
NEVER_LOADED = ("asyncio", "socket", "_socket", "selectors", "ssl", "subprocess", "multiprocessing")

LOOK = """
import importlib, sys
for name in {names}: importlib.import_module(name)
print(*sorted(set({never}) & set(sys.modules)))
"""


def impurities(module: Module) -> Iterator[str]:
    """Imports and calls by which a module could reach the world outside."""
    yield from _impure_imports(module)
    for node in module.nodes:
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in SHELL_CALLS:
                yield f"{module.at(node)} calls {name}()"
            case ast.Attribute(value=ast.Name(id="random"), attr=name) if name != "Random":
                yield f"{module.at(node)} uses random.{name}; take a Random as a parameter"
            case ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=name) if name in CLOCKS:
                yield f"{module.at(node)} reads the clock by {name}; take the time as a parameter"


def _impure_imports(module: Module) -> Iterator[str]:
    for node, name in imports(module):
        if any(f"{name}.".startswith(f"{shell}.") for shell in SHELL_MODULES):
            yield f"{module.at(node)} imports {name}"
        if name.startswith("random.") and name != "random.Random":
            yield f"{module.at(node)} imports {name}; take a Random as a parameter"


def _is_core_of_the_gateway(module: Module) -> bool:
    return module.unit == "gateway" and module.name.split(".")[2:3] in [[name] for name in GATEWAY_CORE]


def test_the_core_touches_nothing_outside() -> None:
    """Facts come in as parameters and go out as return values."""
    hold(impurities, [module for module in modules("perf") if module.unit in CORE])


def test_the_core_of_the_gateway_touches_nothing_outside() -> None:
    """The reference gateway keeps the rule too: time and randomness are parameters of its decisions."""
    hold(impurities, [module for module in modules("perf") if _is_core_of_the_gateway(module)])


def test_the_strict_core_loads_no_shell() -> None:
    """Importing model, stats and judge works without site-packages and loads no event loop and no socket."""
    names = [module.name for module in modules("perf") if module.unit in STRICT_CORE]
    look = [sys.executable, "-S", "-c", LOOK.format(names=names, never=NEVER_LOADED)]

    done = subprocess.run(look, cwd=ROOT, env={}, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
