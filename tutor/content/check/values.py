"""What holds for every value of every file: no missing text, no control characters, one line where due."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.content.document import Document
from tutor.content.fault import Fault, KeyPath
from tutor.content.parse import Draft
from tutor.text import clean

_MAY_BE_EMPTY = {"unit"}
_ONE_LINE = {
    "id",
    "title",
    "years",
    "term",
    "key",
    "label",
    "name",
    "names",
    "kind",
    "unit",
    "page",
    "when",
    "expect",
    "layers",
}


def check_values(lesson: Draft) -> list[Fault]:
    faults = [fault for document in lesson.documents.values() for fault in check_document(document)]
    for number, line in enumerate(lesson.body.split("\n"), start=1):
        if message := _control_characters(line):
            faults.append(Fault(lesson.file("lesson.md"), number, "", message))
    return faults


def check_document(document: Document) -> Iterator[Fault]:
    """Faults of the values of one TOML text."""
    for path, value in document.values():
        for text in (*path, value):
            if isinstance(text, str) and (message := _control_characters(text)):
                yield document.fault(path, message)
                break
        if isinstance(value, str) and (message := _fault_of(path, value)):
            yield document.fault(path, message)


def _fault_of(path: KeyPath, text: str) -> str:
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    if not text.strip():
        return "" if name in _MAY_BE_EMPTY else "missing: the text is empty"
    if name in _ONE_LINE and "\n" in text.strip("\n"):
        return "must be one line"
    return ""


def _control_characters(text: str) -> str:
    kept = clean(text)
    if kept == text:
        return ""
    codes = sorted({f"U+{ord(character):04X}" for character in set(text) - set(kept)})
    return f"control characters are not allowed: {', '.join(codes)}"
