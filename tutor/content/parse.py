"""From a lesson's three files to a :class:`Lesson`, or to the list of what is wrong with them.

:func:`draft` collects faults and goes on, for the checker; :func:`read_lesson` raises the first one, for
the app. Both read every file through the same code, so that what the checker passes, the app opens.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from tutor.content.bounds import excesses
from tutor.content.document import Document
from tutor.content.fault import Fault, PackError
from tutor.content.files import read_text
from tutor.content.model import FORMAT_VERSION, Experiment, LabFile, Lesson, LessonHead, Page, Term
from tutor.content.pack import Case, ClinicFile, GlossaryFile, Milestone, PackFile, TimelineFile
from tutor.content.questions import Chart, ChartsFile, Question, QuizFile, RecordedRun
from tutor.text import clean, clean_line

T = TypeVar("T")

MAX_LESSONS = 200
MAX_ITEMS = 100
"""Most pages, experiments or questions in one lesson."""

MAX_PAGE = 10_000
"""Most characters of a page; some 1,300 fill the screen, and far more than this would be slow to lay out."""

CHARTS = "charts.toml"
CLINIC, GLOSSARY, TIMELINE = "clinic.toml", "glossary.toml", "timeline.toml"
PACK_FILES: dict[str, tuple[type, str, type]] = {
    CLINIC: (ClinicFile, "case", Case),
    GLOSSARY: (GlossaryFile, "entry", Term),
    TIMELINE: (TimelineFile, "milestone", Milestone),
}
"""Files beside ``pack.toml``: what each is, the key of its list, and what is listed."""
FRONT_MATTER = "+++"
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass
class Draft:
    """A lesson as far as it could be read. ``faults`` says why the missing parts are missing."""

    folder: Path
    documents: dict[str, Document] = field(default_factory=dict)
    """By file name; the one of ``lesson.md`` is its front matter."""
    head: LessonHead | None = None
    body: str = ""
    """``lesson.md`` with the lines of the front matter left blank, so that lines keep their numbers."""
    pages: list[Page] = field(default_factory=list)
    experiments: dict[int, Experiment] = field(default_factory=dict)
    """By index in the file: a broken one leaves a gap."""
    questions: dict[int, Question] = field(default_factory=dict)
    recorded: dict[int, RecordedRun] = field(default_factory=dict)
    """The runs of ``charts.toml``, by index."""
    faults: list[Fault] = field(default_factory=list)

    def lesson(self, number: int) -> Lesson:
        """The whole lesson; raises :class:`PackError` if anything of it could not be read."""
        if self.faults or self.head is None:
            raise PackError(self.folder.parent, self.faults)
        return Lesson(
            number, self.head, self.pages, list(self.experiments.values()), list(self.questions.values())
        )

    def file(self, name: str) -> str:
        """The file's name relative to the pack."""
        return f"{self.folder.name}/{name}"


def read_lesson(folder: Path, number: int) -> Lesson:
    """Read the lesson in ``folder``; raises :class:`PackError`, which names file, line and key."""
    return draft(folder).lesson(number)


@dataclass(frozen=True)
class Listing:
    """``pack.toml`` of the pack at ``root``."""

    root: Path
    file: PackFile
    document: Document

    def folder(self, index: int) -> Path:
        """The folder of the lesson at this index; raises :class:`PackError` if there is none."""
        name = self.file.lessons[index]
        # A name that is more than a name ("..", "a/b") could lead out of the pack.
        is_name = bool(name) and name not in (".", "..") and not set(name) & set("/\\\0")
        if not is_name or not (self.root / name).is_dir():
            fault = self.document.fault(("lessons", index), f"there is no folder {name!r}")
            raise PackError(self.root, [fault])
        return self.root / name


def read_pack(root: Path) -> Listing:
    """Read ``pack.toml``; raises :class:`PackError`."""
    faults: list[Fault] = []
    document = read_document(root, "pack.toml")
    pack = _versioned(document, PackFile, faults)
    if pack and len(pack.lessons) > MAX_LESSONS:
        faults.append(document.fault(("lessons",), f"more than {MAX_LESSONS} lessons"))
    if pack is None or faults:
        raise PackError(root, faults)
    return Listing(root, pack, document)


