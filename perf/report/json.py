"""The report as data for other programs; docs/reference/results.md describes every field."""

import json
from dataclasses import asdict

from perf.model.build import Build
from perf.report.document import Fact, Report, Row, Traffic
from perf.report.marks import word
from perf.report.phrase import text_of

RESULT_VERSION = 1
"""Raised when a field changes its meaning or goes away; new fields may come at any time."""

Json = dict[str, object]


def render(report: Report) -> str:
    """Indented JSON; values in their stored unit (ns, bytes, ratio, per-second, count)."""
    return json.dumps(_document(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _document(report: Report) -> Json:
    header = report.header
    rows = [row for group in report.groups for row in group.rows]
    return {
        "result_version": RESULT_VERSION,
        "status": report.status.value,
        "title": report.title,
        "sentence": text_of(report.sentence),
        "counters": dict(report.counters),
        "run_id": "" if header is None else header.run_id,
        "target": "" if header is None else header.target,
        "suite": "" if header is None else header.suite,
        "seed": None if header is None else header.seed,
        "blocks": report.blocks,
        "baseline": None if header is None else _build(header.base),
        "candidate": None if header is None else _build(header.candidate),
        "environment": None if header is None else asdict(header.environment),
        "findings": [_finding(row) for row in rows],
        "criteria": [_finding(row) for row in report.criteria],
        "requests": [_traffic(entry) for entry in report.traffic],
        "timelines": [asdict(timeline) for timeline in report.timelines],
        "cautions": [{"kind": caution.kind.value, "text": caution.text} for caution in report.cautions],
        "not_run": [] if header is None else [asdict(skip) for skip in header.skips],
        "facts": [_fact(fact) for fact in report.facts],
        "next": [
            {"case": step.case, "text": text_of(step.text), "command": step.command, "paste": step.paste}
            for step in report.steps
        ],
        "failure": None if report.failure is None else asdict(report.failure),
        "accepted_by": None if report.acceptance is None else report.acceptance.login,
    }


def _build(build: Build | None) -> Json | None:
    if build is None:
        return None
    return {
        "commit": build.source.commit,
        "tree": build.source.tree,
        "label": build.source.label,
        "dirty": build.source.dirty,
        "release": build.release,
        "toolchain": build.toolchain,
    }


def _finding(row: Row) -> Json:
    finding = row.finding
    return {
        "scenario": finding.key.scenario,
        "part": finding.key.part,
        "metric": finding.key.metric,
        "title": finding.title,
        "unit": finding.unit.value,
        "direction": finding.direction.value,
        "basis": finding.basis.value,
        "gating": finding.gating,
        "decision": finding.decision.value,
        "word": word(finding),
        "baseline": finding.baseline,
        "candidate": finding.candidate,
        "committed": finding.committed,
        "change": finding.change,
        "lower": finding.lower,
        "upper": finding.upper,
        "worse": finding.worse,
        "limit": finding.limit,
        "detectable": finding.detectable,
        "blocks": finding.blocks,
        "text": finding.text,
        "note": finding.note,
    }


def _traffic(entry: Traffic) -> Json:
    return {
        "place": entry.place,
        "arm": entry.arm.value,
        "requests": entry.requests,
        "ok": entry.ok,
        "client_4xx": entry.client_4xx,
        "server_5xx": entry.server_5xx,
        "network": entry.network,
        "timeout": entry.timeout,
        "other": entry.other,
        "instances": dict(entry.instances),
    }


def _fact(fact: Fact) -> Json:
    return {"label": fact.label, "value": text_of(fact.value)}
