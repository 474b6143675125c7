"""``dltutor check PATH``: the faults of a lesson pack, one a line, each with file, line and key."""

from __future__ import annotations

import argparse
from pathlib import Path

from tutor.content.charts import charts_text
from tutor.content.check import Inspection, inspect
from tutor.content.model import TraceRow
from tutor.content.parse import CHARTS, Draft
from tutor.content.questions import Chart
from tutor.text import clean_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", type=Path, help="the folder of a pack, or of one lesson")
    parser.add_argument(
        "--record",
        action="store_true",
        help="first train what the chart questions show, and write their curves to charts.toml",
    )
    parser.add_argument(
        "--trace",
        action="store_true",
        help="also list what the slides say, what is so, and which lesson teaches it; fail for untaught rows",
    )


def run(args: argparse.Namespace) -> int:
    """Print the faults and how many there are; 0 if there are none, 1 if there are some."""
    from tutor.lab import (  # not at the top: it imports numba, and --help should not wait for that
        try_trace,
        validate,
    )

    inspection = inspect(args.path, validate, try_trace)
    if args.record:
        for lesson in inspection.drafts:
            _record(lesson)
        inspection = inspect(args.path, validate, try_trace)
    found = inspection.faults + (inspection.untaught if args.trace else [])
    for fault in found:
        print(clean_line(f"{inspection.root / fault.file}:{str(fault).removeprefix(f'{fault.file}:')}"))
    if args.trace:
        _print_trace(inspection)
    lessons, faults = len(inspection.drafts), len(found)
    print(f"{lessons} lesson{'' if lessons == 1 else 's'}, {faults} fault{'' if faults == 1 else 's'}")
    return 1 if faults else 0


def _record(lesson: Draft) -> None:
    """Train what the lesson's chart questions show, and write the curves down."""
    from tutor.lab.recording import record  # not at the top: it imports numba

    experiments = {one.id: one for one in lesson.experiments.values()}
    runs = [
        run
        for question in lesson.questions.values()
        if isinstance(question, Chart) and question.experiment in experiments
        for run in record(question, experiments[question.experiment], lesson.folder.name)
    ]
    if runs:
        (lesson.folder / CHARTS).write_text(charts_text(runs), encoding="utf-8")


def _print_trace(inspection: Inspection) -> None:
    rows = [
        (row, lesson.folder.name) for lesson in inspection.drafts if lesson.head for row in lesson.head.covers
    ]
    width = max((len(lesson) for _, lesson in rows), default=0)
    print(f"{'row':>4}  {'lesson':<{width}}  what the slides say -> what is so [sources]")
    for row, lesson in sorted(rows, key=lambda item: item[0].row):
        print(f"{row.row:>4}  {lesson:<{width}}  {_statement(row)}")


def _statement(row: TraceRow) -> str:
    sources = " ".join(f"[{key}]" for key in row.sources)
    return clean_line(f"{row.slides} -> {row.fact} {sources}")