@dataclass
class FileDraft:
    """A file beside ``pack.toml`` as far as it could be read; a pack need not have any."""

    document: Document | None = None
    items: dict[int, Any] = field(default_factory=dict)
    """By index in the file."""
    faults: list[Fault] = field(default_factory=list)


def draft_file(root: Path, name: str) -> FileDraft:
    """Read what can be read of the file ``name``, one of :data:`PACK_FILES`, of the pack at ``root``."""
    result = FileDraft()
    if (root / name).exists():
        file_kind, key, item_kind = PACK_FILES[name]
        try:
            result.document = read_document(root, name)
            result.items = _items(result.document, file_kind, key, item_kind, result.faults)
            for index, item in result.items.items():
                found = excesses(item.experiment) if isinstance(item, Case) else ()
                result.faults += [result.document.fault((key, index, *path), said) for path, said in found]
        except PackError as error:
            result.faults += error.faults
    return result


def read_file(root: Path, name: str) -> list[Any]:
    """What the file ``name``, one of :data:`PACK_FILES`, lists; raises :class:`PackError`."""
    read = draft_file(root, name)
    if read.faults:
        raise PackError(root, read.faults)
    return list(read.items.values())


def read_document(root: Path, name: str) -> Document:
    """Read a TOML file of the pack at ``root``; raises :class:`PackError`."""
    return Document.parse(root, name, read_text(root, name))


def draft(folder: Path) -> Draft:
    """Read what can be read of the lesson in ``folder``; never raises for what a file holds."""
    result = Draft(folder)
    for read in (_read_prose, _read_lab, _read_quiz, _read_charts):
        try:
            read(result)
        except PackError as error:
            result.faults += error.faults
    return result


def slug(title: str) -> str:
    """A page's id: its title in lower case, every run of other signs than letters and digits a hyphen."""
    plain = unicodedata.normalize("NFKD", title.casefold())
    return re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")


def _read_prose(result: Draft) -> None:
    root, file = result.folder.parent, result.file("lesson.md")
    lines = read_text(root, file).split("\n")
    marks = [number for number, line in enumerate(lines) if line.rstrip() == FRONT_MATTER][:2]
    if len(marks) < 2 or marks[0] != 0:
        message = f"must begin with a line {FRONT_MATTER}, the front matter in TOML and again {FRONT_MATTER}"
        raise PackError(root, [Fault(file, 1, "", message)])
    end = marks[1]
    result.body = "\n" * (end + 1) + "\n".join(lines[end + 1 :])
    _read_pages(result, file)
    document = Document.parse(root, file, "\n".join(lines[1:end]) + "\n", first_line=2)
    result.documents["lesson.md"] = document
    result.head = _versioned(document, LessonHead, result.faults)
    if result.head and result.head.id != result.folder.name:
        message = f"is {result.head.id!r}, and the folder is {result.folder.name!r}"
        result.faults.append(document.fault(("id",), message))


def _read_pages(result: Draft, file: str) -> None:
    """Cut the body at its ``## `` lines. A page's ``line`` is that of its title."""
    faults = result.faults
    starts, first_text = _headings(result.body.split("\n"))
    if not starts:
        faults.append(Fault(file, 1, "", "no pages: write sections that begin with a line '## Title'"))
        return
    if first_text is not None and first_text < starts[0]:
        faults.append(Fault(file, first_text + 1, "", "text before the first '## Title'"))
    if len(starts) > MAX_ITEMS:
        faults.append(Fault(file, starts[MAX_ITEMS] + 1, "", f"more than {MAX_ITEMS} pages"))
        starts = starts[:MAX_ITEMS]
    lines = clean(result.body).split("\n")
    seen: dict[str, int] = {}
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        title = clean_line(lines[start][3:])
        page = Page(slug(title), title, "\n".join(lines[start + 1 : end]).rstrip(), start + 1)
        if not page.id:
            faults.append(Fault(file, start + 1, "", "a page's title needs letters or digits"))
        elif page.id in seen:
            message = f"a second page with the id {page.id!r}, as on line {seen[page.id]}"
            faults.append(Fault(file, start + 1, page.id, message))
        if len(page.body) > MAX_PAGE:
            faults.append(Fault(file, start + 1, page.id, f"a page of more than {MAX_PAGE} characters"))
            page = replace(page, body=page.body[:MAX_PAGE])
        seen.setdefault(page.id, start + 1)
        result.pages.append(page)


