"""Nothing but the files of one run comes out of an uploaded zip, whatever was packed into it."""

import io
import stat
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.errors import ArtifactError
from perf.github.archive import MAX_ARCHIVE_BYTES, MAX_MEMBER_BYTES, NAMES, members_of

FILES = {"run.json": "{}", "blocks.jsonl": "", "verdict.json": "{}"}


def _zip(files: dict[str, str] = FILES, *, extra: tuple[tuple[zipfile.ZipInfo, bytes], ...] = ()) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        for entry, content in extra:
            archive.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _entry(name: str, *, mode: int = 0) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    return entry


@pytest.mark.parametrize("folder", ["", "20261123T094107Z-9f3c1e/"], ids=["flat", "in its folder"])
def test_a_run_is_read(folder: str) -> None:
    """Its files stand at the top or in one folder, as upload-artifact packs them."""
    assert members_of(_zip({f"{folder}{name}": text for name, text in FILES.items()})) == FILES


@pytest.mark.parametrize(
    "name",
    [
        "../run.json",
        "/run.json",
        "a/b/run.json",
        "run.json/",
        "evil.sh",
        "RUN.JSON",
        "run.json\n",
        ".git/run.json",
    ],
)
def test_other_names_are_refused(name: str) -> None:
    """No path leads anywhere, though nothing is ever written to a disk."""
    with pytest.raises(ArtifactError, match="no file of a run"):
        members_of(_zip({name: "{}"}))


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFDIR | 0o755, stat.S_IFIFO], ids=oct)
def test_links_and_devices_are_refused(mode: int) -> None:
    """A symbolic link to a secret is not a file of a run."""
    with pytest.raises(ArtifactError, match="link"):
        members_of(_zip({}, extra=((_entry("run.json", mode=mode), b"/etc/passwd"),)))


def test_two_runs_are_refused() -> None:
    """Which one would count?"""
    with pytest.raises(ArtifactError, match="more than one run"):
        members_of(_zip({"a/run.json": "{}", "b/verdict.json": "{}"}))


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_name_that_stands_there_twice_is_refused() -> None:
    """Two readers could believe two different files."""
    with pytest.raises(ArtifactError, match="twice"):
        members_of(_zip(extra=((_entry("run.json"), b"[]"),)))


def test_many_members_are_refused() -> None:
    """A run has four files."""
    with pytest.raises(ArtifactError, match="members"):
        members_of(_zip({f"{number}/run.json": "" for number in range(9)}))


@pytest.mark.parametrize("size", [4_000_000, MAX_MEMBER_BYTES + 1], ids=["ratio", "size"])
def test_bombs_are_refused(size: int) -> None:
    """What unpacks to far more than it weighs is not unpacked."""
    with pytest.raises(ArtifactError, match=r"packed more than|larger than"):
        members_of(_zip({"blocks.jsonl": "0" * size}))


def test_a_lie_about_the_size_is_refused() -> None:
    """A directory that announces a small member and holds a large one gives nothing."""
    content = bytearray(_zip({"blocks.jsonl": "ab" * 400}))
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")

    with pytest.raises(ArtifactError):
        members_of(bytes(content))


def test_a_large_archive_is_refused_unopened() -> None:
    """Its size alone is reason enough."""
    with pytest.raises(ArtifactError, match="larger"):
        members_of(b"\0" * (MAX_ARCHIVE_BYTES + 1))


def test_text_that_is_not_utf_8_is_refused() -> None:
    """JSON is UTF-8."""
    with pytest.raises(ArtifactError):
        members_of(_zip({}, extra=((_entry("run.json"), b"\xff\xfe"),)))


@given(
    st.binary(max_size=200) | st.builds(lambda cut, put: _zip()[:cut] + put, st.integers(0, 400), st.binary())
)
def test_anything_else_is_one_error(content: bytes) -> None:
    """Damage of any kind is an ArtifactError, or the zip still holds files of a run."""
    _check(content)


@given(st.data())
@settings(max_examples=150)
def test_flipped_bytes_are_one_error(data: st.DataObject) -> None:
    """The same for a sound zip with some bytes changed."""
    content = bytearray(_zip({f"x/{name}": text * 9 for name, text in FILES.items()}))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    _check(bytes(content))


def _check(content: bytes) -> None:
    try:
        found = members_of(content)
    except ArtifactError:
        return
    assert set(found) <= NAMES
