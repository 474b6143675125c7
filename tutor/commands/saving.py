"""The end of a command that has saved answers: what the database did not take goes to a file."""

from __future__ import annotations

from tutor.commands.terminal import note
from tutor.progress.rescue import rescue
from tutor.progress.store import Store
from tutor.progress.writer import Writer


def finish(store: Store, writer: Writer) -> bool:
    """Write what is left and close the writer; returns whether all is saved in the database.

    What would be lost is written to a file, and the learner told where that is.
    """
    if not writer.flush(5.0) or store.unsaved is not None:
        path = rescue(writer, store.now())
        if path is not None:
            note([f"Your progress is in {path}; later: dltutor progress --import {path}"])
    return writer.close()
