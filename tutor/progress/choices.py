"""What was chosen in an answer, in words: the options of a choice, the truth, a number, an order."""

from __future__ import annotations

import json
from typing import NamedTuple

from tutor.content.questions import (
    Matching,
    MultipleChoice,
    Ordering,
    Predict,
    Question,
    SingleChoice,
    Trace,
    TrueFalse,
)
from tutor.progress.log import LoggedAnswer
from tutor.text import clean_line


class Chosen(NamedTuple):
    """An option, or a whole answer where there are none, and whether it is right."""

    text: str
    right: bool


def listed(question: Question) -> list[Chosen]:
    """All that can be chosen, where the question itself says so."""
    match question:
        case SingleChoice() | MultipleChoice():
            return [Chosen(clean_line(option.text), option.correct) for option in question.options]
        case TrueFalse():
            return [Chosen(str(truth).lower(), truth == question.answer) for truth in (True, False)]
        case Matching():
            return [_matched(question, place, place) for place in range(len(question.pairs))]
    return []


def chosen_in(question: Question | None, row: LoggedAnswer) -> list[Chosen]:
    """What the answer chose. One that does not fit the question as it is now is told as it was logged."""
    given = row.given
    match question:
        case SingleChoice() | MultipleChoice() if (
            places := _places(given, len(question.options))
        ) is not None:
            options = listed(question)
            return [options[place] for place in places]
        case TrueFalse() if isinstance(given, bool):
            return [Chosen(str(given).lower(), given == question.answer)]
        case Ordering() if (places := _places(given, len(question.items))) is not None:
            # By their numbers in the right order: 1 2 3 is right.
            return [Chosen(" ".join(str(place + 1) for place in places), row.correct)]
        case Matching() if (places := _places(given, len(question.rights))) is not None:
            return [_matched(question, *pair) for pair in enumerate(places[: len(question.pairs)])]
        case Predict() if (places := _places(given, len(question.options))) is not None:
            return [Chosen(clean_line(question.options[place].text), row.correct) for place in places]
        case Trace():
            return []  # its numbers are others each time
    text = (
        given
        if isinstance(given, str)
        else f"{given:.10g}"
        if isinstance(given, float)
        else json.dumps(given)
    )
    return [Chosen(clean_line(text), row.correct)]


def _matched(question: Matching, left: int, right: int) -> Chosen:
    return Chosen(clean_line(f"{question.pairs[left].left} → {question.rights[right]}"), left == right)


def _places(given: object, count: int) -> list[int] | None:
    """The indices that were given, one or a list of them; None if one is no index below ``count``."""
    listed_given = given if isinstance(given, list) else [given]
    places = [n for n in listed_given if isinstance(n, int) and not isinstance(n, bool) and 0 <= n < count]
    return places if len(places) == len(listed_given) else None
