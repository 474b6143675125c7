"""The exam line by line, with no escape codes: for pipes, screen readers and dumb terminals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TextIO

from tutor.errors import InputError
from tutor.quiz.exam import Exam
from tutor.quiz.exam_text import clock
from tutor.quiz.session import Answered
from tutor.quiz.typed import help_for, prompt_for, question_lines, read_answer
from tutor.quiz.wrap import wrap
from tutor.text import clean_line

ROUNDS = 2
"""What was left out comes once more after the last question, and no oftener: a pipe could do so for ever."""

_HELP = "An empty line leaves the question out for now; q ends the exam."


def run_exam_plain(exam: Exam, source: TextIO, sink: TextIO, record: Callable[[Answered], None]) -> None:
    """Ask each question, then once more those left out, until the exam is over, handed in or the input ends.

    ``record`` is called with each answer at once, so that nothing is lost however the exam ends.
    """
    count = len(exam.questions)
    noun = "question" if count == 1 else "questions"
    _print(
        sink, *wrap(f"{count} {noun}, {clock(exam.seconds)}. What is right is told at the end. {_HELP}"), ""
    )
    for turn in range(ROUNDS):
        left_out = sorted(exam.open_questions)
        if turn and left_out and not exam.over:
            _print(sink, f"{_questions(len(left_out))} left out. Here they are once more.", "")
        for number in left_out:
            if exam.over:
                break
            exam.go_to(number)
            _ask(exam, source, sink, record)
    if exam.ending == "time up":
        _print(sink, "The time is up.", "")
    exam.hand_in()


def _ask(exam: Exam, source: TextIO, sink: TextIO, record: Callable[[Answered], None]) -> None:
    """One question: until a line answers it, leaves it out, or ends the exam."""
    question, shown = exam.current, exam.shown_options[exam.at]
    _print(sink, f"Question {exam.at + 1} of {len(exam.questions)}, {clock(math.ceil(exam.left))} left", "")
    _print(sink, *question_lines(question, shown), "")
    while not exam.over:
        word = _typed(f"{prompt_for(question, len(shown))}", source, sink)
        if word is None:
            exam.hand_in()
        elif word.lower() in {"q", "quit"}:
            _leave(exam, source, sink)
        elif not word:
            _print(sink, "Left out.", "")
            return
        elif word == "?":
            _print(sink, *wrap(f"{help_for(question, len(shown))} {_HELP}"))
        else:
            try:
                answered = exam.answer(read_answer(question, shown, word))
            except InputError as error:
                said = f"{error.message[0].upper()}{error.message[1:]}. {help_for(question, len(shown))}"
                _print(sink, *wrap(said))
                continue
            if answered is None:
                _print(sink, "That came after the time was up, and does not count.")
                return
            record(answered)
            _print(sink, "Noted.", "")
            return


def _leave(exam: Exam, source: TextIO, sink: TextIO) -> None:
    """Hand in, if that is what is wanted."""
    missing = len(exam.open_questions)
    if missing:
        _print(sink, f"{_questions(missing)} not answered yet.")
    word = _typed("Hand in now? [y/N] ", source, sink)
    if word is None or word.lower() in {"y", "yes"}:
        exam.hand_in()


def _typed(prompt: str, source: TextIO, sink: TextIO) -> str | None:
    """The next line without blanks around it; None at the end of input."""
    sink.write(prompt)
    sink.flush()
    line = source.readline()
    if not source.isatty():  # a terminal has shown what was typed
        _print(sink, clean_line(line))
    return line.strip() if line else None


def _questions(count: int) -> str:
    return "1 question is" if count == 1 else f"{count} questions are"


def _print(sink: TextIO, *lines: str) -> None:
    sink.write("".join(line + "\n" for line in lines))
