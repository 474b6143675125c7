"""``dltutor notes``: what the learner wrote down in the lessons, as Markdown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tutor.commands.terminal import note
from tutor.console import say
from tutor.content.catalog import Catalog
from tutor.progress.state import Note
from tutor.progress.store import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("lessons", nargs="*", metavar="ID", help="lessons whose notes are wanted; none: all of them")
    add("-o", "--output", type=Path, metavar="FILE.md", help="write them there")


def run(args: argparse.Namespace) -> int:
    catalog = Catalog.open()
    wanted = [catalog.find(word).id for word in args.lessons]
    store = Store.open()
    try:
        notes = store.notes()
    finally:
        store.close()
    note([store.problem])
    titles = {lesson.id: f"{lesson.number}. {lesson.title}" for lesson in catalog.lessons}
    # Notes on lessons that are gone stay readable, under the lesson's id.
    chosen = list(dict.fromkeys(wanted or [*titles, *notes]))
    text = "\n".join(
        markdown(titles.get(lesson, lesson), notes[lesson]) for lesson in chosen if lesson in notes
    )
    if not text:
        note(["There are no notes yet: press m in a lesson."])
    elif args.output is None:
        sys.stdout.write(text)
    else:
        args.output.write_text(text, encoding="utf-8")
        say(f"Wrote {args.output}.")
    return 0


def markdown(title: str, written: Note) -> str:
    """One lesson's note under its heading."""
    return f"# {title}\n\n*{written.at.astimezone():%Y-%m-%d}*\n\n{written.text.strip()}\n"
