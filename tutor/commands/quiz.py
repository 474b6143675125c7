"""``dltutor quiz``: questions of several lessons mixed, in the app or line by line."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from contextlib import closing

from tutor.commands.examiner import LocalExaminer
from tutor.commands.output import whole_number
from tutor.commands.saving import finish
from tutor.commands.terminal import has_screen, note
from tutor.content.catalog import Catalog
from tutor.content.model import Lesson
from tutor.content.questions import Question
from tutor.errors import StoreError, UsageError
from tutor.progress.store import Mode, Store
from tutor.progress.writer import Writer
from tutor.quiz.plain import run_plain
from tutor.quiz.session import Answered, QuizSession, mix


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "lessons", nargs="*", metavar="ID", help="lessons to ask about; none: all that you have read"
    )
    parser.add_argument("--plain", action="store_true", help="line by line, without a screen or colours")
    parser.add_argument("--count", type=whole_number(1, 10_000), metavar="N", help="ask at most N questions")
    parser.add_argument(
        "--seed",
        type=whole_number(0, 10**9),
        metavar="N",
        help="the order of the plain quiz's questions and options",
    )


def run(args: argparse.Namespace) -> int:
    catalog = Catalog.open()
    if args.plain or not has_screen():
        return _plain(catalog, args)
    store = Store.open()
    try:
        lessons = chosen_lessons(catalog, args.lessons, store)
    finally:
        store.close()
    from tutor.ui.run import run as run_app  # only now: the plain quiz does without Textual
    from tutor.ui.start import at_quiz

    return run_app(at_quiz([lesson.id for lesson in lessons], args.count))


def chosen_lessons(
    catalog: Catalog, words: Sequence[str], store: Store, command: str = "quiz"
) -> list[Lesson]:
    """The lessons that ``words`` name, each once; without words those that have been read.

    ``command`` is the one that a hint names.

    Raises :class:`UsageError` for a word that names none, and where there would be nothing to ask.
    """
    lessons = list({lesson.id: lesson for lesson in map(catalog.find, words)}.values())
    if not words:
        lessons = store.lessons_read(catalog.lessons)
        if not lessons:
            first = catalog.lessons[0].id
            raise UsageError(
                "no lesson has been read to its end yet", f"name one, as in: dltutor {command} {first}"
            )
    if not any(lesson.questions for lesson in lessons):
        names = ", ".join(lesson.id for lesson in lessons)
        raise UsageError(f"there are no questions on {names}", "name another lesson")
    return lessons


def _plain(catalog: Catalog, args: argparse.Namespace) -> int:
    with closing(Store.open()) as store:
        rng = random.Random(args.seed)
        questions = mix(chosen_lessons(catalog, args.lessons, store), rng, args.count)
        note([*catalog.problems, store.problem])
        return ask_plain(questions, rng, store, "plain", LocalExaminer(catalog))


def ask_plain(
    questions: Sequence[tuple[str, Question]],
    rng: random.Random,
    store: Store,
    mode: Mode,
    examiner: LocalExaminer,
) -> int:
    """Ask line by line, saving each answer as it is given; returns the exit status.

    Raises :class:`StoreError` when something could not be saved.
    """
    session = QuizSession(questions, rng, time.time)
    writer = Writer(store)
    try:

        def record(answered: Answered) -> None:
            save_at_once(writer, answered, mode)

        run_plain(session, sys.stdin, sys.stdout, record, examiner)
    finally:
        saved = finish(store, writer)
    if not saved:
        raise StoreError(writer.problem or "the answers could not be saved in time", "see dltutor doctor")
    return 0


def save_at_once(writer: Writer, answered: Answered, mode: Mode) -> None:
    """Save the answer before its feedback is shown, so that what has been seen is safe; wait only so long."""
    writer.submit(lambda store: store.record_answer(answered, mode))
    writer.flush()
