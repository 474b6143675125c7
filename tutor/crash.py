"""When the program breaks on a mistake of its own: one line for the learner, the traceback in a file."""

from __future__ import annotations

import os
import traceback

from tutor import limits, paths
from tutor.errors import TutorError


def crash_error(error: BaseException | None, trace: str = "") -> TutorError:
    """The error to end with after ``error``; ``trace`` (its own traceback) goes to a file for a report."""
    if isinstance(error, TutorError):
        return error
    if isinstance(error, MemoryError):
        return TutorError("there is not enough memory for that", limits.memory_advice())
    try:
        log = paths.data_dir() / "crash.txt"
        hint = f"your progress is saved; please report {log}"
        paths.private_directory(log.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(log, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(trace or "".join(traceback.format_exception(error)))
    except OSError:  # the disk refuses, or there is no home directory
        hint = "your progress is saved; start it again"
    return TutorError(f"dltutor broke on a mistake of its own ({type(error).__name__})", hint)
