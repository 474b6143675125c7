"""The course of a quiz: which question is next, in which order its options stand, what comes again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tutor.content.model import Lesson
from tutor.content.questions import Matching, MultipleChoice, Ordering, Posed, Question, SingleChoice
from tutor.quiz.grading import Answer, Grade, Kind, grade, kind_of, with_hints
from tutor.quiz.posing import as_it_stands, draw


class Score(NamedTuple):
    """First tries only: how many were right, of how many."""

    right: int
    asked: int


class Progress(NamedTuple):
    """How many questions are settled (answered right once), of how many."""

    done: int
    total: int


@dataclass(frozen=True)
class Answered:
    """One answer, complete enough for the log. ``seconds`` is from the question's appearance to the answer.

    ``given`` is the answer; where it depends on what was drawn for this try it is the pair (drawn, answer).
    ``session`` is the clock at the session's beginning; it tells one quiz's answers from the next one's.
    ``sure`` is what the learner said of the answer before its grade was seen; ``hints`` were looked at first.
    """

    session: float
    lesson: str
    question: str
    kind: Kind
    given: Answer | tuple[int, float]
    correct: bool
    score: float
    seconds: float
    first_try: bool
    sure: bool = True
    hints: int = 0

    @property
    def sure_and_wrong(self) -> bool:
        """Whether the learner took something wrong for certain: that comes back before all else."""
        return self.sure and not self.correct


def mix(lessons: Iterable[Lesson], rng: random.Random, count: int | None) -> list[tuple[str, Question]]:
    """The questions of ``lessons``, each with its lesson's id, in random order; at most ``count`` of them."""
    questions = [(lesson.id, question) for lesson in lessons for question in lesson.questions]
    rng.shuffle(questions)
    return questions[:count]


