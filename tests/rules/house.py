"""The plan of the house as data: which part of perf may import which, and what else each may use."""

VALUES = frozenset({"model"})
SHELL = frozenset({"sut", "upstream", "load", "store", "github"})
SHELL_MAY_USE = frozenset({"model", "wire", "errors"})
CONTENT = frozenset({"scenarios", "targets"})
EVERYTHING_BELOW = (
    SHELL | CONTENT | frozenset({"model", "errors", "wire", "stats", "judge", "report", "config"})
)

ARROWS: dict[str, frozenset[str]] = {
    "model": frozenset(),
    "errors": frozenset(),
    "stats": frozenset(),
    "gateway": frozenset(),
    "wire": VALUES,
    "judge": VALUES | {"stats"},
    "report": VALUES | {"stats"},
    "scenarios": VALUES | {"wire"},
    "targets": VALUES,
    "config": VALUES | {"errors", "targets"},
    **dict.fromkeys(sorted(SHELL), SHELL_MAY_USE),
    "benchmarks": frozenset({"gateway"}),
    "pipeline": EVERYTHING_BELOW,
    "commands": EVERYTHING_BELOW | {"pipeline"},
    "cli": EVERYTHING_BELOW | {"pipeline", "commands"},
    "__main__": frozenset({"cli"}),
}
"""Each part and the parts that it may import."""

VERSION_MAY_BE_READ_BY = frozenset(ARROWS) - {"gateway"}
"""perf itself holds only the version."""

PACKAGES: dict[str, frozenset[str]] = {
    "wire": frozenset({"msgspec"}),
    "report": frozenset({"rich", "tabulate"}),
    "targets": frozenset({"tomli_w"}),
    "config": frozenset({"msgspec"}),
    "sut": frozenset({"httpx", "msgspec", "psutil"}),
    "upstream": frozenset({"h2", "httptools", "httpx", "msgspec", "pytest", "respx", "trustme", "uvloop"}),
    "load": frozenset({"hdrh", "httptools", "msgspec", "uvloop"}),
    "store": frozenset({"msgspec"}),
    "github": frozenset({"github", "httpx", "msgspec", "requests"}),
    "gateway": frozenset({"httptools", "msgspec", "uvloop"}),
    "benchmarks": frozenset({"msgspec", "pytest", "pytest_benchmark"}),
    "pipeline": frozenset({"psutil", "rich"}),
    "commands": frozenset({"rich", "tabulate"}),
    "cli": frozenset({"rich"}),
}
"""Packages from outside that a part may import; a part not listed uses the standard library alone."""

CORE = ("model", "stats", "judge", "report", "scenarios", "targets", "wire")
"""Where decisions are made: no input or output, no clock, no environment."""

GATEWAY_CORE = ("auth", "balance", "circuit", "convert", "errors", "failures", "routing", "sessions", "sse")
"""Where the reference gateway decides, as opposed to where it waits, reads and writes."""

STRICT_CORE = ("model", "stats", "judge")
"""Importing these loads neither an event loop, nor sockets, nor anything from outside."""


def drawn() -> str:
    """The import table as a person reads it; docs/architecture.md shows the same."""
    rows = [
        f"| `{unit}` | {', '.join(f'`{one}`' for one in sorted(allowed)) or 'nothing'} |"
        for unit, allowed in ARROWS.items()
    ]
    return "\n".join(["| This part | may import |", "|---|---|", *rows])
