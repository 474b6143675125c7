"""Quiz mode: questions of all the lessons that were read, mixed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tutor.content.model import Lesson
from tutor.content.questions import Question
from tutor.quiz.session import mix
from tutor.ui.keys import COPY
from tutor.ui.messages import Experience, Explain, LeaveScreen, OpenLesson
from tutor.ui.services import Services
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.quiz import QuizView

DEFAULT_COUNT = 10
"""Questions in one go: some five minutes."""

NOTHING_READ = (
    "You have not read a lesson to its end yet, so there is nothing to ask.\n\n"
    "Open one from Home (esc). Once you have seen all its pages, its questions come here."
)


class QuizScreen(Screen[None], inherit_bindings=False):
    """A quiz over ``lessons``, or a sentence where there is none to ask about."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["quiz.tcss", "../widgets/quiz.tcss"]
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", tooltip="Leave the quiz; your answers are saved"),
        COPY,
    ]
    HELP = "Questions you miss come again before the end. Only the first try counts for the score."

    def __init__(self, lessons: Sequence[Lesson], services: Services, count: int | None = None) -> None:
        super().__init__()
        self._lessons = lessons
        self._services = services
        self._count = count or DEFAULT_COUNT

    def compose(self) -> ComposeResult:
        """The quiz between a title and the keys."""
        titles = ", ".join(lesson.title for lesson in self._lessons)
        yield Static(Content.assemble(("Quiz  ", "bold $primary"), titles), id="quiz-title")
        yield Banner(self._services)
        if self._lessons:
            yield QuizView(self._draw_questions, "quiz", self._services, id="quiz")
        else:
            yield Static(Content(NOTHING_READ), id="nothing")
        yield KeyBar()

    def _draw_questions(self, rng: random.Random) -> list[tuple[str, Question]]:
        return mix(self._lessons, rng, self._count)

    def on_explain(self, event: Explain) -> None:
        """The page is in one of the lessons: open that on top, so that escape comes back here."""
        event.stop()
        self.post_message(OpenLesson(event.lesson, "read", event.page))

    def on_experience(self, event: Experience) -> None:
        """The experiment is in one of the lessons: open its lab on top."""
        event.stop()
        self.post_message(OpenLesson(event.lesson, "lab", event.experiment))

    def action_leave(self) -> None:
        """Back Home."""
        self.post_message(LeaveScreen())
