"""The timeline: years in order, lessons that there are."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.content.check.rules import duplicates
from tutor.content.check.values import check_document
from tutor.content.fault import Fault
from tutor.content.parse import FileDraft


def check_timeline(timeline: FileDraft, lessons: Sequence[str]) -> list[Fault]:
    """The faults of ``timeline.toml``; ``lessons`` are the ids that a milestone may name."""
    document = timeline.document
    if document is None:
        return timeline.faults
    named = [(("milestone", index, "title"), one.title) for index, one in timeline.items.items()]
    faults = [*timeline.faults, *check_document(document), *duplicates(document, named, "title")]
    last = -10_000
    for index, milestone in timeline.items.items():
        if milestone.year < last:
            fault = document.fault(("milestone", index, "year"), f"{milestone.year} comes after {last}")
            faults.append(fault)
        last = milestone.year
        if milestone.lesson and milestone.lesson not in lessons:
            message = f"there is no lesson {milestone.lesson!r} in this pack"
            faults.append(document.fault(("milestone", index, "lesson"), message))
    return faults
