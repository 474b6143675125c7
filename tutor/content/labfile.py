"""Experiments by themselves: a ``lab.toml`` outside of any pack, and the lesson around it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tutor.content.fault import Fault, PackError
from tutor.content.model import FORMAT_VERSION, Experiment, LabFile, Lesson, LessonHead, Page
from tutor.content.parse import read_document
from tutor.content.tomltext import table_lines
from tutor.errors import InputError

SUFFIX = ".toml"


def read_lab(path: Path) -> list[Experiment]:
    """The experiments in the file at ``path``, at least one; :class:`InputError` names line and key."""
    try:
        document = read_document(path.parent, path.name)
    except PackError as error:
        raise InputError(error.message, "give a file as dltutor bench writes it") from None
    version = document.data.get("format_version")
    if version != FORMAT_VERSION:
        raise InputError(f"{path} is of format {version!r}, not {FORMAT_VERSION}", "is it a lab.toml?")
    faults: list[Fault] = []
    lab = document.convert(document.data, (), LabFile, faults)
    if lab is None:
        raise InputError(f"{path.parent}/{faults[0]}", "mend that line, or make the file anew: dltutor bench")
    if not lab.experiment:
        raise InputError(f"there is no experiment in {path}", "dltutor bench makes one")
    return lab.experiment


def write_lab(experiments: Sequence[Experiment]) -> str:
    """The text of a ``lab.toml``; defaults are left out. :func:`read_lab` gives them back."""
    return "\n".join(table_lines((), LabFile(FORMAT_VERSION, list(experiments)))).lstrip("\n") + "\n"


def lesson_around(experiments: Sequence[Experiment], title: str) -> Lesson:
    """A lesson that has a lab and nothing else, for experiments that belong to no pack."""
    head = LessonHead(
        format_version=FORMAT_VERSION,
        id="bench",
        title=title,
        summary="",
        years="",
        minutes=0,
        objectives=[],
        terms=[],
        covers=[],
        sources=[],
    )
    return Lesson(0, head, [Page("bench", title, "")], list(experiments), [])
