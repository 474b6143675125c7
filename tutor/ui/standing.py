"""How far the learner is, in words and signs: a lesson's row on Home, and what to do next. No widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor.content.model import Lesson
from tutor.progress.state import LessonState, Place
from tutor.ui.messages import Part

SIGNS = {"new": "○", "reading": "◐", "practised": "◆", "done": "✓"}
"""A sign for each status; a word always goes with it."""


@dataclass(frozen=True)
class Next:
    """The one thing to do next; ``lesson`` "" when there is nothing to open."""

    text: str
    lesson: str = ""
    part: Part = "read"
    page: str = ""


def status_words(state: LessonState) -> str:
    """``◐ reading 3 of 9``: sign and words for a lesson's state."""
    words: str = state.status
    if state.status == "reading":
        words = f"reading {state.pages_seen} of {state.pages_total}"
    return f"{SIGNS[state.status]} {words}"


def score_words(state: LessonState) -> str:
    """``quiz 80 %``, the best quiz so far, or nothing."""
    return "" if state.quiz_best is None else f"quiz {state.quiz_best:.0%}".replace("%", " %")


def read_before(lesson: Lesson, lessons: Sequence[Lesson]) -> str:
    """``Read before: The perceptron.``, or nothing; ``lessons`` are those whose titles are known."""
    titles = {other.id: other.title for other in lessons}
    names = ", ".join(titles.get(name, name) for name in lesson.head.prerequisites)
    return f"Read before: {names}." if names else ""


def next_step(lessons: Sequence[Lesson], states: Mapping[str, LessonState], place: Place | None) -> Next:
    """What to do next: go on where the learner left off, else the first lesson that is not done."""
    if not lessons:
        return Next("There are no lessons to open.")
    if place is not None:
        for lesson in lessons:
            if lesson.id == place.lesson and states[lesson.id].status != "done":
                return _go_on(lesson, states[lesson.id], place)
    for lesson in lessons:
        if states[lesson.id].status != "done":
            return _within(lesson, states[lesson.id])
    return Next("All lessons are done. The quiz mixes their questions: press q.")


def _go_on(lesson: Lesson, state: LessonState, place: Place) -> Next:
    if place.part == "lab":
        return Next(f"go on in the lab of “{lesson.title}”", lesson.id, "lab")
    if place.part == "quiz":
        return Next(f"go on with the quiz of “{lesson.title}”", lesson.id, "quiz")
    numbers = {page.id: number for number, page in enumerate(lesson.pages, start=1)}
    if place.page not in numbers or numbers[place.page] == len(lesson.pages):
        return _within(lesson, state)
    where = f"page {numbers[place.page]} of {len(lesson.pages)}"
    return Next(f"go on reading “{lesson.title}”, {where}", lesson.id, "read", place.page)


def _within(lesson: Lesson, state: LessonState) -> Next:
    """The step that a lesson lacks: pages, then a run, then the quiz."""
    if state.pages_seen == 0:
        return Next(f"begin “{lesson.title}”, about {lesson.head.minutes} minutes", lesson.id)
    if state.pages_seen < state.pages_total:
        return Next(f"read “{lesson.title}” to its end", lesson.id)
    if state.runs == 0 and lesson.experiments:
        return Next(f"try “{lesson.title}” in the lab", lesson.id, "lab")
    return Next(f"take the quiz of “{lesson.title}”", lesson.id, "quiz")
