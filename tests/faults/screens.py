"""Ways to every screen of the app, each past an answer that must not be lost."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.faults.harness import App
from tutor.content.catalog import Catalog
from tutor.paths import bundled_lessons
from tutor.progress.store import Store

LESSON = "backprop"
HOME = ("\x1b", "Next:")
LAB = ("l", "1/")

SCREENS: dict[str, tuple[tuple[str, str], ...]] = {
    "quiz": (),
    "training": (LAB, ("a", "You predict"), (" ", "RUNNING")),
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
    "page": (("r", "Next"),),
    "notes": (("m", "Notes"),),
    "prediction": (LAB,),
}
"""The keys to each screen from a question just answered in a lesson, and what is drawn there."""

_QUIZ = "".join(
    f"""
[[question]]
kind = "truefalse"
id = "statement-{number}"
prompt = "Statement {number} is true."
answer = true
if_true = "It is."
if_false = "It is not false."
explanation = "It was said so."
page = "{{page}}"
"""
    for number in range(1, 9)
)


@functools.cache
def _home() -> Path:
    """A data directory in which one lesson was read, so that exam and review have something to ask.

    All its questions are alike: a single key answers each.
    """
    folder = Path(tempfile.mkdtemp(prefix="dltutor-fault-home-"))
    atexit.register(shutil.rmtree, folder)
    [lesson] = [one for one in Catalog.open().lessons if one.id == LESSON]
    shutil.copytree(bundled_lessons(), folder / "lessons")
    quiz = "format_version = 1\n" + _QUIZ.replace("{page}", lesson.pages[0].id)
    (folder / "lessons" / LESSON / "quiz.toml").write_text(quiz)
    store = Store.open(folder / "progress.sqlite3")
    for page in lesson.pages:
        store.mark_page(LESSON, page.id)
    store.close()
    return folder


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
    shutil.copytree(_home(), folder, dirs_exist_ok=True)
    with App(
        folder, "lesson", LESSON, environment=environment, ignore_hangup=ignore_hangup, size=size
    ) as app:
        app.walk(("", "Read"), ("q", "Statement"), ("a", "Why: "), *SCREENS[screen])
        yield app
