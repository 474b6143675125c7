"""The end of a quiz: the score, and the missed questions with the pages that explain them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from tutor.content.model import Lesson
from tutor.content.questions import Question
from tutor.quiz.session import Answered, Score


@dataclass(frozen=True)
class Missed:
    """A question whose first answer was wrong."""

    lesson: str
    question: Question


def missed_of(answers: Sequence[Answered], asked: Mapping[tuple[str, str], Question]) -> list[Missed]:
    """The questions missed at the first try, in the order in which they came."""
    return [
        Missed(answer.lesson, asked[answer.lesson, answer.question])
        for answer in answers
        if answer.first_try and not answer.correct
    ]


def summary_content(score: Score, missed: Sequence[Missed], lessons: Sequence[Lesson]) -> Content:
    """Score, and a numbered line and a page for each missed question."""
    titles = {(lesson.id, page.id): page.title for lesson in lessons for page in lesson.pages}
    parts: list[tuple[str, str]] = [
        (f"{score.right} of {score.asked}", "bold $secondary"),
        (" right at the first try.\n", ""),
    ]
    if not missed:
        parts.append(("✓ Nothing missed.\n", "bold $success"))
    else:
        parts.append(("\nMissed, and the page that explains it:\n", ""))
    for number, miss in enumerate(missed, start=1):
        title = titles.get((miss.lesson, miss.question.page), "")
        parts += [
            (f"\n{number} ", "bold $accent"),
            (miss.question.prompt, ""),
            (f"\n  → {title}\n", "$primary"),
        ]
    parts.append(("\nenter: the quiz once more    esc: leave", "$text-muted"))
    return Content.assemble(*parts)
