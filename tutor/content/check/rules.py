"""Rules that hold in several files of a pack."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tutor.content.document import Document
from tutor.content.fault import Fault, KeyPath

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def duplicates(document: Document, named: Iterable[tuple[KeyPath, str]], what: str) -> list[Fault]:
    """A fault for each text that came before, apart from case and blanks."""
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for path, text in named:
        same = " ".join(text.casefold().split())
        if same and same in seen:
            faults.append(document.fault(path, f"the same {what} as on line {seen[same]}: {text.strip()!r}"))
        seen.setdefault(same, document.line(path))
    return faults


def ids(document: Document, named: Iterable[tuple[KeyPath, str]], what: str) -> list[Fault]:
    """Faults of ids: each is lower-case words joined by hyphens, and comes once."""
    named = list(named)
    message = "an id is made of small letters, digits and hyphens"
    wrong = [
        document.fault(path, message) for path, text in named if text.strip() and not _ID.fullmatch(text)
    ]
    return wrong + duplicates(document, named, what)
