"""Targets that are described by configuration alone."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from perf.config.kinds import check_build, kind_of
from perf.config.reading import convert, join, wrong
from perf.config.schema import (
    KINDS,
    AnyBuiltTarget,
    AnyTarget,
    CommandTarget,
    LogLevelsTable,
    PythonTarget,
    RunningTarget,
    StartedTarget,
)
from perf.model.scenario import Ask
from perf.model.target import Address, ConfigRequest, LogLevels, Readiness, RequestHeaders, Target, no_headers
from perf.model.units import s_to_ns
from perf.targets.contract import contract_files
from perf.targets.template import (
    Template,
    TemplateError,
    header_renderer,
    mentions,
    parse,
    template_renderer,
)

_WORD = re.compile(r"(?<!\$)\{([a-z_]+)\}")
_CONTRACT = "contract"
_BUILD_WORDS = frozenset({"out", "profile"})
_START_WORDS = frozenset({"out", "profile", "dir", "host", "port", "config", "log_level", "ca_file"})
_Files = Mapping[str, Template]


def described_target(name: str, table: object, *, where: str) -> Target:
    """Turn one `[targets.NAME]` into a target; raises ConfigError naming the key that is wrong."""
    path = join("targets", name)
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        cure = (
            "Use lower-case letters, digits, dots, dashes and underscores: it becomes the name of a folder."
        )
        raise wrong(f"a target cannot be called {name!r}", where=where, path=path, cure=cure)
    kind = table.get("kind") if isinstance(table, dict) else None
    cure = f"Set kind to one of: {', '.join(KINDS)}."
    if not isinstance(kind, str) or kind not in KINDS:
        raise wrong(f"no such kind of target: {kind!r}", where=where, path=join(path, "kind"), cure=cure)
    described = convert(table, KINDS[kind], where=where, path=path)
    if isinstance(described, RunningTarget):
        target = _target(name, described, started=None, files={})
    else:
        assert isinstance(described, AnyBuiltTarget)
        target = _started(name, described, where=where, path=path)
    return replace(target, headers=_headers(described.headers, where=where, path=join(path, "headers")))


def _started(name: str, table: AnyBuiltTarget, *, where: str, path: str) -> Target:
    words = _START_WORDS | ({"python", "bin"} if isinstance(table, PythonTarget) else frozenset())
    _check_words(table.start, words, where=where, path=join(path, "start"))
    for variable, value in table.env.items():
        _check_words((value,), words, where=where, path=join(join(path, "env"), variable))
    if isinstance(table, CommandTarget):
        _check_words(table.build, _BUILD_WORDS, where=where, path=join(path, "build"))
    check_build(table, where=where, path=path)
    files = _templates(table, where=where, path=join(path, "config"))
    _check_port(table, files, where=where, path=path)
    return _target(name, table, started=table, files=files)


def _check_words(words: tuple[str, ...], known: frozenset[str], *, where: str, path: str) -> None:
    for word in _WORD.findall(" ".join(words)):
        if word not in known:
            names = ", ".join(f"{{{name}}}" for name in sorted(known))
            cure = f"Known here: {names}. A shell variable is written ${{{word}}}."
            raise wrong(f"{{{word}}} is not known here", where=where, path=path, cure=cure)


def _templates(table: StartedTarget, *, where: str, path: str) -> _Files:
    if table.config == _CONTRACT:
        return {}
    if isinstance(table.config, str):
        cure = f'Give "{_CONTRACT}", or a table of file names and templates.'
        raise wrong(f"no configuration is called {table.config!r}", where=where, path=path, cure=cure)
    files: dict[str, Template] = {}
    for name, text in table.config.items():
        here = join(path, name)
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or not pure.parts:
            cure = "Name a file inside the run's own folder."
            raise wrong(f"{name!r} is not a file inside the run folder", where=where, path=here, cure=cure)
        files[name] = _parsed(text, where=where, path=here)
    return files


def _headers(table: Mapping[str, str], *, where: str, path: str) -> RequestHeaders:
    if not table:
        return no_headers
    read = {
        name: _parsed(text, where=where, path=join(path, name), also=("key",)) for name, text in table.items()
    }
    return header_renderer(read)


def _parsed(text: str, *, where: str, path: str, also: tuple[str, ...] = ()) -> Template:
    try:
        return parse(text, also=also)
    except TemplateError as refused:
        raise wrong(str(refused), where=where, path=path, cure="Mend the template.") from refused


def _check_port(table: StartedTarget, files: _Files, *, where: str, path: str) -> None:
    """A gateway that is not told its port listens on another, and every launch would fail."""
    told = "{port}" in " ".join((*table.start, *table.env.values()))
    if told or table.config == _CONTRACT or any(mentions(template, "port") for template in files.values()):
        return
    cure = "Use {port} in `start`, in `env` or in a file of `config`."
    raise wrong("nothing tells the gateway its port", where=where, path=path, cure=cure)


def _target(name: str, table: AnyTarget, *, started: StartedTarget | None, files: _Files) -> Target:
    by_contract = started is not None and started.config == _CONTRACT
    by_template = any(mentions(template, "upstream_key") for template in files.values())
    proven = by_contract or by_template if table.proves_by_key is None else table.proves_by_key
    render: Callable[[ConfigRequest], Mapping[str, str]]
    render = contract_files if by_contract else template_renderer(files)
    ready = Readiness(
        path=table.ready.path,
        status=table.ready.status,
        deadline_ns=s_to_ns(table.ready.deadline_seconds),
    )
    places = {
        Ask.CHAT: table.addresses.chat,
        Ask.CHAT_CONVERTED: table.addresses.chat_converted,
        Ask.MESSAGES: table.addresses.messages,
    }
    return Target(
        name=name,
        title=table.title or name,
        kind=kind_of(table),
        inputs=() if started is None else started.inputs,
        start=() if started is None else started.start,
        env=() if started is None else tuple(started.env.items()),
        ready=ready,
        stop_grace_ns=0 if started is None else s_to_ns(started.stop_grace_seconds),
        capabilities=frozenset(table.capabilities),
        auth_header=table.auth.header,
        auth_value=table.auth.value,
        addresses={ask: Address(path=place.path, model=place.model) for ask, place in places.items()},
        benchmarks=table.benchmarks if isinstance(table, PythonTarget) else "",
        proves_by_key=proven,
        render=render,
        key_template=table.key,
        log_levels=LogLevels() if started is None else _log_levels(started.log_levels),
    )


def _log_levels(table: LogLevelsTable) -> LogLevels:
    return LogLevels(usual=table.usual, requests=table.requests)
