"""Grading: one pure function per kind of question. Nothing here knows of shuffling, screens or databases.

Answers are always given in the order of the lesson's file, however the options stood on the screen.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from tutor.content.questions import (
    Gap,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Posed,
    Question,
    SingleChoice,
    TrueFalse,
)
from tutor.content.spelling import folded
from tutor.quiz.numbers import number_text, parse_number, within
from tutor.text import clean_line

__all__ = ["Answer", "Grade", "Kind", "Remark", "Verdict", "grade", "kind_of", "parse_number"]

Answer = int | float | bool | str | frozenset[int] | tuple[int, ...]
"""Single choice: the option's index. Multiple: the set of indices. True or false: a bool. Numeric: a float
(see :func:`parse_number`). Ordering: the items' indices from first to last. Matching: for each left side the
index of its right one among :attr:`Matching.rights`. Gap: the word. Indices are those of the file."""

Kind = Literal[
    "single", "multiple", "truefalse", "numeric", "ordering", "matching", "gap", "trace", "predict", "chart"
]

HINT_COST = 0.25
"""What each hint takes off the score, and what is left of it at least: right remains right."""

MAX_WORD = 80
"""Characters that are kept of a word typed into a gap."""

Verdict = Literal["right", "wrong", "missed", "misplaced"]
"""``right``: chosen and right. ``wrong``: chosen and not right. ``missed``: right and not chosen.
``misplaced``: an item of an ordering that was put elsewhere."""

_WORDS: dict[Verdict, str] = {
    "right": "right",
    "wrong": "not right",
    "missed": "the answer",
    "misplaced": "you put it elsewhere",
}


@dataclass(frozen=True)
class Remark:
    """One line of feedback: the verdict on ``subject`` (an option, an item, a number), and why."""

    verdict: Verdict
    subject: str
    text: str

    @property
    def line(self) -> str:
        """For people, with the verdict as a word, so that it needs no colour."""
        return f"{self.subject} ({_WORDS[self.verdict]}): {self.text}"


@dataclass(frozen=True)
class Grade:
    """What came of one answer.

    ``score`` is 0 to 1. Part of it is given where several things are judged (multiple choice, ordering);
    ``correct`` only when everything is right. ``remarks`` begin with what the learner chose wrongly.
    """

    correct: bool
    score: float
    remarks: tuple[Remark, ...]
    explanation: str

    @property
    def feedback(self) -> list[str]:
        """The remarks as lines for people."""
        return [remark.line for remark in self.remarks]


def kind_of(question: Question) -> Kind:
    """The question's kind, by the name that ``quiz.toml`` gives it."""
    kind: Kind = question.__struct_config__.tag  # type: ignore[assignment]
    return kind


def grade(question: Posed, answer: Answer) -> Grade:
    """Grade ``answer``. Raises TypeError or ValueError when it cannot be an answer to this question."""
    # bool is an int in Python: without the guards True would pass for the second option, or for 1.
    match question, answer:
        case SingleChoice(), int() if not isinstance(answer, bool):
            return grade_single(question, answer)
        case MultipleChoice(), frozenset():
            return grade_multiple(question, answer)
        case TrueFalse(), bool():
            return grade_truefalse(question, answer)
        case Numeric(), int() | float() if not isinstance(answer, bool):
            return grade_numeric(question, float(answer))
        case Ordering(), tuple():
            return grade_ordering(question, answer)
        case Matching(), tuple():
            return grade_matching(question, answer)
        case Gap(), str():
            return grade_gap(question, answer)
    raise TypeError(f"{answer!r} is no answer to a question of the kind {kind_of(question)!r}")


def with_hints(grade: Grade, hints: int) -> Grade:
    """The grade of an answer before which so many hints were looked at.

    Each takes a quarter off the score, but never the last one; ``correct`` stays what it is.
    """
    return replace(grade, score=grade.score * max(1 - HINT_COST * hints, HINT_COST))


def grade_single(question: SingleChoice, chosen: int) -> Grade:
    """Exactly one option is right: all or nothing."""
    _check_indices({chosen}, len(question.options))
    option = question.options[chosen]
    if option.correct:
        return Grade(True, 1.0, (Remark("right", option.text, option.feedback),), question.explanation)
    answer = next(option for option in question.options if option.correct)
    remarks = Remark("wrong", option.text, option.feedback), Remark("missed", answer.text, answer.feedback)
    return Grade(False, 0.0, remarks, question.explanation)


def grade_multiple(question: MultipleChoice, chosen: Set[int]) -> Grade:
    """The score is the share of options judged right: chosen when correct, left out when not."""
    _check_indices(chosen, len(question.options))
    groups: dict[Verdict, list[Remark]] = {"wrong": [], "missed": [], "right": []}
    for index, option in enumerate(question.options):
        verdict = _verdict(index in chosen, option.correct)
        if verdict is not None:
            groups[verdict].append(Remark(verdict, option.text, option.feedback))
    mistakes = len(groups["wrong"]) + len(groups["missed"])
    remarks = tuple(remark for group in groups.values() for remark in group)
    return Grade(mistakes == 0, 1 - mistakes / len(question.options), remarks, question.explanation)


def grade_truefalse(question: TrueFalse, answer: bool) -> Grade:
    """Feedback on the answer given; on the right one too, when that was not it."""
    texts = {True: question.if_true, False: question.if_false}
    if answer == question.answer:
        return Grade(True, 1.0, (Remark("right", str(answer), texts[answer]),), question.explanation)
    wrong = Remark("wrong", str(answer), texts[answer])
    missed = Remark("missed", str(question.answer), texts[question.answer])
    return Grade(False, 0.0, (wrong, missed), question.explanation)


def grade_numeric(question: Numeric, value: float) -> Grade:
    """Right within the tolerance; a usual slip, matched as closely, is named."""
    given, answer = number_text(value, question.unit), number_text(question.answer, question.unit)
    if within(value, question.answer, question.tolerance):
        return Grade(True, 1.0, (Remark("right", given, question.feedback),), question.explanation)
    remarks = Remark("wrong", given, _slip(question, value)), Remark("missed", answer, question.feedback)
    return Grade(False, 0.0, remarks, question.explanation)


def grade_ordering(question: Ordering, order: tuple[int, ...]) -> Grade:
    """The score is the share of pairs that stand the right way round (as in Kendall's tau).

    One item moved to the wrong end then costs what it should, not every place it shifted.
    """
    places = range(len(question.items))
    if sorted(order) != list(places):
        raise ValueError(f"{order} does not name each of the {len(places)} items once")
    pairs = list(combinations(order, 2))
    score = sum(first < second for first, second in pairs) / len(pairs) if pairs else 1.0
    remarks = tuple(
        Remark("right" if order[place] == place else "misplaced", f"{place + 1}. {item.text}", item.feedback)
        for place, item in enumerate(question.items)
    )
    return Grade(order == tuple(places), score, remarks, question.explanation)


def grade_matching(question: Matching, chosen: tuple[int, ...]) -> Grade:
    """The score is the share of left sides that got their own right side."""
    rights = question.rights
    _check_indices(set(chosen), len(rights))
    if len(chosen) != len(question.pairs) or len(set(chosen)) < len(chosen):
        raise ValueError(f"{chosen} does not give each of the {len(question.pairs)} items one of its own")
    mistakes: list[Remark] = []
    matched: list[Remark] = []
    for place, (pair, right) in enumerate(zip(question.pairs, chosen, strict=True)):
        own = f"{pair.left} → {pair.right}"
        if right == place:
            matched.append(Remark("right", own, pair.feedback))
        else:
            mistakes.append(Remark("wrong", f"{pair.left} → {rights[right]}", _belongs(question, right)))
            mistakes.append(Remark("missed", own, pair.feedback))
    score = len(matched) / len(question.pairs) if question.pairs else 1.0
    return Grade(not mistakes, score, (*mistakes, *matched), question.explanation)


def grade_gap(question: Gap, word: str) -> Grade:
    """Right in any accepted spelling; a usual wrong word is named."""
    given, same = clean_line(word)[:MAX_WORD], folded(word)
    if same in map(folded, question.accept):
        return Grade(True, 1.0, (Remark("right", given, question.feedback),), question.explanation)
    known = (slip.feedback for slip in question.slips if folded(slip.text) == same)
    remarks = (
        Remark("wrong", given, next(known, "That is another word.")),
        Remark("missed", question.accept[0], question.feedback),
    )
    return Grade(False, 0.0, remarks, question.explanation)


def _belongs(question: Matching, right: int) -> str:
    """Where a right side that was chosen wrongly belongs."""
    if right < len(question.pairs):
        return f"That goes with: {question.pairs[right].left}."
    return question.extras[right - len(question.pairs)].feedback


def _verdict(chosen: bool, correct: bool) -> Verdict | None:
    if chosen:
        return "right" if correct else "wrong"
    return "missed" if correct else None


def _slip(question: Numeric, value: float) -> str:
    """What was forgotten, by the nearest slip within the tolerance; else whether it is too small or large."""
    matching = [slip for slip in question.slips if within(value, slip.value, question.tolerance)]
    if matching:
        return min(matching, key=lambda slip: abs(slip.value - value)).feedback
    return "That is too small." if value < question.answer else "That is too large."


def _check_indices(chosen: Set[int], count: int) -> None:
    if not all(0 <= index < count for index in chosen):
        raise ValueError(f"{sorted(chosen)} goes beyond the {count} options")
