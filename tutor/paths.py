"""Where things live on disk. Importing this module creates nothing; asking for a path creates nothing."""

from __future__ import annotations

import os
from pathlib import Path

APP_NAME = "dltutor"
PACKAGE = Path(__file__).resolve().parent


def data_dir() -> Path:
    """Progress, notes and lesson packs of the user; ``DLTUTOR_DATA_DIR`` overrides it."""
    return _directory("DLTUTOR_DATA_DIR", "user_data_dir")


def cache_dir() -> Path:
    """Compiled kernels, safe to delete; ``DLTUTOR_CACHE_DIR`` overrides it."""
    return _directory("DLTUTOR_CACHE_DIR", "user_cache_dir")


def database() -> Path:
    """The SQLite file with all progress."""
    return data_dir() / "progress.sqlite3"


def bundled_lessons() -> Path:
    """The lessons that came with the program: inside the wheel, or beside the package in a clone."""
    inside = PACKAGE / "bundled" / "lessons"
    return inside if inside.is_dir() else PACKAGE.parent / "lessons"


def lesson_packs() -> list[Path]:
    """Folders searched for lesson packs, first match wins: the user's own, then the bundled ones."""
    own = data_dir() / "lessons"
    return [path for path in (own, bundled_lessons()) if (path / "pack.toml").is_file()]


def _directory(variable: str, kind: str) -> Path:
    override = os.environ.get(variable)
    if override:
        return Path(override)
    try:
        import platformdirs
    except ModuleNotFoundError:  # the engine as a library, on a node with numpy and numba alone
        return Path.home() / f".{APP_NAME}" / kind
    return Path(getattr(platformdirs, kind)(APP_NAME, appauthor=False))
