"""A small lesson, and things that a learner does with it."""

from __future__ import annotations

from tutor.content.model import (
    DataSpec,
    Experiment,
    Lesson,
    LessonHead,
    ModelSpec,
    Page,
    Prediction,
    TrainingSpec,
)
from tutor.content.questions import TrueFalse
from tutor.quiz.session import Answered
from tutor.report import Result


def lesson(id: str = "xor", pages: int = 2, experiments: int = 1, questions: int = 5) -> Lesson:
    head = LessonHead(
        format_version=1,
        id=id,
        title=f"About {id}",
        summary="",
        years="",
        minutes=1,
        objectives=[],
        terms=[],
        covers=[],
        sources=[],
    )
    return Lesson(
        number=1,
        head=head,
        pages=[Page(f"page-{i}", f"Page {i}", "") for i in range(pages)],
        experiments=[_experiment(f"experiment-{i}") for i in range(experiments)],
        questions=[_question(f"question-{i}") for i in range(questions)],
    )


def answered(
    question: int | str = 0,
    correct: bool = True,
    *,
    lesson: str = "xor",
    id: str | None = None,
    session: float = 1.0,
    first_try: bool = True,
    given: int | float | bool | frozenset[int] | tuple[int, ...] = True,
    sure: bool = True,
    hints: int = 0,
) -> Answered:
    return Answered(
        session=session,
        lesson=lesson,
        question=id or f"question-{question}",
        kind="truefalse",
        given=given,
        correct=correct,
        score=float(correct),
        seconds=2.5,
        first_try=first_try,
        sure=sure,
        hints=hints,
    )


def result(lesson: str = "xor", experiment: str = "experiment-0", reached: bool = False) -> Result:
    return Result(
        lesson=lesson,
        experiment=experiment,
        seed=0,
        backend="cpu",
        knobs={"learning_rate": 0.1},
        steps=100,
        epochs=10,
        seconds=0.5,
        steps_per_second=200.0,
        loss={"first": 0.7, "last": float("nan")},
        metrics={},
        gradient_norms={},
        goal={"reached": reached, "target": "accuracy 1", "at_step": 90 if reached else None},
        stopped_because="goal" if reached else "budget",
        explanation="It ended.",
        quantities={"goal_step": float("inf")},
    )


def _experiment(id: str) -> Experiment:
    return Experiment(
        id=id,
        title=id,
        kind="network",
        about="",
        seconds=1.0,
        data=DataSpec("xor"),
        model=ModelSpec(),
        training=TrainingSpec(epochs=1),
        prediction=Prediction(prompt="", options=[]),
    )


def _question(id: str) -> TrueFalse:
    return TrueFalse(id=id, prompt="", explanation="", page="page-0", answer=True, if_true="", if_false="")
