"""The trace table: whether every row that the pack says there is has a lesson that teaches it."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.content.fault import Fault
from tutor.content.parse import Draft, Listing

MOST_ROWS = 10_000


def check_trace(listing: Listing, drafts: Sequence[Draft]) -> list[Fault]:
    """A fault for each row from 1 to ``trace_rows`` that is in no lesson's ``covers``."""
    taught = {row.row for lesson in drafts if lesson.head for row in lesson.head.covers}
    return [
        listing.document.fault(("trace_rows",), f"row {row} of the trace table is in no lesson's covers")
        for row in range(1, min(listing.file.trace_rows, MOST_ROWS) + 1)
        if row not in taught
    ]


def check_rows(listing: Listing, drafts: Sequence[Draft]) -> list[Fault]:
    """A fault for each row of a lesson that is not in the table, and for a table of impossible length."""
    rows = listing.file.trace_rows
    if not 0 <= rows <= MOST_ROWS:
        return [listing.document.fault(("trace_rows",), f"must lie between 0 (no table) and {MOST_ROWS:,}")]
    return [
        lesson.documents["lesson.md"].fault(
            ("covers", index, "row"), f"the trace table has the rows 1 to {rows}, and no {row.row}"
        )
        for lesson in drafts
        if lesson.head and rows
        for index, row in enumerate(lesson.head.covers)
        if not 1 <= row.row <= rows
    ]
