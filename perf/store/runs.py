"""A run directory: run.json, blocks.jsonl with a line a block, then verdict.json or failure.json."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from perf.errors import BaselineError
from perf.model.build import Build
from perf.model.run import Block, PartRecord, Run, RunHeader
from perf.model.verdict import Failure, Verdict
from perf.store.codec import (
    Place,
    decode,
    decode_versioned,
    encode_line,
    encode_pretty,
    to_model,
    to_shape,
)
from perf.store.redaction import redact
from perf.store.schema import (
    SCHEMA_VERSION,
    BlockShape,
    FailureFile,
    FailureShape,
    HeaderFile,
    HeaderShape,
    VerdictFile,
    VerdictShape,
)

HEADER_NAME = "run.json"
BLOCKS_NAME = "blocks.jsonl"
VERDICT_NAME = "verdict.json"
FAILURE_NAME = "failure.json"
MAX_FILE_BYTES = 64 * 1_048_576
_CURE = "Measure again with `perfgate run`; a run's files are not made to be edited."
_TEXT_LIMIT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStore:
    """A run being written: each block is on the disk before `append` returns."""

    directory: Path

    @classmethod
    def create(cls, root: Path, header: RunHeader) -> "RunStore":
        """Make `root/<run_id>` with its header; a run id that is taken is a BaselineError."""
        place = Place(where=str(root / HEADER_NAME), cure="This is a fault of perfgate; please report it.")
        shape = to_shape(_portable(header), HeaderShape, place=place)
        directory = root / shape.run_id
        try:
            directory.mkdir(parents=True)
        except FileExistsError as error:
            raise BaselineError(
                "a run with this id exists", where=str(directory), cure="Remove the directory, or wait."
            ) from error
        store = cls(directory=directory)
        file = HeaderFile(schema_version=SCHEMA_VERSION, header=shape)
        _write(directory / HEADER_NAME, encode_pretty(file))
        _write(directory / BLOCKS_NAME, b"")
        return store

    def append(self, block: Block) -> None:
        """Add one block and wait until it is on the disk."""
        path = self.directory / BLOCKS_NAME
        line = _encoded(block, path=path)
        with path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def replace_blocks(self, blocks: Sequence[Block]) -> None:
        """Write all blocks anew in one step, for results that are added to a finished run."""
        path = self.directory / BLOCKS_NAME
        _write(path, b"".join(_encoded(block, path=path) for block in blocks))

    def finish(self, verdict: Verdict) -> None:
        """Write the verdict; a later one replaces it."""
        path = self.directory / VERDICT_NAME
        shape = to_shape(verdict, VerdictShape, place=Place(where=str(path), cure=_CURE))
        _write(path, encode_pretty(VerdictFile(schema_version=SCHEMA_VERSION, verdict=shape)))


def _encoded(block: Block, *, path: Path) -> bytes:
    place = Place(where=str(path), cure="This is a fault of perfgate; please report it.")
    return encode_line(to_shape(_block_without_secrets(block), BlockShape, place=place))


def write_failure(directory: Path, failure: Failure) -> None:
    """Leave in `directory` (made if absent) why the run gave no result, without secrets and home paths."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / FAILURE_NAME
    clean = replace(
        failure,
        phase=redact(failure.phase)[:400],
        what=redact(failure.what)[:_TEXT_LIMIT],
        where=redact(failure.where)[:_TEXT_LIMIT],
        cure=redact(failure.cure)[:_TEXT_LIMIT],
        log=tuple(redact(line)[:_TEXT_LIMIT] for line in failure.log[-100:]),
    )
    shape = to_shape(clean, FailureShape, place=Place(where=str(path), cure=_CURE))
    _write(path, encode_pretty(FailureFile(schema_version=SCHEMA_VERSION, failure=shape)))