def _headings(lines: list[str]) -> tuple[list[int], int | None]:
    """Indices of the lines ``## Title`` outside of fenced code, and of the first line with any text."""
    starts: list[int] = []
    first_text: int | None = None
    fence = ""
    for number, line in enumerate(lines):
        if first_text is None and line.strip():
            first_text = number
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif fence and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif not fence and line.startswith("## "):
            starts.append(number)
    return starts, first_text


def _read_lab(result: Draft) -> None:
    document = read_document(result.folder.parent, result.file("lab.toml"))
    result.documents["lab.toml"] = document
    read = _items(document, LabFile, "experiment", Experiment, result.faults)
    for index, experiment in read.items():
        found = list(excesses(experiment))
        result.faults += [document.fault(("experiment", index, *path), message) for path, message in found]
        if not found:
            result.experiments[index] = experiment


def draft_quiz(file: str, text: str) -> Draft:
    """Read the text of a ``quiz.toml`` that stands by itself. Raises :class:`PackError` if it is no TOML."""
    result = Draft(Path())
    _take_quiz(result, Document.parse(Path(), file, text))
    return result


def _read_quiz(result: Draft) -> None:
    _take_quiz(result, read_document(result.folder.parent, result.file("quiz.toml")))


def _take_quiz(result: Draft, document: Document) -> None:
    result.documents["quiz.toml"] = document
    # mypy takes no union for type[T], msgspec does.
    kind: Any = Question
    result.questions = _items(document, QuizFile, "question", kind, result.faults)


def _read_charts(result: Draft) -> None:
    """The recorded curves, each put into the question that shows it; a lesson without charts has no file."""
    if not (result.folder / CHARTS).exists():
        return
    document = read_document(result.folder.parent, result.file(CHARTS))
    result.documents[CHARTS] = document
    runs = _items(document, ChartsFile, "chart", RecordedRun, result.faults)
    for index, question in result.questions.items():
        if isinstance(question, Chart):
            recorded = {run.option: run.curves for run in runs.values() if run.question == question.id}
            drawn = [recorded[option] for option in sorted(recorded)]
            result.questions[index] = replace(question, drawn=drawn)
    result.recorded = runs


def _items(
    document: Document, file_kind: type[object], key: str, item_kind: type[T], faults: list[Fault]
) -> dict[int, T]:
    """Read a file that is one array of tables, each item by itself: a broken one hides no other's faults."""
    items = document.data.get(key)
    if not isinstance(items, list):
        _versioned(document, file_kind, faults)
        return {}
    if _versioned(document, file_kind, faults, {key: []}) is None:
        return {}
    if len(items) > MAX_ITEMS:
        faults.append(document.fault((key, MAX_ITEMS), f"more than {MAX_ITEMS} of them"))
        return {}
    read = [document.convert(item, (key, index), item_kind, faults) for index, item in enumerate(items)]
    return {index: item for index, item in enumerate(read) if item is not None}


def _versioned(
    document: Document, kind: type[T], faults: list[Fault], changes: dict[str, Any] | None = None
) -> T | None:
    """Convert a whole document, its format version looked at first: other faults may only be news."""
    version = document.data.get("format_version")
    if isinstance(version, int) and not isinstance(version, bool) and version != FORMAT_VERSION:
        remedy = "update dltutor" if version > FORMAT_VERSION else f"write {FORMAT_VERSION}"
        message = f"format {version}, and this program reads format {FORMAT_VERSION}: {remedy}"
        faults.append(document.fault(("format_version",), message))
        return None
    return document.convert({**document.data, **(changes or {})}, (), kind, faults)
