"""``dltutor progress``: what has been read, trained and answered, by lesson or question; forgetting."""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from tutor.commands.items import print_items
from tutor.commands.output import aligned, to_json
from tutor.commands.terminal import note
from tutor.content.catalog import Catalog
from tutor.content.model import Lesson
from tutor.errors import StoreError, UsageError
from tutor.progress.state import LessonState
from tutor.progress.store import Store

Cell = str | int | float | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--csv", action="store_true", help="print one CSV row for each lesson, or question")
    form.add_argument("--reset", metavar="LESSON", help="forget all pages, runs and answers of one lesson")
    parser.add_argument(
        "--items",
        action="store_true",
        help="each question instead: how often asked and right, which answers were given, how long it took",
    )
    parser.add_argument(
        "--from",
        dest="files",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="with --items: take these progress.sqlite3 files, one for each learner; they are only read",
    )
    parser.add_argument("--yes", action="store_true", help="with --reset: do not ask first")


def run(args: argparse.Namespace) -> int:
    catalog = Catalog.open()
    if args.files and not args.items:
        raise UsageError("--from goes with --items", "see dltutor progress --help")
    if args.items and args.reset is not None:
        raise UsageError("--items and --reset do not go together", "take one of them")
    if args.items:
        note(catalog.problems)
        print_items(catalog.lessons, args.files, "json" if args.json else "csv" if args.csv else "")
        return 0
    store = Store.open()
    try:
        if args.reset is not None:
            return _reset(catalog.find(args.reset), store, sure=args.yes)
        note([*catalog.problems, store.problem])
        states = store.lesson_states(catalog.lessons)
        pairs = [(lesson, states[lesson.id]) for lesson in catalog.lessons]
        if args.json:
            overall = {key: _plain(value) for key, value in asdict(store.summary()).items()}
            print(to_json({"lessons": [record(*pair) for pair in pairs], "summary": overall}))
        elif args.csv:
            _print_csv([record(*pair) for pair in pairs])
        else:
            _print_table(pairs)
        return 0
    finally:
        store.close()


def record(lesson: Lesson, state: LessonState) -> dict[str, Cell]:
    """One lesson's progress as plain values, as ``--json`` and ``--csv`` print it; shares are 0 to 1."""
    return {
        "number": lesson.number,
        "lesson": lesson.id,
        "title": lesson.title,
        "state": state.status,
        "pages_seen": state.pages_seen,
        "pages": state.pages_total,
        "runs": state.runs,
        "goals_reached": len(state.goals_reached),
        "experiments": state.experiments_total,
        "predictions_right": state.predictions_right,
        "predictions": state.predictions_made,
        "questions_answered": state.answered,
        "questions_right": state.correct,
        "questions": state.questions_total,
        "quiz_best": state.quiz_best,
        "last_visit": _plain(state.last_at),
    }


def _plain(value: Cell | datetime) -> Cell:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _print_csv(records: list[dict[str, Cell]]) -> None:
    if records:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def _print_table(pairs: list[tuple[Lesson, LessonState]]) -> None:
    headings = ["", "lesson", "state", "pages", "runs", "predicted", "quiz", "last visit"]
    rows = [headings, *([str(lesson.number), lesson.id, *_cells(state)] for lesson, state in pairs)]
    print(*aligned(rows), sep="\n")
    done = sum(state.status == "done" for _, state in pairs)
    print(f"\n{done} of {len(pairs)} lessons done.")


def _cells(state: LessonState) -> tuple[str, ...]:
    return (
        state.status,
        f"{state.pages_seen}/{state.pages_total}",
        str(state.runs),
        f"{state.predictions_right}/{state.predictions_made}" if state.predictions_made else "-",
        "-" if state.quiz_best is None else f"{state.quiz_best * 100:.0f} %",
        "-" if state.last_at is None else f"{state.last_at.astimezone():%Y-%m-%d}",
    )


def _reset(lesson: Lesson, store: Store, *, sure: bool) -> int:
    """Forget one lesson, after asking on a terminal; there is no way back."""
    if store.in_memory:
        raise StoreError(f"nothing can be forgotten. {store.problem}", "see dltutor doctor")
    if not sure:
        if not sys.stdin.isatty():
            raise UsageError("resetting needs a yes", f"dltutor progress --reset {lesson.id} --yes")
        print(f"Forget all pages, runs and answers of {lesson.title!r}? This cannot be undone.")
        print("[y/N] ", end="", flush=True)
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            print("Nothing was changed.")
            return 0
    count = store.reset_lesson(lesson.id)
    print(f"Forgot {lesson.title!r}: {count} rows removed.")
    return 0
