"""The end of a quiz: the score, and the missed questions with the pages that explain them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from tutor.content.model import Lesson
from tutor.content.questions import Question
from tutor.quiz.grading import Grade, Remark
from tutor.quiz.session import QuizSession, Score

_MOST_REMARKS = 3
"""Lines of feedback that are repeated for each question."""


@dataclass(frozen=True)
class Missed:
    """A question whose first answer was wrong, and what was said of that answer."""

    lesson: str
    question: Question
    remarks: tuple[Remark, ...]
    sure: bool


def missed_of(session: QuizSession, asked: Mapping[tuple[str, str], Question]) -> list[Missed]:
    """The questions missed at the first try: first those that the learner was sure of, then as they came."""
    missed = [
        Missed(answer.lesson, asked[answer.lesson, answer.question], _of_the_mistake(grade), answer.sure)
        for answer, grade in zip(session.answers, session.grades, strict=True)
        if answer.first_try and not answer.correct
    ]
    return sorted(missed, key=lambda miss: not miss.sure)


def _of_the_mistake(grade: Grade) -> tuple[Remark, ...]:
    """What was chosen and is not right; where nothing was, what should have been."""
    chosen = [remark for remark in grade.remarks if remark.verdict in ("wrong", "misplaced")]
    return tuple(chosen or [remark for remark in grade.remarks if remark.verdict == "missed"])[:_MOST_REMARKS]


def summary_content(score: Score, missed: Sequence[Missed], lessons: Sequence[Lesson], again: str) -> Content:
    """Score, and for each missed question its number, what was wrong with the answer, and a page.

    ``again`` is what enter does.
    """
    titles = {(lesson.id, page.id): page.title for lesson in lessons for page in lesson.pages}
    parts: list[tuple[str, str]] = [
        (f"{score.right} of {score.asked}", "bold $secondary"),
        (" right at the first try.\n", ""),
    ]
    if not missed:
        parts.append(("✓ Nothing missed.\n", "bold $success"))
    else:
        parts.append(("\nMissed, and the page that explains it (its number opens it):\n", ""))
    for number, miss in enumerate(missed, start=1):
        title = titles.get((miss.lesson, miss.question.page), "")
        parts += [
            (f"\n{number} ", "bold $accent"),
            ("you were sure: " if miss.sure else "", "bold $warning"),
            (miss.question.prompt, "bold"),
            *((f"\n  ✗ {remark.line}", "") for remark in miss.remarks),
            (f"\n  → {title}\n", "$primary"),
        ]
    parts.append((f"\nenter: {again}    esc: leave", "$text-muted"))
    return Content.assemble(*parts)
