"""Disks that refuse: full, read-only, over quota, without locks, failing; and no home at all.

The program runs in a terminal. It must say that progress is not saved, go on, and write it to a file when
asked; its event loop must never wait for the disk. Full and read-only disks are real ones in a mount
namespace; what no disk can be made to do is done by a library between the program and the C library.
"""

from __future__ import annotations

import atexit
import errno
import functools
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from tests.faults.harness import App
from tests.faults.table import Injected
from tutor.progress.exchange import read_document
from tutor.progress.store import Store

HERE = Path(__file__).parent
LIMIT = 0.1
"""Seconds for which the event loop may wait for the database."""
LESSON = "perceptron"
F2, RIGHT, CTRL_Q, CTRL_U = "\x1bOQ", "\x1b[C", "\x11", "\x15"
_EXEC = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"


def full(number: int, folder: Path) -> float:
    """A file system of 256 kB without a free byte, from the start or from the middle on."""
    data = folder / "data"
    fill = f"head -c 1M /dev/zero >{data}/fill 2>/dev/null"
    mount = f"mount -t tmpfs -o size=256k none {data}"
    if number % 2 == 0:
        return session(folder, f"{mount}; {fill}")

    def fill_up(app: App) -> None:
        subprocess.run(["sh", "-c", fill.replace(str(data), f"/proc/{app.pid}/root{data}")], check=False)

    return session(folder, mount, later=fill_up)


def read_only(number: int, folder: Path) -> float:
    """A read-only home, with the progress of earlier days in it or without."""
    data = folder / "data"
    if number % 2 == 0:
        with closing(Store.open(data / "progress.sqlite3")) as store:
            store.mark_page(LESSON, "seen-before")
    return session(folder, f"mount --bind {data} {data} && mount -o remount,ro,bind {data}")


def homeless(number: int, folder: Path) -> float:
    """No HOME, and a user that the system knows nothing of."""
    nobody = "mount --bind /dev/null /etc/passwd; mount --bind /dev/null /etc/nsswitch.conf"
    return session(folder, f"{nobody}; unset HOME DLTUTOR_DATA_DIR XDG_DATA_HOME")


def over_quota(number: int, folder: Path) -> float:
    """EDQUOT from every write."""
    return refusing("write", errno.EDQUOT, number, folder)


def without_locks(number: int, folder: Path) -> float:
    """ENOLCK from every lock."""
    return refusing("lock", errno.ENOLCK, number, folder)


def failing_locks(number: int, folder: Path) -> float:
    """EIO from every lock."""
    return refusing("lock", errno.EIO, number, folder)


def failing_sync(number: int, folder: Path) -> float:
    """EIO from every fsync."""
    return refusing("sync", errno.EIO, number, folder)


def refusing(call: str, error: int, number: int, folder: Path) -> float:
    """A session in which calls of that kind fail: from the start, or from the middle on."""
    switch = folder / "switch"
    preloaded = {
        "LD_PRELOAD": str(library()),
        "FAULT_CALL": call,
        "FAULT_ERRNO": str(error),
        "FAULT_SWITCH": str(switch),
        "FAULT_FOLDER": str(folder / "data"),
    }
    if number % 2 == 0:
        switch.touch()
    return session(folder, later=lambda _app: switch.touch(), environment=preloaded)


def session(
    folder: Path,
    inside: str = "",
    later: Callable[[App], None] = lambda _app: None,
    environment: Mapping[str, str] | None = None,
) -> float:
    """Read two pages and save them to a file; returns the event loop's longest wait for the database.

    ``inside`` is what a shell does first, in a mount namespace; ``later`` is called once the lesson stands.
    """
    data, waited, kept = folder / "data", folder / "waited", folder / "kept.json"
    data.mkdir(exist_ok=True)
    command = [sys.executable, str(HERE / "watched.py"), str(waited), "lesson", LESSON]
    if inside:
        command = ["unshare", "-m", "sh", "-c", f'{inside}; exec "$0" "$@"', *command]
    surroundings = {"PYTHONPATH": str(HERE.parent.parent), "HOME": str(folder), **(environment or {})}
    with App(data, *command, program=["-c", _EXEC], environment=surroundings) as app:
        app.walk(("", "Afterwards you can"))
        later(app)
        app.walk((RIGHT, "page 1 of"), (RIGHT, " "))
        app.until(lambda: "Warning" in app.text(), "banner")
        app.walk((F2, "Save your progress"))
        app.walk((CTRL_U + str(kept), kept.name), ("\r", "Your progress is"))
        app.press(CTRL_Q)
        status = app.end()
        app.read(0.05)
        assert status == 0, f"exit status {status}: {app.text()[-500:]}"
        assert b"Traceback" not in app.seen
    pages = {row.page for row in read_document(kept).pages}
    assert len(pages) >= 2, f"in the file are the pages {pages} alone"
    return float(waited.read_text())


@functools.cache
def library() -> Path:
    """The library that refuses, compiled at its first use."""
    folder = Path(tempfile.mkdtemp(prefix="dltutor-faults-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    built = folder / "refusing.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-o", built, HERE / "refusing.c", "-ldl"],
        check=True,
        capture_output=True,
    )
    return built


@functools.cache
def no_namespaces() -> str:
    """Why no file system can be mounted here; "" where one can."""
    try:
        tried = subprocess.run(
            ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True, check=False
        )
    except FileNotFoundError:
        return "there is no unshare here"
    return "mounting is not permitted here" if tried.returncode else ""


def no_compiler() -> str:
    """Why no library can be built here; "" where one can."""
    return "" if shutil.which("cc") and sys.platform == "linux" else "there is no C compiler here"


PROMISE = "banner, progress kept in memory and saved to a file when asked, the screen never waits 0.1 s"

FAULTS = (
    *(
        Injected(name, PROMISE, 20, 1, attempt, limit=LIMIT, unable=no_namespaces)
        for name, attempt in (("disk full", full), ("read-only home", read_only), ("no home", homeless))
    ),
    *(
        Injected(name, PROMISE, 20, 1, attempt, limit=LIMIT, unable=no_compiler)
        for name, attempt in (
            ("quota exceeded (EDQUOT)", over_quota),
            ("no locks (ENOLCK)", without_locks),
            ("locks fail (EIO)", failing_locks),
            ("fsync fails (EIO)", failing_sync),
        )
    ),
)
