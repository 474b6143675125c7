"""One question of each kind, and strategies for many."""

from __future__ import annotations

from hypothesis import strategies as st

from tutor.content.questions import (
    Chart,
    ChartOption,
    Curve,
    Extra,
    Gap,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    OrderItem,
    Pair,
    Predict,
    PredictionOption,
    Question,
    SingleChoice,
    Slip,
    Trace,
    TrueFalse,
    WrongWord,
)
from tutor.errors import InputError
from tutor.quiz.grading import Answer
from tutor.quiz.posing import decided
from tutor.report import Result

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
    hints: tuple[str, ...] = (),
    prompt: str = ABOUT["prompt"],
) -> Numeric:
    return Numeric(
        id=id,
        answer=answer,
        tolerance=tolerance,
        feedback="the way",
        unit=unit,
        slips=list(slips),
        hints=list(hints),
        **{**ABOUT, "prompt": prompt},
    )


def ordering(count: int = 4, id: str = "ordering") -> Ordering:
    items = [OrderItem(text=f"item {i}", feedback=f"why {i}") for i in range(count)]
    return Ordering(id=id, items=items, **ABOUT)


def matching(count: int = 3, extras: int = 1, id: str = "matching") -> Matching:
    pairs = [Pair(left=f"left {i}", right=f"right {i}", feedback=f"why {i}") for i in range(count)]
    others = [Extra(text=f"extra {i}", feedback=f"no {i}") for i in range(extras)]
    return Matching(id=id, pairs=pairs, extras=others, **ABOUT)


def gap(
    accept: tuple[str, ...] = ("back-propagation", "backprop"),
    slips: tuple[WrongWord, ...] = (),
    id: str = "gap",
) -> Gap:
    about = {**ABOUT, "prompt": "The sweep is called ___."}
    return Gap(id=id, accept=list(accept), feedback="the word", slips=list(slips), **about)


def trace(id: str = "trace") -> Trace:
    return Trace(id=id, asks="output", tolerance=0.01, layers="dense 1 relu", **ABOUT)


def predict(id: str = "predict") -> Predict:
    options = [PredictionOption(f"end {i}", f"steps == {i}", f"why end {i}") for i in range(3)]
    return Predict(id=id, options=options, **{**ABOUT, "experiment": "run"})


def chart(id: str = "chart") -> Chart:
    options = [ChartOption(f"setting {i}", f"looks like {i}") for i in range(3)]
    drawn = [[Curve("loss", [0.0, 1.0, 2.0], [1.0 + i, 0.5, i / 10])] for i in range(3)]
    about = {**ABOUT, "experiment": "run"}
    return Chart(id=id, options=options, curves=["loss"], drawn=drawn, **about)


RESULT = Result(
    lesson="a-lesson",
    experiment="run",
    seed=0,
    backend="cpu",
    knobs={},
    steps=410,
    epochs=10,
    seconds=0.1,
    steps_per_second=4100.0,
    loss={"first": 2.3, "last": 0.1234},
    metrics={"accuracy": 1.0, "val_accuracy": 0.912},
    gradient_norms={},
    goal={"reached": False, "target": None, "at_step": None},
    stopped_because="budget",
    explanation="The budget was used up.",
)


class Doubles:
    """Works a trace out without any core: the answer is twice the seed's last digit. Runs end as number 1."""

    def table(self, question: Chart, shown: int) -> list[str]:
        return [f"{curve.name} {curve.y}" for curve in question.drawn[shown]]

    def run(self, lesson: str, question: Predict) -> SingleChoice:
        if question.id == "broken":
            raise InputError("no run came of it", "")
        return decided(question, 1, RESULT)

    def trace(self, question: Trace, seed: int) -> Numeric:
        if question.id == "broken":
            raise InputError("no numbers were found", "")
        digit = seed % 10
        return numeric(2 * digit, id=question.id, prompt=f"Twice {digit}?")


def right_answer(question: Question) -> Answer:
    match question:
        case SingleChoice():
            return [option.correct for option in question.options].index(True)
        case MultipleChoice():
            return frozenset(i for i, option in enumerate(question.options) if option.correct)
        case TrueFalse() | Numeric():
            return question.answer
        case Ordering():
            return tuple(range(len(question.items)))
        case Matching():
            return tuple(range(len(question.pairs)))
        case Gap():
            return question.accept[-1]


def wrong_answer(question: Question) -> Answer:
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
        case Matching():
            first, second, *rest = range(len(question.pairs))
            return (second, first, *rest)
        case Gap():
            return question.accept[0] + "s"


questions = st.one_of(
    st.builds(single, st.integers(0, 2), st.integers(3, 6)),
    st.builds(multiple, st.lists(st.booleans(), min_size=2, max_size=6).map(tuple)),
    st.builds(truefalse, st.booleans()),
    st.builds(numeric, st.integers(-1000, 1000), st.sampled_from([0.0, 0.5, 3.0])),
    st.builds(ordering, st.integers(2, 6)),
    st.builds(matching, st.integers(2, 5), st.integers(0, 3)),
    st.builds(gap, st.lists(st.sampled_from(["delta rule", "LMS", "Adam"]), min_size=1).map(tuple)),
)
