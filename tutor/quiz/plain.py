"""The quiz line by line, with no escape codes: for pipes, screen readers and dumb terminals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from tutor.content.questions import Chart, Posed, Predict, Trace
from tutor.errors import InputError, TutorError
from tutor.quiz.grading import Answer, Grade
from tutor.quiz.posing import Examiner
from tutor.quiz.session import Answered, QuizSession
from tutor.quiz.typed import help_for, prompt_for, question_lines, read_answer
from tutor.quiz.wrap import wrap
from tutor.text import clean_line

_CONFIDENCE = ["Not sure of an answer? Put ? behind it, as in b?"]


class _Left(Exception):
    """The learner typed q, or the input ended."""


def run_plain(
    session: QuizSession,
    source: TextIO,
    sink: TextIO,
    record: Callable[[Answered], None],
    examiner: Examiner,
) -> None:
    """Ask until the session is finished, the learner types ``q`` or the input ends; then print the score.

    ``record`` is called with each answer at once, so that nothing is lost whenever the quiz is left.
    """
    noun = "question" if session.progress.total == 1 else "questions"
    _print(sink, f"{session.progress.total} {noun}. Type ? for help, q to end.", *_CONFIDENCE, "")
    try:
        while not session.finished:
            posed = _pose(session, sink, examiner)
            if posed is None:
                continue
            _print(sink, _heading(session), "", *_chart(session, examiner))
            _print(sink, *question_lines(posed, session.shown_options), "")
            answer, sure = _ask(session, posed, source, sink)
            if not _decide(session, sink, examiner):
                continue
            grade = session.answer(answer, sure=sure)
            record(session.answers[-1])
            _print(sink, "", *_verdict(grade), *_on_confidence(session.answers[-1]), "")
            session.advance()
    except _Left:
        _print(sink, "")
    _print(sink, *_farewell(session))


def _pose(session: QuizSession, sink: TextIO, examiner: Examiner) -> Posed | None:
    """The current question with all that it leaves open; None where that failed, and it is left out."""
    question = session.current
    if session.posed is None and isinstance(question, Trace) and session.drawn is not None:
        try:
            session.pose(examiner.trace(question, session.drawn))
        except TutorError as error:
            _leave_out(session, sink, error)
            return None
    return session.posed


def _chart(session: QuizSession, examiner: Examiner) -> list[str]:
    """The numbers of the run that the question shows."""
    question = session.current
    if not isinstance(question, Chart) or session.drawn is None:
        return []
    return ["A run, in numbers:", "", *examiner.table(question, session.drawn), ""]


def _decide(session: QuizSession, sink: TextIO, examiner: Examiner) -> bool:
    """Train where the answer is a run's; False where that failed, and the question is left out."""
    question = session.current
    if isinstance(question, Predict):
        _print(sink, "", "Training, to see what comes true ...")
        sink.flush()
        try:
            session.pose(examiner.run(session.current_lesson, question))
        except TutorError as error:
            _leave_out(session, sink, error)
            return False
    return True


def _leave_out(session: QuizSession, sink: TextIO, error: TutorError) -> None:
    _print(sink, *wrap(f"A question had to be left out: {error.message}"), "")
    session.skip()


def _ask(session: QuizSession, question: Posed, source: TextIO, sink: TextIO) -> tuple[Answer, bool]:
    """Prompt until the line read is an answer; returns it, and whether the learner was sure of it."""
    while True:
        sink.write(prompt_for(question, len(session.shown_options)))
        sink.flush()
        line = source.readline()
        if not source.isatty():  # a terminal has shown what was typed
            _print(sink, clean_line(line))
        word = line.strip().lower()
        if not line or word in {"q", "quit"}:
            raise _Left
        try:
            if word == "h":
                _print(sink, *_hint(session))
            elif word == "?":
                _print(sink, *wrap(_help(session, question)), *_CONFIDENCE)
            else:
                answer = line.rstrip().removesuffix("?")
                return read_answer(question, session.shown_options, answer), answer == line.rstrip()
        except InputError as error:
            help_ = _help(session, question)
            _print(sink, *wrap(f"{error.message[0].upper()}{error.message[1:]}. {help_}"))


def _help(session: QuizSession, question: Posed) -> str:
    how = help_for(question, len(session.shown_options))
    hints = " Type h for a hint: each costs a quarter of the score." if question.hints else ""
    return f"{how}{hints} Type q to end the quiz."


def _heading(session: QuizSession) -> str:
    done, total = session.progress
    if session.again:
        return f"Once more, {total - done} of {total} questions to go"
    return f"Question {session.score.asked + 1} of {total}"


def _hint(session: QuizSession) -> list[str]:
    count = len(session.current.hints)
    if session.hints_left:
        return wrap(session.hint(), first=f"Hint {len(session.hints)} of {count}: ")
    return ["That was the last hint." if count else "There is no hint to this question."]


def _verdict(grade: Grade) -> list[str]:
    partly = f" It counts {100 * grade.score:.0f} %." if 0 < grade.score < 1 else ""
    lines = [f"Right.{partly}" if grade.correct else f"Not right.{partly}"]
    for line in grade.feedback:
        lines += wrap(line, first="- ", rest="  ")
    return [*lines, *wrap(grade.explanation)]


def _on_confidence(answered: Answered) -> list[str]:
    """A word where the learner knew more, or less, than it seemed."""
    if answered.sure_and_wrong:
        return ["You were sure of it: that comes back first."]
    return ["You knew it, though you were not sure."] if answered.correct and not answered.sure else []


def _farewell(session: QuizSession) -> list[str]:
    right, asked = session.score
    if not asked:
        return ["Nothing was answered."]
    lines = [f"{right} of {asked} right at the first try."]
    open_questions = session.progress.total - session.progress.done
    if open_questions:
        noun = "question is" if open_questions == 1 else "questions are"
        lines.append(f"{open_questions} {noun} still open.")
    return lines


def _print(sink: TextIO, *lines: str) -> None:
    sink.write("".join(line + "\n" for line in lines))
