"""The quiz of a lesson made for a test, and its keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from msgspec.structs import replace as changed

from tests.ui.core import CoreWorker
from tests.ui.lab_fakes import experiment as lab_experiment
from tests.ui.pack import lesson
from tutor.content.catalog import Catalog
from tutor.content.model import DataSpec, TrainingSpec
from tutor.content.pack import Pack
from tutor.content.questions import Question
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenLesson
from tutor.ui.services import Services
from tutor.ui.widgets.quiz import QuizView


def asking(services: Services, *questions: Question) -> TutorApp:
    """The app, in the quiz of a lesson with just these questions."""
    pack = Pack("tests", "Tests", [lesson(1, "perceptron", "The perceptron", list(questions))])
    return TutorApp(replace(services, catalog=Catalog(pack)), OpenLesson("perceptron", "quiz"))


def letters(app: TutorApp, wanted: Sequence[int]) -> list[str]:
    """The keys of these options (indices in the file), as they stand on the screen."""
    order = app.screen.query_one(QuizView).session.shown_options
    return ["abcdefgh"[order.index(index)] for index in wanted]


def with_xor(services: Services, *questions: Question, epochs: int = 300) -> TutorApp:
    """The quiz of a lesson that has the experiment XOR, and a training core."""
    xor = changed(lab_experiment("gate"), id="xor", data=DataSpec("gate", {"gate": "xor"}), goal=None)
    xor = changed(xor, training=TrainingSpec(epochs=epochs, batch_size=0))
    whole = changed(lesson(1, "perceptron", "The perceptron", list(questions)), experiments=[xor])
    catalog = Catalog(Pack("tests", "Tests", [whole]))
    return TutorApp(
        replace(services, catalog=catalog, examiner=CoreWorker()), OpenLesson("perceptron", "quiz")
    )
