"""``dltutor gift``: quizzes from Moodle's GIFT files, and our quizzes as GIFT."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from tutor.commands.output import new_file
from tutor.commands.terminal import note
from tutor.console import say
from tutor.content.catalog import Catalog
from tutor.content.check.quiz import check_quiz
from tutor.content.fault import PackError
from tutor.content.files import read_text
from tutor.content.gift import Imported, read_gift, write_gift, write_quiz
from tutor.content.parse import draft_quiz
from tutor.errors import InputError

_MOST_BYTES = 1 << 20
"""Of a GIFT file: Moodle puts a whole bank of questions into one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="import|export", required=True)
    add = actions.add_parser(
        "import",
        help="turn a GIFT file into a quiz.toml",
        description="Turn a GIFT file into a quiz.toml. What cannot be kept is named by its line.",
    ).add_argument
    add("file", metavar="FILE.gift", type=Path, help="as Moodle exports it, or written by hand; in UTF-8")
    add("-o", "--output", type=new_file, metavar="QUIZ.toml", help="write it there, if there is no such file")
    add("--page", default="", metavar="ID", help="the page that explains the questions, where none is named")
    add = actions.add_parser(
        "export",
        help="write the quizzes of lessons as GIFT",
        description="Write the quizzes of lessons as GIFT, a category for each lesson.",
    ).add_argument
    add("lessons", nargs="*", metavar="ID", help="lessons whose questions are wanted; none: all of them")
    add("-o", "--output", type=Path, metavar="FILE.gift", help="write them there")


def run(args: argparse.Namespace) -> int:
    return _import(args) if args.action == "import" else _export(args)


def _import(args: argparse.Namespace) -> int:
    """Exit status 1 if the file held no question that could be taken over."""
    imported = read_gift(_text(args.file), args.page)
    note(_remarks(args.file, imported))
    if not imported.taken:
        raise InputError(f"{args.file} holds no question that can be taken over", "is it a GIFT file?")
    text = write_quiz(imported)
    if args.output is None:
        sys.stdout.write(text)
        return 0
    args.output.write_text(text, encoding="utf-8")
    draft = draft_quiz(str(args.output), text)
    note(str(fault) for fault in (*draft.faults, *check_quiz(draft)))
    left_out = sum(remark.left_out for remark in imported.notes)
    say(f"Wrote {args.output}: {_count(len(imported.taken), 'question')}, {left_out} left out.")
    return 0


def _text(path: Path) -> str:
    real = Path(os.path.realpath(path))  # a link to the file is as good as the file
    try:
        return read_text(real.parent, real.name, most=_MOST_BYTES)
    except PackError as error:
        raise InputError(error.message, "give a GIFT file in UTF-8, of 1 MiB at most") from None


def _remarks(path: Path, imported: Imported) -> Iterator[str]:
    for remark in imported.notes:
        yield f"{path}:{remark.line}: {remark.message}"
    if imported.without_feedback:
        what = _count(imported.without_feedback, "answer")
        yield f"{what} had no feedback: what stands there now only says whether it is right"
    if imported.without_page:
        what = _count(imported.without_page, "question")
        yield f"{what} with page = FILL-IN: write the id of the page that explains it, or take --page ID"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _export(args: argparse.Namespace) -> int:
    catalog = Catalog.open()
    lessons = {lesson.id: lesson for lesson in map(catalog.find, args.lessons)}.values() or catalog.lessons
    note(catalog.problems)
    exported = write_gift(lessons)
    note(f"left out: {sentence}" for sentence in exported.left_out)
    if args.output is None:
        sys.stdout.write(exported.text)
    else:
        args.output.write_text(exported.text, encoding="utf-8")
        say(f"Wrote {args.output}.")
    return 0
