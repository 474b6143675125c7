"""The pack as a whole: its folders and the order of the lessons."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from tutor.content.check.rules import ids
from tutor.content.check.values import check_document
from tutor.content.fault import Fault, PackError
from tutor.content.parse import PACK_FILES, Draft, Listing

LESSON_FILES = {"lesson.md", "lab.toml", "quiz.toml", "charts.toml"}
MAX_ENTRIES = 1000
"""Most entries of a folder that are looked at; each stray one is a fault anyway."""
_MAY_LIE_THERE = {"pack.toml", *PACK_FILES, "README.md", "LICENSE"}


def find_folders(listing: Listing) -> tuple[list[Fault], list[Path]]:
    """Faults of ``pack.toml`` and of what lies around it, and the folders of the lessons in order."""
    document, pack = listing.document, listing.file
    faults = list(check_document(document))
    named = [(("lessons", index), name) for index, name in enumerate(pack.lessons)]
    faults += ids(document, [(("id",), pack.id)], "pack") + ids(document, named, "lesson")
    if not pack.lessons:
        faults.append(document.fault(("lessons",), "a pack needs at least one lesson"))
    folders: dict[Path, None] = {}
    for index in range(len(pack.lessons)):
        try:
            folders[listing.folder(index)] = None
        except PackError as error:
            faults += error.faults
    return faults + _stray(listing.root, list(folders)), list(folders)


def _stray(root: Path, folders: list[Path]) -> list[Fault]:
    """Whatever lies beside the lessons; names that begin with a dot are nobody's business."""
    faults: list[Fault] = []
    for entry in _entries(root):
        if entry.is_dir() and entry not in folders:
            faults.append(Fault(entry.name, 1, "", "a folder without an entry in pack.toml"))
        elif not entry.is_dir() and entry.name not in _MAY_LIE_THERE:
            faults.append(Fault(entry.name, 1, "", "a stray file"))
    return faults


def check_folder(folder: Path) -> list[Fault]:
    """The stray files of one lesson."""
    strays = [entry.name for entry in _entries(folder) if entry.name not in LESSON_FILES]
    allowed = "lesson.md, lab.toml and quiz.toml"
    return [Fault(f"{folder.name}/{name}", 1, "", f"a stray file: a lesson is {allowed}") for name in strays]


def _entries(folder: Path) -> list[Path]:
    """What lies in the folder, the first :data:`MAX_ENTRIES` that the disk gives."""
    try:
        with os.scandir(folder) as found:
            names = [entry.name for entry in islice(found, MAX_ENTRIES)]
        return sorted(folder / name for name in names if not name.startswith("."))
    except OSError:
        return []  # reading the lesson's files says so by name


def check_prerequisites(drafts: list[Draft]) -> list[Fault]:
    """Prerequisites that are not in the pack, or do not come before the lesson that needs them."""
    order = [lesson.folder.name for lesson in drafts]
    needs = {lesson.folder.name: lesson.head.prerequisites for lesson in drafts if lesson.head}
    faults: list[Fault] = []
    for position, lesson in enumerate(drafts):
        for index, needed in enumerate(lesson.head.prerequisites if lesson.head else []):
            if needed not in order:
                message = f"there is no lesson {needed!r} in this pack"
            elif chain := _chain(needs, needed, order[position]):
                message = "circular: " + " needs ".join([order[position], *chain])
            elif order.index(needed) > position:
                message = f"{needed!r} comes later in the pack"
            else:
                continue
            document = lesson.documents["lesson.md"]
            faults.append(document.fault(("prerequisites", index), message))
    return faults


def _chain(needs: dict[str, list[str]], start: str, end: str) -> list[str]:
    """The way from ``start`` to ``end`` along prerequisites; empty if there is none."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == end:
            return way
        for following in needs.get(way[-1], []):
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []
