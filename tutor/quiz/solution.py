"""Answers to a question, in the terms of ``grading``: the right one, and any of them in words."""

from __future__ import annotations

from tutor.content.questions import (
    Gap,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Posed,
    SingleChoice,
    TrueFalse,
)
from tutor.quiz.grading import Answer
from tutor.quiz.numbers import number_text


def right_answer(question: Posed) -> Answer:
    """The answer that ``grading.grade`` finds right."""
    match question:
        case SingleChoice():
            return [option.correct for option in question.options].index(True)
        case MultipleChoice():
            return frozenset(index for index, option in enumerate(question.options) if option.correct)
        case TrueFalse() | Numeric():
            return question.answer
        case Ordering():
            return tuple(range(len(question.items)))
        case Matching():
            return tuple(range(len(question.pairs)))
        case Gap():
            return question.accept[0]


def answer_words(question: Posed, answer: Answer) -> str:
    """``answer``, which fits the question, as people would say it; nothing of whether it is right."""
    match question, answer:
        case SingleChoice(), int():
            return question.options[answer].text
        case MultipleChoice(), frozenset():
            return "; ".join(question.options[index].text for index in sorted(answer))
        case TrueFalse(), bool():
            return str(answer).lower()
        case Numeric(), int() | float():
            return number_text(answer, question.unit)
        case Ordering(), tuple():
            return " > ".join(question.items[index].text for index in answer)
        case Matching(), tuple():
            lefts = (pair.left for pair in question.pairs)
            pairs = zip(lefts, answer, strict=True)
            return "; ".join(f"{left} → {question.rights[index]}" for left, index in pairs)
    return str(answer)
