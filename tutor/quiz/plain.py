"""The quiz line by line, with no escape codes: for pipes, screen readers and dumb terminals."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from string import ascii_lowercase
from typing import TextIO

from tutor.content.questions import MultipleChoice, Numeric, Ordering, Question, SingleChoice, TrueFalse
from tutor.errors import InputError
from tutor.quiz.grading import Answer, Grade, parse_number
from tutor.quiz.session import Answered, QuizSession
from tutor.text import clean, clean_line

WIDTH = 76


class _Left(Exception):
    """The learner typed q, or the input ended."""


def run_plain(session: QuizSession, source: TextIO, sink: TextIO, record: Callable[[Answered], None]) -> None:
    """Ask until the session is finished, the learner types ``q`` or the input ends; then print the score.

    ``record`` is called with each answer at once, so that nothing is lost whenever the quiz is left.
    """
    noun = "question" if session.progress.total == 1 else "questions"
    _print(sink, f"{session.progress.total} {noun}. Type ? for help, q to end.", "")
    try:
        while not session.finished:
            _print(sink, _heading(session), "", *_question(session), "")
            grade = session.answer(_ask(session, source, sink))
            record(session.answers[-1])
            _print(sink, "", *_verdict(grade), "")
            session.advance()
    except _Left:
        _print(sink, "")
    _print(sink, *_farewell(session))


def read_answer(question: Question, shown: tuple[int, ...], line: str) -> Answer:
    """What ``line`` means as an answer; raises :class:`InputError` that says what is expected.

    ``shown`` gives the option or item behind each letter, as in :attr:`QuizSession.shown_options`.
    """
    match question:
        case Numeric():
            return parse_number(line, question.unit)
        case TrueFalse():
            return _truth(line)
        case SingleChoice():
            letters = _letters(line, len(shown))
            if len(letters) != 1:
                raise InputError(f"one letter is expected, and there are {len(letters)}")
            return shown[letters[0]]
        case MultipleChoice():
            return frozenset(shown[letter] for letter in _letters(line, len(shown)))
        case Ordering():
            letters = _letters(line, len(shown))
            if len(letters) != len(shown):
                raise InputError(f"all {len(shown)} letters are expected, each once")
            return tuple(shown[letter] for letter in letters)


def _ask(session: QuizSession, source: TextIO, sink: TextIO) -> Answer:
    """Prompt until the line read is an answer."""
    question = session.current
    while True:
        sink.write(_prompt(question, len(session.shown_options)))
        sink.flush()
        line = source.readline()
        if not source.isatty():  # a terminal has shown what was typed
            _print(sink, clean_line(line))
        word = line.strip().lower()
        if not line or word in {"q", "quit"}:
            raise _Left
        try:
            if word == "?":
                _print(sink, *_wrap(_help(question, len(session.shown_options))))
            else:
                return read_answer(question, session.shown_options, line)
        except InputError as error:
            help_ = _help(question, len(session.shown_options))
            _print(sink, *_wrap(f"{error.message[0].upper()}{error.message[1:]}. {help_}"))


def _heading(session: QuizSession) -> str:
    done, total = session.progress
    if session.again:
        return f"Once more, {total - done} of {total} questions to go"
    return f"Question {session.score.asked + 1} of {total}"


def _question(session: QuizSession) -> list[str]:
    question = session.current
    lines = _wrap(question.prompt)
    match question:
        case SingleChoice() | MultipleChoice():
            texts = [option.text for option in question.options]
        case Ordering():
            texts = [item.text for item in question.items]
        case TrueFalse() | Numeric():
            return lines
    lines.append("")
    for letter, index in zip(ascii_lowercase, session.shown_options, strict=False):
        lines += _wrap(texts[index], first=f"  {letter}) ", rest="     ")
    return lines


def _prompt(question: Question, count: int) -> str:
    match question:
        case SingleChoice():
            return f"answer ({_span(count)}): "
        case MultipleChoice():
            return "letters, e.g. ac: "
        case TrueFalse():
            return "true or false (t/f): "
        case Numeric():
            return f"number, in {clean(question.unit)}: " if question.unit else "number: "
        case Ordering():
            return f"order, e.g. {_example(count)}: "


def _help(question: Question, count: int) -> str:
    match question:
        case SingleChoice():
            how = f"Type one letter, {_span(count)}."
        case MultipleChoice():
            how = f"Type the letters of all that are right, {_span(count)}, as in ac; at least one is."
        case TrueFalse():
            how = "Type t for true or f for false."
        case Numeric():
            unit = f", with or without {clean(question.unit)!r} behind it" if question.unit else ""
            how = f"Type a number{unit}, as in 12, 0.05, -3, 1e-3 or 1/3."
        case Ordering():
            how = f"Type all {count} letters in the right order, first to last, as in {_example(count)}."
    return f"{how} Type q to end the quiz."


def _verdict(grade: Grade) -> list[str]:
    partly = f" It counts {100 * grade.score:.0f} %." if grade.score > 0 else ""
    lines = ["Right." if grade.correct else f"Not right.{partly}"]
    for line in grade.feedback:
        lines += _wrap(line, first="- ", rest="  ")
    return [*lines, *_wrap(grade.explanation)]


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


def _truth(line: str) -> bool:
    word = line.strip().lower()
    if word and "true".startswith(word):
        return True
    if word and "false".startswith(word):
        return False
    raise InputError("true or false is expected")


def _letters(line: str, count: int) -> list[int]:
    """Positions of the letters typed; blanks, commas and arrows between them are skipped."""
    letters = [letter for letter in line.lower() if letter not in " ,;>-\t\r\n"]
    if not letters:
        raise InputError("nothing was entered")
    for letter in letters:
        if letter not in ascii_lowercase[:count]:
            raise InputError(f"{clean(letter) or '?'!r} is none of the letters {_span(count)}")
    if len(set(letters)) < len(letters):
        raise InputError("a letter stands there twice")
    return [ascii_lowercase.index(letter) for letter in letters]


def _span(count: int) -> str:
    return f"a-{ascii_lowercase[count - 1]}" if count > 1 else "a"


def _example(count: int) -> str:
    """An order of ``count`` letters that nobody takes for the answer: bdac for four."""
    letters = ascii_lowercase[:count]
    return letters[1::2] + letters[::2]


def _wrap(text: str, first: str = "", rest: str = "") -> list[str]:
    """Wrapped lines of a text, which keeps its own line breaks."""
    lines: list[str] = []
    for paragraph in _unmarked(clean(text)).splitlines() or [""]:
        indent = rest if lines else first
        lines += textwrap.wrap(paragraph, WIDTH, initial_indent=indent, subsequent_indent=rest) or [""]
    return lines


def _unmarked(text: str) -> str:
    """Without the marks around code and strong words; formulas as 2*1 + 1*0 and x**2 stay as they are."""
    text = re.sub(r"^\s*```.*\n?", "", text, flags=re.MULTILINE)
    text = re.sub(r"(`+)(.+?)\1", r"\2", text)
    return re.sub(r"(?<!\w)\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\w)", r"\1", text)


def _print(sink: TextIO, *lines: str) -> None:
    sink.write("".join(line + "\n" for line in lines))
