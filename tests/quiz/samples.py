"""One question of each kind, and strategies for many."""

from __future__ import annotations

from hypothesis import strategies as st

from tutor.content.questions import (
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    OrderItem,
    Question,
    SingleChoice,
    Slip,
    TrueFalse,
)

ABOUT = {"prompt": "What is so?", "explanation": "Because it is.", "page": "a-page"}


def option(text: str, correct: bool) -> Option:
    return Option(text=text, feedback=f"why {text}", correct=correct)


def single(right: int = 1, count: int = 4, id: str = "single") -> SingleChoice:
    options = [option(f"option {i}", i == right) for i in range(count)]
    return SingleChoice(id=id, options=options, **ABOUT)


def multiple(correct: tuple[bool, ...] = (True, False, True, False), id: str = "multiple") -> MultipleChoice:
    options = [option(f"option {i}", right) for i, right in enumerate(correct)]
    return MultipleChoice(id=id, options=options, **ABOUT)


def truefalse(answer: bool = True, id: str = "truefalse") -> TrueFalse:
    return TrueFalse(id=id, answer=answer, if_true="on true", if_false="on false", **ABOUT)


def numeric(
    answer: float = 12,
    tolerance: float = 0.0,
    slips: tuple[Slip, ...] = (),
    unit: str = "",
    id: str = "numeric",
) -> Numeric:
    return Numeric(
        id=id, answer=answer, tolerance=tolerance, feedback="the way", unit=unit, slips=list(slips), **ABOUT
    )


def ordering(count: int = 4, id: str = "ordering") -> Ordering:
    items = [OrderItem(text=f"item {i}", feedback=f"why {i}") for i in range(count)]
    return Ordering(id=id, items=items, **ABOUT)


def right_answer(question: Question) -> int | float | bool | frozenset[int] | tuple[int, ...]:
    match question:
        case SingleChoice():
            return [option.correct for option in question.options].index(True)
        case MultipleChoice():
            return frozenset(i for i, option in enumerate(question.options) if option.correct)
        case TrueFalse() | Numeric():
            return question.answer
        case Ordering():
            return tuple(range(len(question.items)))


def wrong_answer(question: Question) -> int | float | bool | frozenset[int] | tuple[int, ...]:
    match question:
        case SingleChoice():
            return [option.correct for option in question.options].index(False)
        case MultipleChoice():
            return frozenset(i for i, option in enumerate(question.options) if not option.correct)
        case TrueFalse():
            return not question.answer
        case Numeric():
            return question.answer + 2 * question.tolerance + 1
        case Ordering():
            return tuple(reversed(range(len(question.items))))


questions = st.one_of(
    st.builds(single, st.integers(0, 2), st.integers(3, 6)),
    st.builds(multiple, st.lists(st.booleans(), min_size=2, max_size=6).map(tuple)),
    st.builds(truefalse, st.booleans()),
    st.builds(numeric, st.integers(-1000, 1000), st.sampled_from([0.0, 0.5, 3.0])),
    st.builds(ordering, st.integers(2, 6)),
)
