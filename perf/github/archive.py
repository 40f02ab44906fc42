"""The zip that a measuring job uploaded: opened in memory, never on disk, and nothing in it believed."""

import io
import re
import stat
import zipfile
import zlib
from struct import error as StructError  # noqa: N812 - an exception, named as one

from perf.errors import ArtifactError

NAMES = frozenset({"run.json", "blocks.jsonl", "verdict.json", "failure.json"})
MAX_ARCHIVE_BYTES = 4 * 1_048_576
MAX_MEMBER_BYTES = 8 * 1_048_576
MAX_MEMBERS = 8
MAX_RATIO = 200
"""How far a member may have been compressed; JSON reaches 10 to 30."""
_SMALL_BYTES = 4_096
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BROKEN = (zipfile.BadZipFile, zlib.error, StructError, EOFError, ValueError, NotImplementedError, OSError)


def members_of(content: bytes) -> dict[str, str]:
    """The texts of a run by their file names; ArtifactError for anything else than the files of one run."""
    if len(content) > MAX_ARCHIVE_BYTES:
        raise _refused(f"it is larger than {MAX_ARCHIVE_BYTES:,} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_list(entries)
            return {_split(entry)[1]: _text(archive, entry) for entry in entries}
    except _BROKEN as error:
        raise _refused("it is not a sound zip file") from error


def _check_list(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_MEMBERS:
        raise _refused(f"it has {len(entries)} members; at most {MAX_MEMBERS} are expected")
    places = [_split(entry) for entry in entries]
    if len({folder for folder, _ in places}) > 1:
        raise _refused("it holds more than one run")
    if len({name for _, name in places}) < len(places):
        raise _refused("a member stands there twice")
    for entry in entries:
        _check_entry(entry)


def _split(entry: zipfile.ZipInfo) -> tuple[str, str]:
    """Folder and name; a run's files stand at the top, or all in one folder named after the run."""
    folder, slash, name = entry.filename.rpartition("/")
    if name not in NAMES or (slash and not _FOLDER.fullmatch(folder)):
        raise _refused("it has a member that is no file of a run")
    return folder, name


def _check_entry(entry: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise _refused("a member is a link or no regular file")
    if entry.flag_bits & 0x1 or entry.compress_type not in _METHODS:
        raise _refused("a member is encrypted, or packed in an unusual way")
    if entry.file_size > MAX_MEMBER_BYTES:
        raise _refused(f"a member is larger than {MAX_MEMBER_BYTES:,} bytes")
    if entry.file_size > _SMALL_BYTES + MAX_RATIO * entry.compress_size:
        raise _refused(f"a member is packed more than {MAX_RATIO} times")


def _text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    """Read no more than was announced, whatever the zip says later."""
    with archive.open(entry) as file:
        content = file.read(MAX_MEMBER_BYTES + 1)
    if len(content) > MAX_MEMBER_BYTES:
        raise _refused(f"a member is larger than {MAX_MEMBER_BYTES:,} bytes")
    return content.decode("utf-8")


def _refused(why: str) -> ArtifactError:
    return ArtifactError(
        f"The artifact of the measuring job is refused: {why}",
        where="artifact",
        cure="Run the measuring workflow again, as the base branch has it.",
    )
