"""When the program breaks on a mistake of its own: one line for the learner, the traceback in a file."""

from __future__ import annotations

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
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(trace or "".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:  # the disk refuses, or there is no home directory
        hint = "your progress is saved; start it again"
    return TutorError(f"dltutor broke on a mistake of its own ({type(error).__name__})", hint)
