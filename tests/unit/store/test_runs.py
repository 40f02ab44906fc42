"""Run directories: nothing lost, nothing taken on trust."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.errors import BaselineError
from perf.model.run import Arm, Block, PartRecord, Skip
from perf.model.verdict import State
from perf.store.codec import Place, decode, encode_line, to_model, to_shape
from perf.store.runs import RunStore, read_failure, read_run, read_verdict, write_failure
from perf.store.schema import (
    BaselineShape,
    BlockShape,
    BuildShape,
    EnvironmentShape,
    FailureShape,
    FindingShape,
    HeaderShape,
    PartShape,
    SourceShape,
    Strict,
    VerdictShape,
)
from tests.factories import (
    a_baseline,
    a_block,
    a_build,
    a_failure,
    a_finding,
    a_header,
    a_part,
    a_source,
    a_verdict,
    an_environment,
)

PLACE = Place(where="blocks.jsonl", cure="Measure again.")
NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
NUMBERS = st.floats(min_value=-1e18, max_value=1e18)
PARTS = st.builds(
    PartRecord,
    scenario=NAMES,
    part=NAMES,
    arm=st.sampled_from(Arm),
    values=st.dictionaries(NAMES, NUMBERS, max_size=4),
    counts=st.dictionaries(NAMES, st.integers(0, 10**18), max_size=4),
    problems=st.lists(st.text(max_size=30), max_size=2).map(tuple),
)
BLOCKS = st.builds(
    Block,
    number=st.integers(0, 1_000),
    first_arm=st.sampled_from(Arm),
    started_at=st.just("2026-11-23T09:41:07Z"),
    duration_ns=st.integers(0, 10**15),
    steal_ratio=st.floats(0, 1),
    parts=st.lists(PARTS, max_size=3).map(tuple),
)


@given(BLOCKS)
@settings(max_examples=40)
def test_block_survives_the_way_to_disk(block: Block) -> None:
    """Encoding and decoding gives the same block, on one line."""
    line = encode_line(to_shape(block, BlockShape, place=PLACE))

    assert line.count(b"\n") == 1
    assert to_model(decode(line.decode("utf-8"), BlockShape, place=PLACE), Block) == block


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e19], ids=str)
def test_unreadable_number_is_not_written(tmp_path: Path, bad: float) -> None:
    """A NaN fails when it is stored, not when somebody reads it next week."""
    store = RunStore.create(tmp_path, a_header())

    with pytest.raises(BaselineError, match="cannot be stored"):
        store.append(a_block(parts=(a_part(values={"qps": bad}),)))


def test_run_is_read_back_as_written(tmp_path: Path) -> None:
    """Header, blocks and verdict come back equal."""
    skips = (Skip(scenario="failover", reason="a whole one"), Skip(scenario="keys", reason="1", part="many"))
    header = a_header(skips=skips)
    store = RunStore.create(tmp_path, header)
    blocks = (a_block(number=1), a_block(number=2))
    verdict = a_verdict(state=State.FAILED)

    for block in blocks:
        store.append(block)
    store.finish(verdict)

    run = read_run(store.directory)
    assert run.header == header
    assert run.blocks == blocks
    assert run.notes == ()
    assert read_verdict(store.directory) == verdict


def test_run_without_verdict_has_none(tmp_path: Path) -> None:
    """A run that is still going on, or crashed, has blocks but no verdict."""
    store = RunStore.create(tmp_path, a_header())

    assert read_verdict(store.directory) is None
    assert read_failure(store.directory) is None


@pytest.mark.parametrize("kept_bytes", [1, 20, 500], ids=str)
def test_torn_last_line_is_dropped_with_a_note(tmp_path: Path, kept_bytes: int) -> None:
    """A crash in the middle of a write costs that block and no other."""
    store = RunStore.create(tmp_path, a_header())
    store.append(a_block(number=1))
    path = store.directory / "blocks.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept_bytes])

    run = read_run(store.directory)

    assert [block.number for block in run.blocks] == [1]
    assert "torn" in run.notes[0]


def test_damage_in_the_middle_is_an_error_with_its_line(tmp_path: Path) -> None:
    """Only the last line may be torn; anything else names file and line."""
    store = RunStore.create(tmp_path, a_header())
    path = store.directory / "blocks.jsonl"
    store.append(a_block(number=1))
    path.write_bytes(path.read_bytes() + b'{"number": 2\n')
    store.append(a_block(number=3))

    with pytest.raises(BaselineError) as caught:
        read_run(store.directory)

    assert caught.value.where == f"{path}, line 2"


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param((a_block(number=1), a_block(number=1)), id="block twice"),
        pytest.param((a_block(parts=(a_part(), a_part())),), id="part twice"),
    ],
)
def test_twins_are_refused(tmp_path: Path, blocks: tuple[Block, ...]) -> None:
    """A number that stands there twice would count twice."""
    store = RunStore.create(tmp_path, a_header())
    for block in blocks:
        store.append(block)

    with pytest.raises(BaselineError, match="twice"):
        read_run(store.directory)


@pytest.mark.parametrize(
    "started_at",
    [
        pytest.param("", id="none"),
        pytest.param("0000-01-01T00:00:00Z", id="before all waivers"),
        pytest.param("9999-12-31T00:00:00Z", id="the end of the calendar"),
        pytest.param("2026-02-31T00:00:00Z", id="no such day"),
        pytest.param("2026-11-23T25:00:00Z", id="no such hour"),
        pytest.param("2026-11-23T23:00:00-05:00", id="another day in UTC"),
        pytest.param("2026-11-23T09:41:07Z\n", id="more after it"),
    ],
)
def test_a_run_without_a_day_is_refused(tmp_path: Path, started_at: str) -> None:
    """By that day waivers expire, so it is read as strictly as the numbers."""
    store = RunStore.create(tmp_path, a_header())
    path = store.directory / "run.json"
    text = path.read_text().replace(json.dumps(a_header().started_at), json.dumps(started_at))
    path.write_text(text)

    with pytest.raises(BaselineError, match="started_at") as caught:
        read_run(store.directory)

    assert caught.value.where == f"{store.directory}/run.json"


def test_absent_run_says_what_to_give(tmp_path: Path) -> None:
    """The error for a wrong directory names what a right one holds."""
    with pytest.raises(BaselineError, match="no such file") as caught:
        read_run(tmp_path / "nowhere")

    assert "run.json" in caught.value.cure


def test_run_id_is_used_once(tmp_path: Path) -> None:
    """A second run never writes over the first."""
    RunStore.create(tmp_path, a_header())

    with pytest.raises(BaselineError, match="exists"):
        RunStore.create(tmp_path, a_header())


@pytest.mark.parametrize("run_id", ["../x", "/etc/x", "a b", ""], ids=repr)
def test_run_id_cannot_leave_the_root(tmp_path: Path, run_id: str) -> None:
    """A run id is one plain word."""
    with pytest.raises(BaselineError):
        RunStore.create(tmp_path, a_header(run_id=run_id))


def test_stored_build_has_no_path_of_the_machine(tmp_path: Path) -> None:
    """Directory and interpreter of a build stay at home."""
    here = replace(a_build(), directory="/home/ada/cache/k", interpreter="/home/ada/cache/k/bin/python")
    store = RunStore.create(tmp_path, a_header(base=here))

    assert b"ada" not in (store.directory / "run.json").read_bytes()
    assert read_run(store.directory).header.base == a_build()


def test_problem_and_failure_are_stored_without_secrets(tmp_path: Path) -> None:
    """What a dying gateway prints may hold a key; the stored text does not."""
    store = RunStore.create(tmp_path, a_header())
    secret = "401 for Bearer abcdefgh12345678"
    store.append(a_block(parts=(a_part(problems=(secret,)),)))
    write_failure(store.directory, replace(a_failure(), log=(secret,) * 200))

    stored = [path.read_text(encoding="utf-8") for path in store.directory.iterdir()]
    failure = read_failure(store.directory)
    assert not any("abcdefgh" in text for text in stored)
    assert failure is not None
    assert failure.log == ("401 for ***",) * 100


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        pytest.param(a_source(), SourceShape, id="source"),
        pytest.param(a_build(), BuildShape, id="build"),
        pytest.param(an_environment(), EnvironmentShape, id="environment"),
        pytest.param(a_part(), PartShape, id="part"),
        pytest.param(a_block(), BlockShape, id="block"),
        pytest.param(a_header(), HeaderShape, id="header"),
        pytest.param(a_finding(), FindingShape, id="finding"),
        pytest.param(a_verdict(), VerdictShape, id="verdict"),
        pytest.param(a_failure(), FailureShape, id="failure"),
        pytest.param(a_baseline(), BaselineShape, id="baseline"),
    ],
)
def test_stored_shape_has_the_fields_of_its_value(value: object, shape: type[Strict]) -> None:
    """A field added to a value must be added to its stored shape, or it would be lost in silence."""
    names = [field.name for field in fields(value)]  # type: ignore[arg-type] # all are dataclasses

    assert list(shape.__struct_fields__) == names
