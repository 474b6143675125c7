"""``dltutor progress``: what was read, trained, answered and is still known; forgetting a lesson."""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tutor.commands.exchange import export_progress, import_progress
from tutor.commands.items import print_items
from tutor.commands.output import aligned, new_file, to_json
from tutor.commands.terminal import note
from tutor.content.catalog import Catalog
from tutor.content.model import Lesson
from tutor.errors import StoreError, UsageError
from tutor.progress.state import LessonState
from tutor.progress.store import Store, utc_now
from tutor.quiz.deck import Deck
from tutor.quiz.due import Cards, Due, due_words, what_is_due
from tutor.quiz.mastery import Mastery, mastery, over_time, questions_of, topics_of

Cell = str | int | float | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--csv", action="store_true", help="print one CSV row for each lesson, or question")
    form.add_argument("--reset", metavar="LESSON", help="forget all pages, runs and answers of one lesson")
    form.add_argument(
        "--export",
        type=new_file,
        metavar="FILE",
        help="write all progress to a new JSON file, to keep or to carry",
    )
    form.add_argument(
        "--import",
        dest="add",
        type=Path,
        metavar="FILE",
        help="add what such a file has and is not here yet; the same file twice does no harm",
    )
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
    for name, given in (("--reset", args.reset), ("--export", args.export), ("--import", args.add)):
        if args.items and given is not None:
            raise UsageError(f"--items and {name} do not go together", "take one of them")
    if args.items:
        note(catalog.problems)
        print_items(catalog.lessons, args.files, "json" if args.json else "csv" if args.csv else "")
        return 0
    store = Store.open()
    try:
        if args.reset is not None:
            return _reset(catalog.find(args.reset), store, sure=args.yes)
        if args.export is not None:
            return export_progress(store, args.export)
        if args.add is not None:
            return import_progress(store, args.add)
        note([*catalog.problems, store.problem])
        now = utc_now().timestamp()
        cards = Deck(store).refresh(now)
        states = store.lesson_states(catalog.lessons)
        standings = [_standing(lesson, states[lesson.id], cards, now) for lesson in catalog.lessons]
        if args.json:
            summary: dict[str, object] = {
                key: _plain(value) for key, value in asdict(store.summary()).items()
            }
            print(
                to_json(
                    {
                        "lessons": [record(one) for one in standings],
                        "topics": [row for lesson in catalog.lessons for row in _topics(lesson, cards, now)],
                        "summary": summary | _overall(catalog.lessons, standings, cards, now),
                    }
                )
            )
        elif args.csv:
            _print_csv([record(one) for one in standings])
        else:
            _print_table(standings)
        return 0
    finally:
        store.close()


class Standing(NamedTuple):
    """One lesson: what was done in it, how well it is known, and what of it is due."""

    lesson: Lesson
    state: LessonState
    known: Mastery
    due: Due


def _standing(lesson: Lesson, state: LessonState, cards: Cards, now: float) -> Standing:
    due = what_is_due(cards, [lesson] if state.read else [], now, random.Random(0))
    return Standing(lesson, state, mastery(cards, questions_of([lesson]), now), due)


def _topics(lesson: Lesson, cards: Cards, now: float) -> Iterator[dict[str, Cell]]:
    titles = {page.id: page.title for page in lesson.pages}
    for page, keys in topics_of(lesson).items():
        known = mastery(cards, keys, now)
        yield {
            "lesson": lesson.id,
            "page": page,
            "title": titles.get(page, ""),
            "mastery": round(known.share, 4),
            "questions_answered": known.answered,
            "questions": known.questions,
        }


def _overall(
    lessons: Sequence[Lesson], standings: Sequence[Standing], cards: Cards, now: float
) -> dict[str, object]:
    keys = questions_of(lessons)
    curve = over_time(cards, keys, now)
    return {
        "mastery": round(mastery(cards, keys, now).share, 4),
        "due": sum(len(one.due.questions) for one in standings),
        "mastery_over_time": [
            {"days_from_now": round(x, 2), "mastery": round(y / 100, 4)}
            for x, y in zip(curve.x, curve.y, strict=True)
        ],
    }


def record(standing: Standing) -> dict[str, Cell]:
    """One lesson's progress as plain values, as ``--json`` and ``--csv`` print it; shares are 0 to 1.

    ``mastery`` is the mean chance to recall its questions now, those never answered counting as 0.
    """
    lesson, state, known, due = standing
    next_due = None if due.next_at is None else datetime.fromtimestamp(due.next_at, UTC)
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
        "mastery": round(known.share, 4),
        "due": len(due.questions),
        "next_due": _plain(next_due),
        "last_visit": _plain(state.last_at),
    }


def _plain(value: Cell | datetime) -> Cell:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _print_csv(records: list[dict[str, Cell]]) -> None:
    if records:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def _print_table(standings: list[Standing]) -> None:
    headings = ["", "lesson", "state", "pages", "runs", "predicted", "quiz", "mastery", "due"]
    rows = [headings, *([str(one.lesson.number), one.lesson.id, *_cells(one)] for one in standings)]
    print(*aligned(rows), sep="\n")
    done = sum(one.state.status == "done" for one in standings)
    print(f"\n{done} of {len(standings)} lessons done.")
    count = sum(len(one.due.questions) for one in standings)
    if count:
        print(f"{due_words(count)}: dltutor review")
    print("Mastery: mean chance to recall a question now; unanswered ones count as 0.")


def _cells(standing: Standing) -> tuple[str, ...]:
    _, state, known, due = standing
    return (
        state.status,
        f"{state.pages_seen}/{state.pages_total}",
        str(state.runs),
        f"{state.predictions_right}/{state.predictions_made}" if state.predictions_made else "-",
        "-" if state.quiz_best is None else f"{state.quiz_best * 100:.0f} %",
        f"{known.share * 100:.0f} %" if known.answered else "-",
        str(len(due.questions)) if due.questions else "-",
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
