"""The course of an exam: timed, in any order, with nothing said about an answer before the end."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from tutor.content.model import Lesson
from tutor.content.questions import Posed
from tutor.quiz.grading import Answer, grade, kind_of
from tutor.quiz.session import Answered, mix, shuffled

Ending = Literal["", "handed in", "time up"]

DEFAULT_COUNT = 20
"""Questions where nobody says otherwise."""


def draw(lessons: Iterable[Lesson], rng: random.Random, count: int) -> list[tuple[str, Posed]]:
    """At most ``count`` questions of ``lessons`` for an exam, in random order.

    Questions that the training core must settle first are left out: nobody is kept waiting against the clock.
    """
    mixed = mix(lessons, rng, None)
    return [(lesson, question) for lesson, question in mixed if isinstance(question, Posed)][:count]


def minutes_for(count: int) -> int:
    """Minutes for ``count`` questions where nobody says otherwise: one for each."""
    return max(count, 1)


class Exam:
    """``questions`` (with their lessons' ids) are asked in the order given; each may be left out for later.

    An answer may be given anew until the end; the latest counts. The exam ends when it is handed in or when
    ``seconds`` have gone by, and then takes nothing more. All randomness comes from ``rng``, all time from
    ``now``: seconds of a clock that never runs backwards. The clock starts at construction.
    """

    def __init__(
        self,
        questions: Sequence[tuple[str, Posed]],
        seconds: float,
        rng: random.Random,
        now: Callable[[], float],
    ) -> None:
        self.questions = tuple(questions)
        self.shown_options = tuple(shuffled(question, rng) for _, question in questions)
        """For each question: what stands at each place of the screen, as in ``QuizSession.shown_options``."""
        self.at = 0
        """The number, from 0, of the question that is open now."""
        self.answers: dict[int, Answered] = {}
        """The latest answer to each question that has one, by its number, as it was logged."""
        self.given: dict[int, Answer] = {}
        """The same answers in the terms of ``grading``."""
        self.ending: Ending = ""
        self.seconds = seconds
        self._now = now
        self._started = now()
        self._opened = self._started
        self._ended = self._started

    @property
    def current(self) -> Posed:
        """The question that is open now."""
        return self.questions[self.at][1]

    @property
    def used(self) -> float:
        """Seconds gone by, at most all there are; they stop at the end."""
        until = self._ended if self.ending else self._now()
        return min(max(until - self._started, 0.0), self.seconds)

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.seconds - self.used

    @property
    def over(self) -> bool:
        """Whether the exam has ended; asking ends it when the time is up."""
        if not self.ending and self.left <= 0:
            self._end("time up")
        return bool(self.ending)

    @property
    def open_questions(self) -> list[int]:
        """The numbers of the questions without an answer, those behind the present one first."""
        numbers = [*range(self.at + 1, len(self.questions)), *range(self.at + 1)]
        return [number for number in numbers if number not in self.answers]

    def answer(self, answer: Answer) -> Answered | None:
        """Take ``answer`` to the open question, and return what is to be logged; None once the exam is over.

        What cannot be an answer raises TypeError or ValueError, as ``grading.grade`` does.
        """
        if self.over:
            return None
        lesson, question = self.questions[self.at]
        graded = grade(question, answer)
        now = self._now()
        answered = Answered(
            session=self._started,
            lesson=lesson,
            question=question.id,
            kind=kind_of(question),
            given=answer,
            correct=graded.correct,
            score=graded.score,
            seconds=max(now - self._opened, 0.0),
            first_try=self.at not in self.answers,
        )
        self.answers[self.at], self.given[self.at] = answered, answer
        self._opened = now
        return answered

    def go_to(self, number: int) -> None:
        """Open another question."""
        self.at = number % len(self.questions)
        self._opened = self._now()

    def hand_in(self) -> None:
        """End the exam; what is answered counts. Once it is over this does nothing."""
        if not self.over:
            self._end("handed in")

    def _end(self, how: Ending) -> None:
        self.ending = how
        self._ended = self._now()
