"""Questions whose numbers or answer are settled only when they are asked."""

from __future__ import annotations

import math
import random
from typing import Protocol

from msgspec.structs import replace

from tutor.content.model import Experiment, Prediction
from tutor.content.questions import (
    Chart,
    Numeric,
    Option,
    Posed,
    Predict,
    Question,
    SingleChoice,
    Trace,
)
from tutor.report import Result

_SEED_BITS = 31
_FIGURES = {
    "val_accuracy": (100, "{:.1f} % of the held-out examples right"),
    "accuracy": (100, "{:.1f} % of the training examples right"),
    "errors": (1, "{:,.0f} errors on the training examples"),
}


class Examiner(Protocol):
    """Who works out what a question leaves open; it needs the training core, so it is handed in."""

    def trace(self, question: Trace, seed: int) -> Numeric:
        """The question with the numbers of this seed. Raises :class:`TutorError` where there are none."""
        ...

    def run(self, lesson: str, question: Predict) -> SingleChoice:
        """The question as its run decides it. Raises :class:`TutorError` where it decides nothing."""
        ...

    def table(self, question: Chart, shown: int) -> list[str]:
        """The curves of the option ``shown`` as lines of numbers."""
        ...


def draw(question: Question, rng: random.Random) -> int | None:
    """What is drawn anew for a try: the seed of a trace, which option's chart is shown; else None."""
    match question:
        case Trace():
            return rng.getrandbits(_SEED_BITS)
        case Chart():
            return rng.randrange(len(question.options))
    return None


def as_it_stands(question: Question, drawn: int | None) -> Posed | None:
    """The question as it is put at first; None where its numbers are open still."""
    match question:
        case Chart():
            return _choice(question, drawn, question.explanation)
        case Trace():
            return None
        case Predict():
            return _choice(question, None, question.explanation)
    return question


def predicted_by(question: Predict, experiment: Experiment) -> Experiment:
    """The experiment with the question in place of its own, so that its run says which option came true."""
    return replace(experiment, prediction=Prediction(question.prompt, question.options))


def decided(question: Predict, came_true: int, result: Result) -> SingleChoice:
    """The question once the run is over; its figures stand behind the explanation."""
    return _choice(question, came_true, f"{question.explanation} The run: {figures(result)}")


def figures(result: Result) -> str:
    """How a run ended, in a sentence or two."""
    told = [
        words.format(factor * result.metrics[name])
        for name, (factor, words) in _FIGURES.items()
        if name in result.metrics
    ]
    loss = result.loss["last"]
    if math.isfinite(loss):
        told.append(f"loss {loss:.3g}")
    return f"{', '.join(told)}. {result.explanation}" if told else result.explanation


def _choice(question: Predict | Chart, correct: int | None, explanation: str) -> SingleChoice:
    told = [(option.text, option.feedback) for option in question.options]
    return SingleChoice(
        id=question.id,
        prompt=question.prompt,
        explanation=explanation,
        page=question.page,
        hints=question.hints,
        experiment=question.experiment,
        options=[Option(text, feedback, index == correct) for index, (text, feedback) in enumerate(told)],
    )
