"""Ways to every screen of the app, each past an answer that must not be lost."""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.faults.harness import PATIENCE, App
from tutor.content.catalog import Catalog
from tutor.progress.store import Store

LESSON = "perceptron"
HOME = ("\x1b", "Next:")
LESSON_OPEN = (HOME, ("\r", "perceptron"))

SCREENS: dict[str, tuple[tuple[str, str], ...]] = {
    "quiz": (),
    "home": (HOME,),
    "progress": (HOME, ("p", "Mastery")),
    "timeline": (HOME, ("t", "1943")),
    "clinic": (HOME, ("c", "Each of these networks")),
    "clinic case": (HOME, ("c", "Each of these networks"), ("\r", "1/"), (" ", "RUNNING")),
    "exam": (HOME, ("e", "Exam")),
    "review": (HOME, ("v", "Review")),
    "bench": (HOME, ("b", "Free bench")),
    "help": (HOME, ("?", "Help")),
    "glossary": (HOME, ("\x07", "Glossary")),
    "page": (*LESSON_OPEN, ("r", "page")),
    "notes": (*LESSON_OPEN, ("m", "Notes")),
    "prediction": (*LESSON_OPEN, ("l", "1/")),
    "training": (*LESSON_OPEN, ("l", "1/"), ("a", "You predict"), (" ", "RUNNING")),
}
"""The keys to each screen from a question just answered, and what is drawn there."""


@functools.cache
def _read_lesson() -> bytes:
    """A database in which the lesson has been read, so that exam and review have something to ask."""
    [lesson] = [one for one in Catalog.open().lessons if one.id == LESSON]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "progress.sqlite3"
        store = Store.open(path)
        for page in lesson.pages:
            store.mark_page(LESSON, page.id)
        store.close()
        return path.read_bytes()


@contextmanager
def opened(
    folder: Path,
    screen: str,
    environment: Mapping[str, str] | None = None,
    *,
    ignore_hangup: bool = False,
    size: tuple[int, int] = (80, 24),
) -> Iterator[App]:
    """The app at ``screen``, one question answered and its feedback drawn on the way."""
    folder.mkdir(exist_ok=True)
    (folder / "progress.sqlite3").write_bytes(_read_lesson())
    with App(folder, "quiz", LESSON, environment=environment, ignore_hangup=ignore_hangup, size=size) as app:
        app.walk(("", "Question 1 of"))
        answer(app)
        app.walk(*SCREENS[screen])
        yield app


def answer(app: App) -> None:
    """Answer the question on the screen, whatever its kind, until its explanation is drawn."""
    since, until = len(app.seen), time.monotonic() + PATIENCE
    while True:
        for keys in ("a", "\r", "b", "c", "d", "e", "\r", "\x7f" * 8 + "1\r"):
            app.press(keys)
            app.read(0.15)
            app.read(0.05)
            if "Why: " in app.text(since):
                return
            assert time.monotonic() < until, f"no question was answered: {app.text(since)[-400:]!r}"
