"""The checker of lesson packs: every fault by file, line and key.

Content never imports the engine, so whether an experiment can be built is asked of a ``validate`` that
the caller hands in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tutor.content.check.clinic import check_clinic
from tutor.content.check.glossary import check_glossary
from tutor.content.check.lab import check_lab
from tutor.content.check.pack import check_folder, check_prerequisites, find_folders
from tutor.content.check.prose import check_prose
from tutor.content.check.quiz import TryTrace, check_quiz
from tutor.content.check.timeline import check_timeline
from tutor.content.check.trace import check_rows, check_trace
from tutor.content.check.values import check_values
from tutor.content.fault import Fault, PackError
from tutor.content.model import Experiment
from tutor.content.parse import CLINIC, GLOSSARY, TIMELINE, Draft, Listing, draft, draft_file, read_pack
from tutor.errors import InputError

__all__ = ["Inspection", "Validate", "check_pack", "inspect"]

Validate = Callable[[Experiment], None]
"""Builds an experiment and raises :class:`TutorError` if that cannot be done."""


@dataclass(frozen=True)
class Inspection:
    """What was looked at below ``root``, the pack's folder, and what was found, in the order of the files."""

    root: Path
    drafts: list[Draft]
    faults: list[Fault]
    untaught: list[Fault] = field(default_factory=list)
    """Rows of the trace table that no lesson teaches: of interest to whoever asks for the table."""


def check_pack(
    path: Path, validate: Validate | None = None, try_trace: TryTrace | None = None
) -> list[Fault]:
    """All faults of the pack, or of the single lesson, in the folder ``path``; none if it is sound.

    Raises :class:`InputError` if ``path`` is neither.
    """
    return inspect(path, validate, try_trace).faults


def inspect(path: Path, validate: Validate | None = None, try_trace: TryTrace | None = None) -> Inspection:
    """As :func:`check_pack`, with the lessons that were read and the rows that none of them teaches."""
    if (path / "pack.toml").is_file():
        try:
            return _inspect_pack(read_pack(path), validate, try_trace)
        except PackError as error:
            return Inspection(path, [], sorted(set(error.faults)))
    if (path / "lesson.md").is_file():
        folder = path.resolve() if path.name in ("", "..") else path
        lesson = draft(folder)
        faults = lesson.faults + check_lesson(lesson, validate, try_trace)
        return Inspection(folder.parent, [lesson], sorted(set(faults)))
    what = "holds no pack.toml and no lesson.md" if path.is_dir() else "is no folder"
    raise InputError(f"{path} {what}", "give the folder of a lesson pack or of one lesson")


def _inspect_pack(listing: Listing, validate: Validate | None, try_trace: TryTrace | None) -> Inspection:
    root = listing.root
    faults, folders = find_folders(listing)
    drafts = [draft(folder) for folder in folders]
    for lesson in drafts:
        faults += lesson.faults + check_lesson(lesson, validate, try_trace)
    names = [lesson.folder.name for lesson in drafts]
    faults += check_prerequisites(drafts)
    faults += check_rows(listing, drafts)
    faults += check_clinic(draft_file(root, CLINIC), names, validate)
    faults += check_glossary(draft_file(root, GLOSSARY))
    faults += check_timeline(draft_file(root, TIMELINE), names)
    return Inspection(root, drafts, sorted(set(faults)), check_trace(listing, drafts))


def check_lesson(lesson: Draft, validate: Validate | None, try_trace: TryTrace | None) -> list[Fault]:
    """The faults of one lesson, apart from those that kept parts of it from being read."""
    return [
        *check_folder(lesson.folder),
        *check_values(lesson),
        *check_prose(lesson),
        *check_lab(lesson, validate),
        *check_quiz(lesson, try_trace),
    ]
