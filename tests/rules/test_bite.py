"""The rules bite: each finds the smallest piece of code that breaks it, and leaves its neighbour alone."""

from collections.abc import Callable, Iterable

import pytest

from tests.rules.source import ROOT, Module, parsed
from tests.rules.test_imports import arrows_up, strangers
from tests.rules.test_manners import bare_ignores, loose_dataclasses, mute_modules, vague_names, wide_handlers
from tests.rules.test_purity import impurities
from tests.rules.test_size import empty_names, long_files, long_functions, wide_signatures
from tests.rules.test_sockets import swift_acks

Rule = Callable[[Module], Iterable[str]]
HANDLER = "try:\n    pass\nexcept {}:\n    {}"
IGNORE = "x = 1  # type: " + "ignore{}"
FROZEN = "@dataclass(frozen=True, slots=True{})\nclass A: ..."

CASES: list[tuple[Rule, str, str, str]] = [
    (arrows_up, "perf/model/a.py", "from perf.judge import plan", "from perf.model import units"),
    (arrows_up, "perf/judge/a.py", "def f():\n    import perf.store.runs", "from perf.stats import holm"),
    (arrows_up, "perf/sut/a.py", "from ..load import run", "from ..wire import read"),
    (arrows_up, "perf/pipeline.py", "from perf import gateway", "from perf import judge"),
    (arrows_up, "perf/gateway/a.py", "from perf import __version__", "from perf.gateway import b"),
    (strangers, "perf/report/a.py", "import github", "import tabulate"),
    (strangers, "perf/judge/a.py", "import numpy", "import math"),
    (impurities, "perf/judge/a.py", "import time", "import math"),
    (impurities, "perf/judge/a.py", "from os import environ", "from random import Random"),
    (impurities, "perf/judge/a.py", "x = random.random()", "x = random.Random(1)"),
    (impurities, "perf/judge/a.py", "x = open('x')", "x = opened('x')"),
    (impurities, "perf/judge/a.py", "x = datetime.now()", "x = datetime.min"),
    (long_files, "perf/a.py", "x = 1\n" * 301, "x = 1\n" * 300),
    (long_functions, "perf/a.py", "def f():\n" + " x = 1\n" * 40, "def f():\n" + " x = 1\n" * 39),
    (wide_signatures, "perf/a.py", "def f(a, b, c): ...", "def f(a, b, *, c): ..."),
    (wide_signatures, "perf/a.py", "def f(*, a, b, c, d, e, g, h): ...", "def __exit__(self, a, b, c): ..."),
    (empty_names, "perf/base_utils.py", "", ""),
    (wide_handlers, "perf/a.py", HANDLER.format("Exception", "pass"), HANDLER.format("OSError", "pass")),
    (wide_handlers, "perf/a.py", HANDLER.format("", "raise"), HANDLER.format("BaseException", "raise")),
    (wide_handlers, "perf/a.py", "suppress(Exception)", "suppress(OSError)"),
    (bare_ignores, "perf/a.py", IGNORE.format("[misc]"), IGNORE.format("[misc]  # the stub is wrong")),
    (loose_dataclasses, "perf/a.py", FROZEN.format(""), FROZEN.format(", kw_only=True")),
    (vague_names, "perf/a.py", "def f(latency): ...", "def f(latency_ns): ..."),
    (swift_acks, "perf/a.py", "s.setsockopt(IPPROTO_TCP, TCP_QUICKACK, 1)", "f(IPPROTO_TCP, TCP_NODELAY, 1)"),
    (swift_acks, "perf/a.py", "s.setsockopt(socket.IPPROTO_TCP, 12, 1)", "s.setsockopt(SOL_SOCKET, 12, 1)"),
    (mute_modules, "perf/a.py", '"""Things"""', '"""Things that last."""'),
]


def _found(rule: Rule, path: str, text: str) -> list[str]:
    return list(rule(parsed(ROOT / path, text)))


@pytest.mark.parametrize(("rule", "path", "bad", "good"), CASES)
def test_a_rule_finds_what_breaks_it(rule: Rule, path: str, bad: str, good: str) -> None:
    """The bad text is found and the good one is not, so a green run means something."""
    good_path = path if good or bad else "perf/baseline.py"

    assert _found(rule, path, bad)
    assert not _found(rule, good_path, good)
