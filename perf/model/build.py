"""What was built, from what, and on what machine it ran."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A tree of a git repository. `commit` is "" for a working tree with changes; `label` is for people."""

    label: str
    commit: str
    tree: str
    dirty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A finished build. Equal `key`s mean equal inputs, toolchain and flags, hence no change possible."""

    target: str
    source: Source
    key: str
    directory: str
    interpreter: str
    release: bool
    reused: bool
    toolchain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The machine, as far as numbers depend on it; times are comparable on machines of one `kind`."""

    cpu_model: str
    cores: int
    memory_bytes: int
    kernel: str
    image: str
    python: str
    tool_version: str

    @property
    def kind(self) -> tuple[str, int]:
        """The kind of machine: its CPU model and its number of cores."""
        return self.cpu_model, self.cores
