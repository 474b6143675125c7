"""No more processes or threads, no more memory: the app lives, says so, and goes on once there is room."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.harness import App
from tests.faults.table import Injected, stopwatch

LESSON = "backprop"
LOST = ("l", "LOST")
REVIVED = ("w", "A new training process is up")


@contextmanager
def processes() -> Iterator[Path]:
    """A cgroup that counts processes and threads; skips the test where none can be made."""
    top = Path("/sys/fs/cgroup")
    folder = (top / "pids" if (top / "pids").is_dir() else top) / f"dltutor-faults-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / "pids.max").write_text("max")
    except OSError as error:
        if folder.is_dir():
            folder.rmdir()
        pytest.skip(f"no cgroup that counts processes can be made here ({error.strerror})")
    try:
        yield folder
    finally:
        folder.rmdir()


def no_more_processes(number: int, folder: Path) -> float:
    """The lab cannot start its training process, or only half of it, until the limit is lifted."""
    with processes() as group:
        with App(folder, "lesson", LESSON) as app:
            app.walk(("", "Afterwards"))
            (group / "cgroup.procs").write_text(str(app.pid))
            limit = int((group / "pids.current").read_text()) + number % 5
            (group / "pids.max").write_text(str(limit))
            taken = stopwatch()
            app.walk(LOST)
            seconds = taken()
            (group / "pids.max").write_text("max")
            app.walk(REVIVED, ("\x1b", ""))
            app.press("\x11")
            assert app.end() == 0
        app.until(lambda: not (group / "cgroup.procs").read_text(), "end of all processes")
    return seconds


def no_memory_to_compile(number: int, folder: Path) -> float:
    """The compiler of the training kernels runs out of memory: the app tells, and can be left in order."""
    cold = {"DLTUTOR_CACHE_DIR": str(folder / "cache")}
    with App(folder, "lesson", LESSON, environment=cold) as app:
        size = (130 + 10 * (number % 10)) << 20  # enough for the app
        resource.prlimit(app.pid, resource.RLIMIT_DATA, (size, size))
        app.walk(("", "Afterwards"))
        taken = stopwatch()
        app.walk(LOST)
        seconds = taken()
        said = " ".join(app.text().split())
        ends = ("got no more memory", "stopped unexpectedly", "may have run out of memory")
        assert any(end in said for end in ends), said[-600:]
        app.press("\x11")
        assert app.end() == 0
    return seconds


FAULTS = (
    Injected(
        "no more processes or threads",
        "explained; the app lives, and trains once there is room",
        count=20,
        short=2,
        attempt=no_more_processes,
    ),
    Injected(
        "memory runs out while kernels are compiled",
        "explained; the app lives",
        count=10,
        short=1,
        attempt=no_memory_to_compile,
    ),
)
