"""What came of an exam: the score of each lesson and page, and what was answered wrongly or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tutor.content.model import Lesson
from tutor.content.questions import Posed
from tutor.quiz.exam import Ending, Exam
from tutor.quiz.grading import Answer, Remark, grade
from tutor.quiz.solution import right_answer


@dataclass(frozen=True)
class Tally:
    """Points are the scores of the answers, 0 to 1 each; a question without an answer is worth 0."""

    asked: int
    answered: int
    right: int
    points: float

    @property
    def share(self) -> float:
        """Points out of those there were, 0 to 1."""
        return self.points / self.asked if self.asked else 0.0


@dataclass(frozen=True)
class Topic:
    """A page of a lesson, or a whole lesson, and how its questions went."""

    id: str
    title: str
    tally: Tally


@dataclass(frozen=True)
class LessonReport:
    """A lesson, and those of its pages that were asked about, in its order."""

    topic: Topic
    pages: tuple[Topic, ...]


@dataclass(frozen=True)
class Mistake:
    """A question that was not answered rightly. ``remarks`` show what was given and what is right."""

    number: int
    lesson: str
    page: str
    page_title: str
    question: str
    prompt: str
    answered: bool
    score: float
    remarks: tuple[Remark, ...]
    explanation: str


@dataclass(frozen=True)
class ExamReport:
    """Everything about one exam. ``ended_at`` is an aware time; seconds are of the exam's own clock."""

    ended_at: datetime
    ending: Ending
    seconds: float
    used: float
    tally: Tally
    lessons: tuple[LessonReport, ...]
    mistakes: tuple[Mistake, ...]


def report_on(exam: Exam, lessons: Iterable[Lesson], ended_at: datetime) -> ExamReport:
    """Sum ``exam`` up. ``lessons`` are those whose questions it asked; ``ended_at`` is when it ended."""
    known = {lesson.id: lesson for lesson in lessons}
    numbers = range(len(exam.questions))
    by_lesson = {name: [n for n in numbers if exam.questions[n][0] == name] for name in known}
    return ExamReport(
        ended_at=ended_at.astimezone(UTC),
        ending=exam.ending,
        seconds=exam.seconds,
        used=exam.used,
        tally=_tally(exam, numbers),
        lessons=tuple(_lesson(exam, known[name], asked) for name, asked in by_lesson.items() if asked),
        mistakes=tuple(_mistake(exam, known, n) for n in numbers if not _right(exam, n)),
    )


def _lesson(exam: Exam, lesson: Lesson, numbers: list[int]) -> LessonReport:
    by_page = {page.id: [n for n in numbers if exam.questions[n][1].page == page.id] for page in lesson.pages}
    pages = [
        Topic(page.id, page.title, _tally(exam, by_page[page.id]))
        for page in lesson.pages
        if by_page[page.id]
    ]
    return LessonReport(Topic(lesson.id, lesson.title, _tally(exam, numbers)), tuple(pages))


def _tally(exam: Exam, numbers: Iterable[int]) -> Tally:
    asked = list(numbers)
    answers = [exam.answers[n] for n in asked if n in exam.answers]
    right = sum(answered.correct for answered in answers)
    return Tally(len(asked), len(answers), right, sum(answered.score for answered in answers))


def _right(exam: Exam, number: int) -> bool:
    return number in exam.answers and exam.answers[number].correct


def _mistake(exam: Exam, lessons: Mapping[str, Lesson], number: int) -> Mistake:
    name, question = exam.questions[number]
    answered = exam.answers.get(number)
    titles = {page.id: page.title for page in lessons[name].pages}
    return Mistake(
        number=number + 1,
        lesson=name,
        page=question.page,
        page_title=titles.get(question.page, question.page),
        question=question.id,
        prompt=question.prompt,
        answered=answered is not None,
        score=0.0 if answered is None else answered.score,
        remarks=_remarks(question, exam.given.get(number)),
        explanation=question.explanation,
    )


def _remarks(question: Posed, given: Answer | None) -> tuple[Remark, ...]:
    """Those on the answer; without one, what would have been right."""
    if given is not None:
        return grade(question, given).remarks
    remarks = grade(question, right_answer(question)).remarks
    return tuple(replace(remark, verdict="missed") for remark in remarks)
