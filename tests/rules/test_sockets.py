"""What no socket of ours may be told."""

import ast
from collections.abc import Iterator

from tests.rules.source import ROOT, Module, hold, modules, text_files

ACKS_AT_ONCE = "QUICKACK"
NUMBER_OF_THE_OPTION = 12
"""Linux's, in netinet/tcp.h."""


def swift_acks(module: Module) -> Iterator[str]:
    """Places that name TCP_QUICKACK, or set it by its number."""
    for number, line in enumerate(module.text.splitlines(), 1):
        if ACKS_AT_ONCE in line.upper():
            yield f"{module.where}:{number} names TCP_{ACKS_AT_ONCE}"
    for node in module.nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(attr="setsockopt"), args=[level, ast.Constant(value=option), *_]
            ) if option == NUMBER_OF_THE_OPTION and ast.unparse(level).endswith("IPPROTO_TCP"):
                yield f"{module.at(node)} sets TCP_{ACKS_AT_ONCE} by its number"


def test_no_socket_acknowledges_at_once() -> None:
    """With TCP_QUICKACK a client hides the 40 ms that a gateway without TCP_NODELAY costs real ones."""
    hold(swift_acks, modules("perf"))


def test_no_other_file_asks_for_it() -> None:
    """Nor does anything beside the modules, such as the configuration of a gateway."""
    ours = [path for path in text_files() if path.is_relative_to(ROOT / "perf")]
    naming = [path.name for path in ours if ACKS_AT_ONCE in path.read_text(encoding="utf-8").upper()]

    assert ours
    assert not naming
