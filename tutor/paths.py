"""Where things live on disk. Importing this module creates nothing; asking for a path creates nothing.

What belongs to the user raises FileNotFoundError where there is no home directory, as for the nameless
users of some containers.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

APP_NAME = "dltutor"
PACKAGE = Path(__file__).resolve().parent


def data_dir() -> Path:
    """Progress, notes and lesson packs of the user; ``DLTUTOR_DATA_DIR`` overrides it."""
    return _directory("DLTUTOR_DATA_DIR", "user_data_dir")


def cache_dir() -> Path:
    """Compiled kernels, safe to delete; ``DLTUTOR_CACHE_DIR`` overrides it."""
    return _directory("DLTUTOR_CACHE_DIR", "user_cache_dir")


def has_kernels() -> bool:
    """Whether training kernels were ever compiled here; perhaps by another version of the program."""
    try:
        return any(cache_dir().glob("kernels-*/seal.json"))
    except OSError:
        return False


def database() -> Path:
    """The SQLite file with all progress."""
    return data_dir() / "progress.sqlite3"


def bundled_lessons() -> Path:
    """The lessons that came with the program: inside the wheel, or beside the package in a clone."""
    inside = PACKAGE / "bundled" / "lessons"
    return inside if inside.is_dir() else PACKAGE.parent / "lessons"


def lesson_packs() -> list[Path]:
    """Folders searched for lesson packs, first match wins: the user's own, then the bundled ones."""
    places = [bundled_lessons()]
    with contextlib.suppress(FileNotFoundError):
        places.insert(0, data_dir() / "lessons")
    return [path for path in places if (path / "pack.toml").is_file()]


def private_directory(directory: Path) -> Path:
    """Make ``directory`` for its owner's eyes only, unless it is there. OSError unless only we write there.

    What lies above it may belong to root, or be a place like /tmp, where nobody can move what is another's.
    """
    missing = [place for place in directory.parents if not place.exists()]
    for place in (*reversed(missing), directory):  # parents=True would make them by the umask
        place.mkdir(mode=0o700, exist_ok=True)
    if not hasattr(os, "geteuid"):
        return directory
    for place, owners in ((directory, {os.geteuid()}), (directory.resolve().parent, {os.geteuid(), 0})):
        status = place.stat()
        if status.st_uid not in owners:
            raise PermissionError(errno.EPERM, "it belongs to somebody else", str(place))
        if status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX:
            raise PermissionError(errno.EPERM, "everybody may write there", str(place))
    return directory


def _directory(variable: str, kind: str) -> Path:
    try:
        return Path(os.environ.get(variable) or _usual(kind)).expanduser()
    except RuntimeError:
        raise FileNotFoundError(errno.ENOENT, "no home directory was found") from None


def _usual(kind: str) -> str:
    try:
        import platformdirs
    except ModuleNotFoundError:  # the engine as a library, on a node with numpy and numba alone
        return f"~/.{APP_NAME}/{kind}"
    place: str = getattr(platformdirs, kind)(APP_NAME, appauthor=False)
    return place
