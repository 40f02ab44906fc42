"""The command line: arguments in, one command called, its exit code out."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from perf import __version__
from perf.commands import calibrate, lists
from perf.commands.arguments import add_choices, add_showing, choices_of, showing_of
from perf.commands.baseline import Recording, baseline
from perf.commands.building import build
from perf.commands.configuring import add_wishes, config, wanted_of
from perf.commands.doctor import doctor
from perf.commands.explain import Question, explain
from perf.commands.hosted import (
    add_comment,
    add_dry_run,
    add_propose_baseline,
    add_publish_run,
    call_propose_baseline,
    call_publish,
    call_publish_run,
    call_trend,
    call_wants_baseline,
)
from perf.commands.ingest import Results, ingest
from perf.commands.init import init
from perf.commands.interrupts import heed_interrupts
from perf.commands.output import environment
from perf.commands.rig import PARTS, bench_rig, secure_of, upstream
from perf.commands.run import names, run
from perf.commands.stored import replay, report
from perf.commands.stress import stress, stress_options
from perf.commands.targets import targets
from perf.errors import Exit, PerfgateError
from perf.model.ingest import Tool

_EXITS = (
    "exit codes: 0 pass · 1 regression · 2 usage or configuration · 3 could not measure, or nothing to "
    "compare · 4 inconclusive, with --fail-on-inconclusive · 130 interrupted"
)


class _Add(Protocol):
    """Adds a command with its help text and what it calls."""

    def __call__(self, name: str, text: str, *, command: Callable[[Namespace], Exit]) -> ArgumentParser: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; every PerfgateError becomes one message on stderr and its exit code."""
    arguments = _parser().parse_args(argv)
    command: Callable[[Namespace], Exit] = arguments.command
    heed_interrupts()
    try:
        return int(command(arguments))
    except PerfgateError as error:
        sys.stderr.write(f"perfgate: {error}\n")
        return int(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("perfgate: interrupted; everything was stopped, and what was measured is on disk\n")
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        return int(Exit.NO_RESULT)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="perfgate", description="The performance gate for LLM gateways.", epilog=_EXITS
    )
    parser.add_argument("--version", action="version", version=f"perfgate {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, text: str, *, command: Callable[[Namespace], Exit]) -> ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, epilog=_EXITS)
        sub.set_defaults(command=command)
        sub.add_argument("--repo", type=Path, default=Path(), help="the repository (default: this folder)")
        return sub

    _measuring(add)
    _telling(add)
    _judging(add)
    _alone(add)
    _adopting(add)
    scenarist = add("scenarios", "List the scenarios.", command=_scenarios)
    scenarist.add_argument("--criteria", action="store_true", help="list each criterion instead")
    add_wishes(add("config", "Print the configuration that a target gets.", command=_config))
    lister = add("targets", "List the targets, and what each was seen to serve.", command=_targets)
    lister.add_argument("--target", action="append", default=[], help="only this; may be repeated")
    lister.add_argument("--try", dest="trying", action="store_true", help="build, start and ask each now")
    return parser


def _measuring(add: _Add) -> None:
    """The commands that build and measure."""
    run_parser = add("run", "Build, measure, compare, and say pass or fail.", command=_run)
    add_choices(run_parser)
    add_showing(run_parser)
    stresser = add("stress", "Hold this tree alone to the criteria of scenarios.", command=_stress)
    stress_options(stresser)
    calibrator = add("calibrate", "Say how often the gate errs, and what it finds.", command=_calibrate)
    calibrate.options(calibrator)
    add_choices(calibrator)
    add_choices(add("build", "Build base and candidate in release mode, or find them built.", command=_build))
    recorder = add("baseline", "Record a baseline from independent runs of this commit.", command=_baseline)
    add_choices(recorder)
    recorder.add_argument("--runs", type=int, default=5, help="independent runs (default and least: 5)")
    recorder.add_argument("--into", type=Path, help="the file to write (default: the committed one)")
    recorder.add_argument(
        "--from",
        dest="evidence",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="measure nothing, put recorded baselines together; may be repeated",
    )
    recorder.add_argument(
        "--new-level",
        action="append",
        default=[],
        metavar="KEY",
        help="scenario/part/metric, or all: the creep guard counts from this recording",
    )


def _telling(add: _Add) -> None:
    """The commands that tell of a stored run."""
    report_parser = add("report", "Show a stored run again, in any format.", command=_report)
    replay_parser = add("replay", "Judge a stored run's blocks again, with today's rules.", command=_replay)
    publish_parser = add("publish", "Post or update the comment on the pull request.", command=call_publish)
    for sub in (report_parser, replay_parser, publish_parser):
        sub.add_argument("directory", type=Path, help="a folder of .perfgate/runs")
    for sub in (replay_parser, publish_parser):
        add_choices(sub)
    for sub in (report_parser, replay_parser):
        add_showing(sub)
    add_comment(publish_parser)
    add_dry_run(publish_parser)
    moving = add("trend", "Show how the committed baseline moved, from its history.", command=call_trend)
    add_choices(moving)
    moving.add_argument("--format", choices=("table", "markdown"), default="table", help="on standard output")
    trusted = "Judge what another workflow run measured; comment, set status."
    add_publish_run(add("publish-run", trusted, command=call_publish_run))
    add("wants-baseline", "Say whether what was merged asks for new baselines.", command=call_wants_baseline)
    proposing = "Propose a recorded baseline for review."
    add_propose_baseline(add("propose-baseline", proposing, command=call_propose_baseline))


def _adopting(add: _Add) -> None:
    """The commands for a repository that begins."""
    starter = add(
        "init",
        "Write the workflows and a first perfgate.toml.",
        command=lambda a: init(a.repo, action=a.action, force=a.force),
    )
    starter.add_argument(
        "--action", metavar="PIN", help="OWNER/REPOSITORY@COMMIT of perfgate (default: this clone's)"
    )
    starter.add_argument("--force", action="store_true", help="write over files that are there")
    add("doctor", "Check machine and repository.", command=lambda a: doctor(a.repo, env=environment()))


def _judging(add: _Add) -> None:
    """The commands that judge what was measured elsewhere, and say why."""
    parser = add("ingest", "Judge other tools' results of base and candidate.", command=_ingest)
    parser.add_argument("tool", type=Tool, choices=tuple(Tool), help="which tool measured")
    for side in ("baseline", "candidate"):
        parser.add_argument(
            f"--{side}",
            dest=f"{side}_results",
            action="append",
            type=Path,
            required=True,
            metavar="PATH",
            help=f"a result of the {side}; repeated for each run of the tool",
        )
    why = add("explain", "Say why a number of a stored run is red, green or undecided.", command=_explain)
    why.add_argument("directory", type=Path, help="a folder of .perfgate/runs")
    why.add_argument("scenario", help="its name, or scenario/part")
    why.add_argument("metric", help="its name, as in `perfgate scenarios`")
    add_choices(why)
    parser.add_argument("--into", type=Path, metavar="RUN", help="add them to this folder of .perfgate/runs")
    add_choices(parser)
    add_showing(parser)


def _alone(add: _Add) -> None:
    """The commands that run the rig without a gateway."""
    bench = add("bench-rig", "Measure the rig beside its peers, and at its limits.", command=_bench_rig)
    bench.add_argument("--format", choices=("table", "json"), default="table", help="on standard output")
    bench.add_argument("--rounds", type=int, default=5, help="how often each contender sits (default: 5)")
    bench.add_argument(
        "--part", action="append", choices=PARTS, default=[], help="only this; may be repeated"
    )
    mock = add("upstream", "Serve the mock providers alone, until interrupted.", command=_upstream)
    mock.add_argument("--openai-port", type=int, default=0, help="the port of OpenAI (default: any free one)")
    mock.add_argument("--anthropic-port", type=int, default=0, help="the port of Anthropic (likewise)")
    mock.add_argument("--latency-ms", type=float, default=0.0, help="before the first byte (default: 0)")
    mock.add_argument("--chunks", type=int, default=10, help="content deltas of an answer (default: 10)")
    mock.add_argument("--interval-ms", type=float, default=0.0, help="between deltas (default: 0)")
    mock.add_argument("--tls-ca", type=Path, metavar="FILE", help="answer over TLS; FILE gets what to trust")
    mock.add_argument(
        "--http2-streams", type=int, metavar="N", help="at once on a connection, with --tls-ca (default: 100)"
    )


def _run(arguments: Namespace) -> Exit:
    return run(choices_of(arguments), showing_of(arguments), env=environment())


def _stress(arguments: Namespace) -> Exit:
    return stress(
        arguments.repo,
        target=arguments.target,
        scenarios=names(arguments.scenario),
        everything=arguments.all,
        bench=arguments.bench,
        duration=arguments.duration,
    )


def _build(arguments: Namespace) -> Exit:
    return build(choices_of(arguments), env=environment())


def _baseline(arguments: Namespace) -> Exit:
    recording = Recording(
        runs=arguments.runs,
        evidence=tuple(arguments.evidence),
        into=arguments.into,
        new_levels=tuple(arguments.new_level),
        quiet=False,
    )
    return baseline(choices_of(arguments), recording, env=environment())


def _ingest(arguments: Namespace) -> Exit:
    results = Results(
        tool=arguments.tool,
        baseline=tuple(arguments.baseline_results),
        candidate=tuple(arguments.candidate_results),
        into=arguments.into,
    )
    return ingest(results, choices_of(arguments), showing=showing_of(arguments), env=environment())


def _calibrate(arguments: Namespace) -> Exit:
    return calibrate.calibrated(choices_of(arguments), calibrate.plan_of(arguments), env=environment())


def _explain(arguments: Namespace) -> Exit:
    question = Question(directory=arguments.directory, scenario=arguments.scenario, metric=arguments.metric)
    return explain(question, choices_of(arguments), env=environment())


def _report(arguments: Namespace) -> Exit:
    return report(arguments.directory, showing_of(arguments), env=environment())


def _replay(arguments: Namespace) -> Exit:
    return replay(
        arguments.directory, choices_of(arguments), showing=showing_of(arguments), env=environment()
    )


def _config(arguments: Namespace) -> Exit:
    return config(arguments.repo, wanted_of(arguments), into=arguments.into)


def _scenarios(arguments: Namespace) -> Exit:
    return lists.criteria() if arguments.criteria else lists.scenarios()


def _targets(arguments: Namespace) -> Exit:
    return targets(arguments.repo, arguments.target, trying=arguments.trying)


def _bench_rig(arguments: Namespace) -> Exit:
    return bench_rig(
        arguments.repo, shape=arguments.format, rounds=arguments.rounds, parts=tuple(arguments.part)
    )


def _upstream(arguments: Namespace) -> Exit:
    return upstream(
        arguments.openai_port,
        arguments.anthropic_port,
        latency_ms=arguments.latency_ms,
        chunks=arguments.chunks,
        interval_ms=arguments.interval_ms,
        secure=secure_of(arguments.tls_ca, arguments.http2_streams),
    )