def read_run(directory: Path) -> Run:
    """Read a run; a last line torn by a crash is dropped with a note, other damage is a BaselineError."""
    header, blocks = directory / HEADER_NAME, directory / BLOCKS_NAME
    return _run(_read(header), _read(blocks), where=str(directory))


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A run that arrived as texts, each part None where its file is not among them."""

    run: Run | None
    verdict: Verdict | None
    failure: Failure | None


def read_uploaded(texts: Mapping[str, str], *, where: str) -> Uploaded:
    """Read a run from the texts of its files by name, as strictly as from a directory."""
    header, verdict, failure = texts.get(HEADER_NAME), texts.get(VERDICT_NAME), texts.get(FAILURE_NAME)
    run = None if header is None else _run(header, texts.get(BLOCKS_NAME, ""), where=where)
    return Uploaded(
        run=run,
        verdict=None if verdict is None else _verdict(verdict, where=f"{where}/{VERDICT_NAME}"),
        failure=None if failure is None else _failure(failure, where=f"{where}/{FAILURE_NAME}"),
    )


def read_verdict(directory: Path) -> Verdict | None:
    """The stored verdict, None where the run never came to one."""
    path = directory / VERDICT_NAME
    if not path.exists():
        return None
    return _verdict(_read(path), where=str(path))


def read_failure(directory: Path) -> Failure | None:
    """Why the run gave no result, None where nothing failed."""
    path = directory / FAILURE_NAME
    if not path.exists():
        return None
    return _failure(_read(path), where=str(path))


def _verdict(text: str, *, where: str) -> Verdict:
    file = decode_versioned(text, VerdictFile, place=Place(where=where, cure=_CURE))
    return to_model(file.verdict, Verdict)


def _failure(text: str, *, where: str) -> Failure:
    file = decode_versioned(text, FailureFile, place=Place(where=where, cure=_CURE))
    return to_model(file.failure, Failure)


def _run(header: str, blocks: str, *, where: str) -> Run:
    place = Place(where=f"{where}/{HEADER_NAME}", cure=_CURE)
    file = decode_versioned(header, HeaderFile, place=place)
    _require_time(file.header.started_at, place=place)
    read, notes = _blocks(blocks, where=f"{where}/{BLOCKS_NAME}")
    return Run(header=to_model(file.header, RunHeader), blocks=tuple(read), notes=notes)


def _require_time(text: str, *, place: Place) -> None:
    """BaselineError unless the calendar has it: by the day of a run waivers expire."""
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise BaselineError(f"started_at: {error}", where=place.where, cure=place.cure) from error


def _blocks(text: str, *, where: str) -> tuple[list[Block], tuple[str, ...]]:
    *whole, torn = text.split("\n")
    blocks = [_block(line, where=f"{where}, line {number}") for number, line in enumerate(whole, start=1)]
    _refuse_twins((str(block.number) for block in blocks), what="block", where=where)
    if not torn:
        return blocks, ()
    note = f"The last line of {BLOCKS_NAME} was torn by a crash and is left out: {len(blocks)} blocks remain."
    return blocks, (note,)


def _block(line: str, *, where: str) -> Block:
    shape = decode(line, BlockShape, place=Place(where=where, cure=_CURE))
    keys = (f"{part.scenario}/{part.part} ({part.arm.value})" for part in shape.parts)
    _refuse_twins(keys, what="part", where=where)
    return to_model(shape, Block)


def _refuse_twins(keys: Iterable[str], *, what: str, where: str) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise BaselineError(f"{what} {key} stands there twice", where=where, cure=_CURE)
        seen.add(key)


def _portable(header: RunHeader) -> RunHeader:
    base = None if header.base is None else _without_paths(header.base)
    return replace(header, base=base, candidate=_without_paths(header.candidate))


def _without_paths(build: Build) -> Build:
    return replace(build, directory="", interpreter="", toolchain=redact(build.toolchain))


def _block_without_secrets(block: Block) -> Block:
    return replace(block, parts=tuple(_part_without_secrets(part) for part in block.parts))


def _part_without_secrets(part: PartRecord) -> PartRecord:
    return replace(part, problems=tuple(redact(problem)[:_TEXT_LIMIT] for problem in part.problems[:100]))


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BaselineError(f"larger than {MAX_FILE_BYTES} bytes", where=str(path), cure=_CURE)
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        cure = "Give the directory that `perfgate run` printed; it holds run.json and blocks.jsonl."
        raise BaselineError("no such file", where=str(path), cure=cure) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BaselineError(f"cannot be read: {error}", where=str(path), cure=_CURE) from error


def _write(path: Path, content: bytes) -> None:
    """Replace a file in one step: a crash leaves the former one or the new one, never half."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
