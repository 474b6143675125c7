"""The glossary: each term once, in the order of the alphabet."""

from __future__ import annotations

from itertools import pairwise

from tutor.content.check.rules import duplicates
from tutor.content.check.values import check_document
from tutor.content.fault import Fault
from tutor.content.parse import FileDraft


def check_glossary(glossary: FileDraft) -> list[Fault]:
    """The faults of ``glossary.toml``."""
    document = glossary.document
    if document is None:
        return glossary.faults
    named = [(("entry", index, "term"), entry.term) for index, entry in glossary.items.items()]
    faults = [*glossary.faults, *check_document(document), *duplicates(document, named, "term")]
    for (_, before), (path, term) in pairwise(named):
        if term.casefold() < before.casefold():
            faults.append(document.fault(path, f"{term!r} belongs before {before!r}"))
    return faults