class QuizSession:
    """Asks ``questions`` in the order given, then the missed ones again until each was right once.

    Of the missed ones those come first of which the learner was sure.

    Between :meth:`answer` and :meth:`advance` the question stays current, so that its feedback can be shown.
    All randomness comes from ``rng``, all time from ``now``: seconds of any clock that never runs backwards.
    """

    def __init__(
        self, questions: Sequence[tuple[str, Question]], rng: random.Random, now: Callable[[], float]
    ) -> None:
        self._questions = list(questions)
        self._rng = rng
        self._now = now
        self._round = list(range(len(self._questions)))
        self._missed: list[int] = []
        self._tried: set[int] = set()
        self._settled: set[int] = set()
        self._left_out: set[int] = set()
        self._sure: set[int] = set()  # of those missed in this round, where the learner was sure
        self._started = now()
        self.answers: list[Answered] = []
        """Every answer so far, oldest first."""
        self.grades: list[Grade] = []
        """The grade of each of them."""
        self.posed: Posed | None = None
        """The current question as it is put this time; None until :meth:`pose` where something is open."""
        self.grade: Grade | None = None
        """The grade of the current question, once it is answered."""
        self._show()

    @property
    def finished(self) -> bool:
        """Whether every question has been answered right once (or there was none)."""
        return not self._round

    @property
    def current(self) -> Question:
        """The question that is being asked, as it stands in its file. Not to be read once it is finished."""
        return self._questions[self._round[0]][1]

    @property
    def current_lesson(self) -> str:
        """The id of the lesson that the current question belongs to."""
        return self._questions[self._round[0]][0]

    @property
    def score(self) -> Score:
        """Right answers among the first tries, and the number of first tries so far."""
        first = [answered.correct for answered in self.answers if answered.first_try]
        return Score(sum(first), len(first))

    @property
    def progress(self) -> Progress:
        """Settled questions and all questions; ``done`` never falls."""
        return Progress(len(self._settled), len(self._questions) - len(self._left_out))

    @property
    def hints(self) -> list[str]:
        """The hints to the current question that were shown so far."""
        return self.current.hints[: self._hints]

    @property
    def hints_left(self) -> int:
        """How many more hints there are to the current question, while it is open."""
        return 0 if self.finished or self.grade is not None else len(self.current.hints) - self._hints

    def hint(self) -> str:
        """Show the next hint; each lowers the score. Raises RuntimeError when none is left."""
        if not self.hints_left:
            raise RuntimeError("there is no hint left")
        self._hints += 1
        return self.hints[-1]

    def answer(self, answer: Answer, *, sure: bool = True) -> Grade:
        """Grade ``answer`` (indices in the file's order: see :attr:`shown_options`) and log it.

        ``sure`` is logged with it: see :class:`Answered`.

        Raises RuntimeError when the question has been answered or the session is finished.
        """
        if self.finished or self.grade is not None or self.posed is None:
            raise RuntimeError("there is no open question")
        if isinstance(self.posed, SingleChoice) and not any(option.correct for option in self.posed.options):
            raise RuntimeError("the run has not decided the question yet")
        number = self._round[0]
        lesson, question = self._questions[number]
        self.grade = with_hints(grade(self.posed, answer), self._hints)
        self.grades.append(self.grade)
        self.answers.append(
            Answered(
                session=self._started,
                lesson=lesson,
                question=question.id,
                kind=kind_of(question),
                given=answer if self.drawn is None else _drawn_for(self.drawn, answer),
                correct=self.grade.correct,
                score=self.grade.score,
                seconds=max(self._now() - self._shown_at, 0.0),
                first_try=number not in self._tried,
                sure=sure,
                hints=self._hints,
            )
        )
        self._tried.add(number)
        if self.grade.correct:
            self._settled.add(number)
        else:
            self._missed.append(number)
            if self.answers[-1].sure_and_wrong:
                self._sure.add(number)
        return self.grade

    def pose(self, posed: Posed) -> None:
        """Put the current question like this: what it left open has been worked out.

        Its time begins now, unless it could be seen before.
        """
        if self.posed is None:
            self._shown_at = self._now()
        self.posed = posed

    def skip(self) -> None:
        """Leave the current question out, for it cannot be put; it counts for nothing."""
        self._left_out.add(self._round[0])
        self._next()

    def advance(self) -> None:
        """Go on to the next question. Raises RuntimeError when the current one has not been answered."""
        if self.grade is None:
            raise RuntimeError("the current question has not been answered")
        self._next()

    def _next(self) -> None:
        del self._round[0]
        if not self._round:
            self._next_round()
        self._show()

    def resume(self, before: Sequence[Answered]) -> None:
        """Go on with a quiz that was cut after the answers ``before``; to be called before the first answer.

        What was not asked yet comes first, then what was missed. Answers to questions that are not (or no
        longer) among these are left out; the others count for the score.
        """
        numbers = {(lesson, question.id): n for n, (lesson, question) in enumerate(self._questions)}
        for answered in before:
            number = numbers.get((answered.lesson, answered.question))
            if number is None:
                continue
            self._started = answered.session
            self.answers.append(answered)
            self.grades.append(Grade(answered.correct, answered.score, (), ""))
            self._tried.add(number)
            if answered.correct:
                self._settled.add(number)
            elif answered.sure_and_wrong:
                self._sure.add(number)
        self._missed = sorted(self._tried - self._settled)
        self._round = [number for number in self._round if number not in self._tried]
        if not self._round:
            self._next_round()
        self._show()

    def _next_round(self) -> None:
        self._round, self._missed = self._missed, []
        self._rng.shuffle(self._round)
        self._round.sort(key=lambda number: number not in self._sure)
        self._sure.clear()

    def _show(self) -> None:
        self.grade = None
        self._hints = 0
        self._shown_at = self._now()
        self.again: bool = not self.finished and self._round[0] in self._tried
        """Whether the current question was asked before and missed."""
        self.drawn: int | None = None if self.finished else draw(self.current, self._rng)
        """What was drawn for this try, if anything: a trace's seed, or the option whose chart is shown."""
        self.posed = None if self.finished else as_it_stands(self.current, self.drawn)
        self.shown_options: tuple[int, ...] = shuffled(self.posed, self._rng)
        """For each place on the screen, from the top, the option's (item's, right side's) index in the file.

        Empty for questions that have nothing to shuffle.
        """


def _drawn_for(drawn: int, answer: Answer) -> tuple[int, float]:
    if not isinstance(answer, int | float):
        raise TypeError(f"{answer!r} is no answer to a question of which something was drawn")
    return (drawn, answer)


def shuffled(question: Posed | None, rng: random.Random) -> tuple[int, ...]:
    """The order in which the options of ``question`` are shown: see :attr:`QuizSession.shown_options`."""
    if isinstance(question, SingleChoice | MultipleChoice):
        return tuple(rng.sample(range(len(question.options)), len(question.options)))
    if not isinstance(question, Ordering | Matching):
        return ()
    count = len(question.items) if isinstance(question, Ordering) else len(question.rights)
    right = tuple(range(count))
    order = right
    while order == right and len(right) > 1:  # standing right from the start it would ask nothing
        order = tuple(rng.sample(right, len(right)))
    return order
