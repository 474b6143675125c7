"""``dltutor exam``: questions against the clock, in the app or line by line, and a report at the end."""

from __future__ import annotations

import argparse
import random
import sys
import time
from contextlib import closing
from pathlib import Path

from tutor.commands.output import new_file, whole_number
from tutor.commands.quiz import chosen_lessons, save_at_once
from tutor.commands.saving import finish
from tutor.commands.terminal import has_screen, note
from tutor.console import say
from tutor.content.catalog import Catalog
from tutor.content.model import Lesson
from tutor.errors import StoreError, UsageError
from tutor.progress.store import Store, utc_now
from tutor.progress.writer import Writer
from tutor.quiz.exam import DEFAULT_COUNT, Exam, draw, minutes_for
from tutor.quiz.exam_files import save_report, where_words
from tutor.quiz.exam_plain import run_exam_plain
from tutor.quiz.exam_report import ExamReport, report_on
from tutor.quiz.exam_text import report_lines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("lessons", nargs="*", metavar="ID", help="lessons to be examined on; none: all that you have read")
    add("--minutes", type=whole_number(1, 600), metavar="N", help="time; default: one minute a question")
    add(
        "--count",
        type=whole_number(1, 10_000),
        default=DEFAULT_COUNT,
        metavar="N",
        help=f"ask at most N questions (default {DEFAULT_COUNT})",
    )
    add("--plain", action="store_true", help="line by line, without a screen or colours")
    add("--seed", type=whole_number(0, 10**9), metavar="N", help="the order of the plain exam's questions")
    add("-o", "--output", type=new_file, metavar="REPORT.md", help="write the report there, as Markdown")
    add("--json", type=new_file, metavar="FILE", help="write it there, as JSON")


def run(args: argparse.Namespace) -> int:
    catalog = Catalog.open()
    with closing(Store.open()) as store:
        lessons = chosen_lessons(catalog, args.lessons, store, "exam")
        if args.plain or not has_screen():
            note([*catalog.problems, store.problem])
            return _plain(args, lessons, store)
    from tutor.ui.messages import OpenExam  # only now: the plain exam does without Textual
    from tutor.ui.run import run as run_app

    names = tuple(lesson.id for lesson in lessons)
    return run_app(lambda _services: OpenExam(names, args.count, args.minutes, args.output, args.json))


def _plain(args: argparse.Namespace, lessons: list[Lesson], store: Store) -> int:
    """Ask, saving each answer as it is given, then print the report and say where it is.

    Raises :class:`StoreError` when an answer, or the report, could not be saved.
    """
    rng = random.Random(args.seed)
    questions = draw(lessons, rng, args.count)
    if not questions:
        raise UsageError("these lessons have no questions for an exam", "name another lesson")
    exam = Exam(questions, 60.0 * (args.minutes or minutes_for(len(questions))), rng, time.monotonic)
    writer = Writer(store)
    try:
        run_exam_plain(exam, sys.stdin, sys.stdout, lambda answered: save_at_once(writer, answered, "exam"))
    finally:
        saved = finish(store, writer)
    _tell(report_on(exam, lessons, utc_now()), args.output, args.json)
    if not saved:
        raise StoreError(writer.problem or "the answers could not be saved in time", "see dltutor doctor")
    return 0


def _tell(report: ExamReport, markdown: Path | None, json: Path | None) -> None:
    print("", *report_lines(report), "", sep="\n", flush=True)
    try:
        say(where_words(save_report(report, markdown, json)))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreError(f"the report could not be written: {reason}", "name a file: -o REPORT.md") from None
