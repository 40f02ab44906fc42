"""Records rehearsals: real gate runs of one build against itself, and against one known to be slower."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from perf.errors import UsageError
from perf.judge.calibration.rehearsals import keys_of, rehearsal_of
from perf.judge.gates import counted_keys
from perf.model.build import Source
from perf.model.rehearsal import RehearsalBook
from perf.pipeline.gate import Result, run_gate
from perf.pipeline.order import Order
from perf.pipeline.progress import Listener

_NO_BUDGET_NS = 10**15
_SEED_RANGE = 2**32

Keep = Callable[[RehearsalBook], None]


def record_rehearsals(order: Order, *, runs: int, listener: Listener, keep: Keep) -> RehearsalBook:
    """Carry out whole gate runs of the candidate against itself; `keep` is called after each.

    The judge does not know that the builds are the same, so each run ends when and as it would have.
    UsageError for a working tree with changes, or fewer than one run.
    """
    if order.candidate.dirty or runs < 1:
        raise UsageError(
            "Calibration needs a commit and at least one run",
            where=f"{order.repo}, --runs {runs}",
            cure="Commit or stash the changes of the working tree; give --runs 1 or more.",
        )
    book: RehearsalBook | None = None
    for number in range(1, runs + 1):
        listener.say(f"unchanged: gate run {number} of {runs}")
        seeded = replace(order, base=order.candidate, seed=(order.seed + number) % _SEED_RANGE)
        result = run_gate(seeded, listener=listener, disguised=True)
        listener.say(f"gate run {number} of {runs}: {result.verdict.state}")
        book = _with(book, result, order=order, planted=False)
        keep(book)
    assert book is not None
    return book


def record_planted(
    order: Order, book: RehearsalBook, *, slower: Source, blocks: int, listener: Listener, keep: Keep
) -> RehearsalBook:
    """Measure so many blocks of the candidate as the base of a slower commit, never cut short."""
    listener.say(f"planted: {blocks} blocks of {slower.label}")
    policy = replace(order.policy, looks=(blocks,), budget_ns=_NO_BUDGET_NS)
    paired = replace(order, base=order.candidate, candidate=slower, policy=policy, controls=False)
    result = run_gate(paired, listener=listener)
    book = _with(book, result, order=order, planted=True)
    keep(book)
    return book


def _with(book: RehearsalBook | None, result: Result, *, order: Order, planted: bool) -> RehearsalBook:
    if book is None:
        book = RehearsalBook(
            recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
            commit=order.candidate.commit,
            target=order.target.name,
            suite=order.suite,
            environment=result.run.header.environment,
            keys=keys_of(result.run.blocks, order.scenarios),
            counted=counted_keys(order.scenarios),
            rehearsals=(),
        )
    rehearsal = rehearsal_of(result.run.blocks, keys=book.keys, planted=planted, verdict=result.verdict)
    return replace(book, rehearsals=(*book.rehearsals, rehearsal))
