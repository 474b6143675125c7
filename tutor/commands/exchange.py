"""``dltutor progress --export`` and ``--import``: progress as a file."""

from __future__ import annotations

from pathlib import Path

from tutor.commands.terminal import note
from tutor.console import say
from tutor.errors import StoreError
from tutor.progress.exchange import read_document, write_document
from tutor.progress.store import Store


def export_progress(store: Store, path: Path) -> int:
    """Write all progress to a new file, and say how much that was; returns the exit status."""
    note([store.problem])
    document = store.document()
    write_document(document, path)
    counts = f"{len(document.answers)} answers, {len(document.runs)} runs, {len(document.pages)} pages"
    say(f"Wrote {path}: {counts}, {len(document.notes)} notes.")
    if document.left_out:
        note([f"{document.left_out} damaged rows could not be read and are missing there."])
    return 0


def import_progress(store: Store, path: Path) -> int:
    """Add what the file has and the database has not; returns the exit status."""
    document = read_document(path)
    if store.in_memory:
        raise StoreError(f"nothing can be saved. {store.problem}", "see dltutor doctor")
    note([store.problem])
    merged = store.merge(document)
    say(f"New from {path}: {merged}. The rest was there already.")
    return 0
