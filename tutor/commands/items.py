"""Item statistics as a table, CSV or JSON, for ``dltutor progress --items``. (Not a command itself.)"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from tutor import paths
from tutor.commands.output import to_json
from tutor.content.model import Lesson
from tutor.progress.items import Choice, Item, items
from tutor.progress.log import LoggedAnswer, read_log

WIDTH = 80
FIELDS = (
    "lesson",
    "question",
    "kind",
    "page",
    "prompt",
    "learners",
    "asked",
    "right",
    "right_share",
    "median_seconds",
    "discrimination",
    "distractor",
    "distractor_count",
)

Cell = str | int | float | None


def print_items(lessons: Sequence[Lesson], files: Sequence[Path], form: str) -> None:
    """Print the statistics of the learner's own log, or of ``files``, one for each learner.

    ``form`` is "csv", "json" or "" for a table. Raises :class:`InputError` for a file that is no log.
    """
    logs = [log for log in _logs(files) if log]
    found = items(logs, lessons)
    if form == "json":
        print(to_json({"items": [_record(item) | {"choices": _choices(item)} for item in found]}))
    elif form == "csv":
        _print_csv(found)
    else:
        print("\n".join(_table(found, len(logs))) if found else "No question has been answered yet.")


def _logs(files: Sequence[Path]) -> list[list[LoggedAnswer]]:
    if files:
        return [read_log(path) for path in {path.resolve(): path for path in files}.values()]
    own = paths.database()
    return [read_log(own)] if own.exists() else []


def _record(item: Item) -> dict[str, Cell]:
    """:data:`FIELDS` and their values; shares are 0 to 1, times in seconds."""
    wrong, told = item.distractor, item.discrimination
    values = (
        item.lesson,
        item.question,
        item.kind,
        item.page,
        " ".join(item.prompt.split()),
        item.learners,
        item.asked,
        item.right,
        round(item.right_share, 4),
        round(item.median_seconds, 1),
        None if told is None else round(told, 3),
        wrong.text if wrong else None,
        wrong.count if wrong else 0,
    )
    return dict(zip(FIELDS, values, strict=True))


def _choices(item: Item) -> list[dict[str, object]]:
    return [asdict(choice) for choice in item.choices]


def _print_csv(found: Sequence[Item]) -> None:
    """One row for each question; ``choices`` reads ``5 x AND (right); 3 x OR``."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*FIELDS, "choices"])
    for item in found:
        choices = "; ".join(map(_counted, item.choices))
        writer.writerow([*map(_harmless, _record(item).values()), choices])


def _counted(choice: Choice) -> str:
    return f"{choice.count} x {choice.text}{' (right)' if choice.right else ''}"


def _harmless(value: Cell) -> Cell:
    """A text that a spreadsheet would run as a formula gets a sign before it: a learner may have typed it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@" and value else value


def _table(found: Sequence[Item], learners: int) -> Iterator[str]:
    width = max(len(item.question) for item in found)
    head = f"  {'':<{width}}  asked  right  median  discr.  most frequent mistake"
    for lesson, group in groupby(found, key=lambda item: item.lesson):
        yield from ("", lesson, head) if lesson != found[0].lesson else (lesson, head)
        for item in group:
            yield _row(item, width)
    yield ""
    yield f"First tries of {learners} learner{'' if learners == 1 else 's'}; median time to the answer."
    if any(item.discrimination is not None for item in found):
        yield "discr.: how an answer goes with the other answers, from -1 to 1; near 0 or below, look at it."


def _row(item: Item, width: int) -> str:
    told = "-" if item.discrimination is None else f"{item.discrimination:.2f}"
    wrong = f"{item.distractor.count} x {item.distractor.text}" if item.distractor else "-"
    figures = f"{item.asked:>5}  {100 * item.right_share:>3.0f} %  {item.median_seconds:>4.0f} s  {told:>6}"
    line = f"  {item.question:<{width}}  {figures}  {wrong}"
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
