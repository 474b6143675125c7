"""The lessons at hand: found in their packs, looked up as people name them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from tutor import paths
from tutor.content.fault import PackError
from tutor.content.model import Experiment, Lesson
from tutor.content.pack import Case, Milestone, Pack
from tutor.content.parse import CLINIC, GLOSSARY, TIMELINE, read_file, read_lesson, read_pack
from tutor.errors import InputError, UsageError
from tutor.text import clean_line

T = TypeVar("T")

_SHOWN = 60
"""Most characters of a mistyped name that an error repeats."""


class Catalog:
    """All lessons, in their order, numbered from 1.

    ``problems`` holds one sentence for each lesson of the user's own packs that could not be read.
    """

    def __init__(self, pack: Pack, problems: Sequence[str] = ()) -> None:
        self.pack = pack
        self.problems = list(problems)

    @property
    def lessons(self) -> list[Lesson]:
        return self.pack.lessons

    @property
    def timeline(self) -> list[Milestone]:
        """The history in years."""
        return self.pack.timeline

    @property
    def clinic(self) -> list[Case]:
        """The sick runs, the easiest first."""
        return self.pack.clinic

    @classmethod
    def open(cls, path: Path | None = None) -> Catalog:
        """Open the pack at ``path``, or else the user's own lessons together with the bundled ones.

        The bundled lessons keep their order and numbers. A lesson of the user's own pack takes the place
        of the bundled one with the same id, or follows after the last. If it is broken it is left out and
        named in ``problems``; a fault in the bundled pack, or in the one at ``path``, raises
        :class:`PackError`.
        """
        if path is not None:
            return cls(_read_whole(path))
        found = paths.lesson_packs()
        if not found:
            raise InputError("no lessons were found", "install dltutor again, or give the folder of a pack")
        *own, base = found
        problems: list[str] = []
        pack = _read_whole(base)
        for root in reversed(own):
            pack = _merged(pack, _read_sound(root, problems))
        return cls(pack, problems)

    def find(self, text: str) -> Lesson:
        """The lesson with this id, number or unambiguous beginning of its id; raises :class:`UsageError`."""
        return _find(self.lessons, text, lambda lesson: lesson.id, "lesson")

    def find_case(self, text: str) -> Case:
        """The clinic's case with this id, number or unambiguous beginning of its id."""
        if not self.clinic:
            raise UsageError("these lessons have no clinic", "there is none without a clinic.toml")
        return _find(self.clinic, text, lambda case: case.id, "case")

    def find_experiment(self, text: str) -> tuple[Lesson, Experiment]:
        """``"backprop/digits"``, or ``"backprop"`` for that lesson's first experiment."""
        lesson_text, slash, experiment_text = text.partition("/")
        lesson = self.find(lesson_text)
        if not lesson.experiments:
            raise UsageError(f"the lesson {lesson.id} has no experiment", "choose another lesson")
        if not slash:
            return lesson, lesson.experiments[0]
        what = f"experiment of {lesson.id}"
        return lesson, _find(lesson.experiments, experiment_text, lambda experiment: experiment.id, what)


def _find(things: Sequence[T], text: str, name_of: Callable[[T], str], what: str) -> T:
    by_name = {name_of(thing): thing for thing in things}
    wanted = clean_line(text).lower()
    if wanted in by_name:
        return by_name[wanted]
    if wanted.isascii() and wanted.isdecimal() and 1 <= int(wanted[:9]) <= len(things) and len(wanted) <= 9:
        return things[int(wanted) - 1]
    beginning = [name for name in by_name if wanted and name.startswith(wanted)]
    if len(beginning) == 1:
        return by_name[beginning[0]]
    if beginning:
        raise UsageError(f"more than one {what} begins with {wanted!r}", "choose: " + ", ".join(beginning))
    near = get_close_matches(wanted, by_name, n=3, cutoff=0.5)
    hint = "did you mean " + " or ".join(near) + "?" if near else "there are: " + ", ".join(by_name)
    raise UsageError(f"no {what} is called {clean_line(text)[:_SHOWN]!r}", hint)


def _read_whole(root: Path) -> Pack:
    listing = read_pack(root)
    if len(set(listing.file.lessons)) < len(listing.file.lessons):
        raise PackError(root, [listing.document.fault(("lessons",), "a lesson is named twice")])
    indices = range(len(listing.file.lessons))
    lessons = [read_lesson(listing.folder(index), index + 1) for index in indices]
    clinic, glossary, timeline = (read_file(root, name) for name in (CLINIC, GLOSSARY, TIMELINE))
    return Pack(listing.file.id, clean_line(listing.file.title), lessons, clinic, glossary, timeline)


def _read_sound(root: Path, problems: list[str]) -> list[Lesson]:
    """The lessons of the pack at ``root`` that can be read; a sentence in ``problems`` for each other."""
    lessons = []
    try:
        listing = read_pack(root)
    except PackError as error:
        problems.append(error.message)
        return []
    for index in (listing.file.lessons.index(name) for name in dict.fromkeys(listing.file.lessons)):
        try:
            lessons.append(read_lesson(listing.folder(index), 0))
        except PackError as error:
            problems.append(error.message)
    return lessons


def _merged(pack: Pack, own: Iterable[Lesson]) -> Pack:
    lessons = {lesson.id: lesson for lesson in pack.lessons} | {lesson.id: lesson for lesson in own}
    numbered = [replace(lesson, number=number) for number, lesson in enumerate(lessons.values(), start=1)]
    return replace(pack, lessons=numbered)
