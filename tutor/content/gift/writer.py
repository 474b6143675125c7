"""Our questions as GIFT, for Moodle and what else reads it; importing the text gives the same questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tutor.content.gift.blocks import escaped
from tutor.content.gift.entry import FEEDBACK, HINT
from tutor.content.gift.markup import marked
from tutor.content.gift.said import unit_words
from tutor.content.model import Lesson
from tutor.content.questions import (
    Gap,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Question,
    SingleChoice,
    TrueFalse,
)
from tutor.text import clean, clean_line


@dataclass(frozen=True)
class Exported:
    """The text, and a sentence for each question that GIFT cannot say; the text has them as comments."""

    text: str
    left_out: tuple[str, ...]


def write_gift(lessons: Iterable[Lesson]) -> Exported:
    """The quizzes of ``lessons``, each a category ``dltutor/ID``; the page of a question is a comment."""
    parts: list[str] = []
    left_out: list[str] = []
    for lesson in lessons:
        parts.append(f"// {clean_line(lesson.title)}\n$CATEGORY: dltutor/{lesson.id}\n")
        for question in lesson.questions:
            body = _answers(question)
            obstacle = _obstacle(question)
            if body is None or obstacle:
                left_out.append(f"{lesson.id}: {question.id} {obstacle}")
                parts.append(f"// left out: {left_out[-1]}\n")
            else:
                parts.append("\n".join([*_remarks(question), _asked(question) + body]) + "\n")
    return Exported("\n".join(parts), tuple(left_out))


def _obstacle(question: Question) -> str:
    """Why GIFT cannot say this question; empty where it can."""
    match question:
        case SingleChoice() | MultipleChoice() | TrueFalse() | Numeric():
            return ""
        case Gap():
            words = [
                *question.accept,
                question.feedback,
                *(f"{slip.text} {slip.feedback}" for slip in question.slips),
            ]
            return "holds ->, which would make it a matching question" if "->" in " ".join(words) else ""
        case Matching():
            inside = any("->" in pair.left for pair in question.pairs)
            return "holds -> in a left side, where its end would be" if inside else ""
    return f"is of the kind {type(question).__struct_config__.tag}, which GIFT does not have"


def _remarks(question: Question) -> Iterator[str]:
    yield f"// dltutor-page: {clean_line(question.page)}"
    if question.experiment:
        yield f"// dltutor-experiment: {clean_line(question.experiment)}"
    yield from (f"// {HINT}: {escaped(clean(hint))}" for hint in question.hints)
    if isinstance(question, Numeric) and question.unit:
        yield f"// dltutor-unit: {clean_line(question.unit)}"
    if isinstance(question, Matching):
        told = [pair.feedback for pair in question.pairs] + [extra.feedback for extra in question.extras]
        yield from (f"// {FEEDBACK}: {escaped(clean(feedback))}" for feedback in told)


def _asked(question: Question) -> str:
    """Title and text. The text is marked as plain, or Moodle would take < and * in formulas for markup."""
    unit = unit_words(question.unit) if isinstance(question, Numeric) and question.unit else ""
    return f"::{escaped(question.id)}::[plain]{escaped(clean(question.prompt + unit))}"


def _answers(question: Question) -> str | None:
    """The braces and what stands in them; None for a kind that GIFT does not have."""
    match question:
        case SingleChoice():
            answers = [_choice("=" if option.correct else "~", option) for option in question.options]
        case MultipleChoice():
            answers = list(_weighted(question.options))
        case TrueFalse():
            return _truefalse(question)
        case Numeric():
            answers = list(_numbers(question))
        case Gap():
            answers = list(_words(question))
        case Matching():
            answers = [f"={_text(pair.left)} -> {_text(pair.right)}" for pair in question.pairs]
            answers += [f"= -> {_text(extra.text)}" for extra in question.extras]
        case _:
            return None
    sign = "#" if isinstance(question, Numeric) else ""
    lines = [f"{{{sign}", *answers, f"####{_text(question.explanation)}"]
    return "\n\t".join(lines) + "\n}"


def _choice(sign: str, option: Option) -> str:
    text = _text(option.text)
    if sign == "~" and text.startswith("%"):
        sign = "~%0%"  # or the text would be read as a weight
    return f"{sign}{text}#{_text(option.feedback)}"


def _weighted(options: list[Option]) -> Iterator[str]:
    """All right ones together are worth 100 %, all wrong ones take as much away."""
    correct = sum(option.correct for option in options)
    for option in options:
        weight = 100 / correct if option.correct else -100 / (len(options) - correct)
        yield _choice(f"~%{_percent(weight)}%", option)


def _percent(weight: float) -> str:
    """With the five decimals by which Moodle knows its fractions: 33.33333, 16.66667, 50."""
    return f"{weight:.5f}".rstrip("0").rstrip(".")


def _truefalse(question: TrueFalse) -> str:
    feedback = {True: _text(question.if_true), False: _text(question.if_false)}
    word, right, wrong = (
        str(question.answer).upper(),
        feedback[question.answer],
        feedback[not question.answer],
    )
    return f"{{{word}#{wrong}#{right}####{_text(question.explanation)}}}"


def _numbers(question: Numeric) -> Iterator[str]:
    """The answer, then the usual slips as numbers that are worth nothing."""
    yield f"=%100%{_figure(question.answer)}:{_figure(question.tolerance)}#{_text(question.feedback)}"
    for slip in question.slips:
        yield f"=%0%{_figure(slip.value)}:{_figure(question.tolerance)}#{_text(slip.feedback)}"


def _words(question: Gap) -> Iterator[str]:
    for word in question.accept:
        yield f"=%100%{_word(word)}#{_text(question.feedback)}"
    for slip in question.slips:
        yield f"=%0%{_word(slip.text)}#{_text(slip.feedback)}"


def _word(text: str) -> str:
    return _text(text.replace("*", "\\*"))  # a bare one would stand for any word


def _figure(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _text(text: str) -> str:
    text = clean(text)
    return ("[plain]" if marked(text) else "") + escaped(text)
