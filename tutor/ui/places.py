"""Where the learner stands in each lesson, kept beside the one place where the app was left."""

from __future__ import annotations

from tutor.content.model import Lesson
from tutor.errors import StoreError
from tutor.progress.store import Store
from tutor.ui.messages import PARTS, Part, part_of

_AT_HOME = "left for home"


def parts_of(lesson: Lesson) -> list[Part]:
    """The parts a lesson has: one without experiments has no lab, one without questions no quiz."""
    has: dict[Part, bool] = {"read": True, "lab": bool(lesson.experiments), "quiz": bool(lesson.questions)}
    return [part for part in PARTS if has[part]]


def remember(store: Store, lesson: str, part: Part, page: str) -> None:
    """Keep the place, for the app's next start and for the next opening of this lesson.

    ``page`` is a page's id while reading, an experiment's in the lab.
    """
    store.set_place(lesson, part, page)
    store.set_meta(_key(lesson), f"{part} {page}")
    if at_home(store):
        store.set_meta(_AT_HOME, "")


def leave(store: Store) -> None:
    """Keep that the learner went back to Home: the app's next start is there."""
    store.set_meta(_AT_HOME, "yes")


def at_home(store: Store) -> bool:
    """Whether the learner was last seen on Home."""
    return store.meta(_AT_HOME) == "yes"


def place_in(lesson: Lesson, store: Store) -> tuple[Part, str]:
    """Part and page (or experiment) at which ``lesson`` opens: where it was left, or the beginning."""
    try:
        if store.lesson_states([lesson])[lesson.id].status == "new":
            return "read", ""
        word, _, page = store.meta(_key(lesson.id)).partition(" ")
    except StoreError:
        return "read", ""
    return part_of(word), page


def _key(lesson: str) -> str:
    return f"place in {lesson}"
