"""The exam: what it will be, the questions against the clock, and the report."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from tutor.content.model import Lesson
from tutor.quiz.exam import DEFAULT_COUNT, Exam, draw, minutes_for
from tutor.quiz.exam_files import save_report, where_words
from tutor.quiz.exam_report import ExamReport, report_on
from tutor.ui.keys import COPY
from tutor.ui.messages import Explain, LeaveScreen, OpenExam, OpenLesson
from tutor.ui.screens.quiz import NOTHING_READ
from tutor.ui.services import Services
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.exam import ExamView
from tutor.ui.widgets.exam_report import ExamReportView
from tutor.ui.widgets.keybar import KeyBar

BEFORE = """\
{questions}, {minutes}, on: {lessons}

The clock runs from the moment you begin. Nothing is said about an answer before the end.
pgdn leaves a question out; you come back to it later. An answer can be changed until you hand in.
When the time is up, what is answered counts. Each answer is saved as you give it.

enter: begin    esc: leave"""


class ExamScreen(Screen[None], inherit_bindings=False):
    """An exam over ``lessons``; ``opening`` says how long, and where the report goes."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["quiz.tcss", "../widgets/quiz.tcss"]
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "Begin", tooltip="Begin; the clock runs from then on"),
        Binding("escape", "leave", "Leave", tooltip="Back to where you were"),
        COPY,
    ]
    HELP = (
        "An exam asks each question once, against the clock, and says nothing about your answers before the "
        "end. Then comes a report for each lesson and page. It is written to a file, too."
    )

    class Saved(Message):
        """Where the report was written, or why it was not, in a sentence."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    def __init__(self, lessons: Sequence[Lesson], services: Services, opening: OpenExam) -> None:
        super().__init__()
        self._lessons = lessons
        self._services = services
        self._opening = opening
        self._rng = random.Random(services.seed)
        self._questions = draw(lessons, self._rng, opening.count or DEFAULT_COUNT)
        self._minutes = opening.minutes or minutes_for(len(self._questions))
        self._said = Static(id="nothing")

    def compose(self) -> ComposeResult:
        """What is to come, between a title and the keys."""
        titles = ", ".join(lesson.title for lesson in self._lessons)
        yield Static(Content.assemble(("Exam  ", "bold $primary"), titles), id="quiz-title")
        yield Banner(self._services)
        self._said.update(Content(self._before()))
        yield self._said
        yield KeyBar()

    def _before(self) -> str:
        if not self._questions:
            return NOTHING_READ
        return BEFORE.format(
            questions=_number(len(self._questions), "question"),
            minutes=_number(self._minutes, "minute"),
            lessons=", ".join(lesson.title for lesson in self._asked()),
        )

    def _asked(self) -> list[Lesson]:
        asked = {name for name, _ in self._questions}
        return [lesson for lesson in self._lessons if lesson.id in asked]

    @property
    def _begun(self) -> bool:
        return bool(self.query(ExamView)) or bool(self.query(ExamReportView))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """It begins once, and only where there is something to ask."""
        return action != "begin" or (bool(self._questions) and not self._begun)

    async def action_begin(self) -> None:
        """Start the clock."""
        self._said.display = False
        exam = Exam(self._questions, 60.0 * self._minutes, self._rng, self._services.clock)
        await self.mount(ExamView(exam, self._services), after=self._said)
        self.refresh_bindings()

    async def on_exam_view_ended(self, event: ExamView.Ended) -> None:
        """Show the report, and write it down off the event loop."""
        event.stop()
        if self.query(ExamReportView):
            return  # the clock and a key ended it at the same moment
        view = self.query_one(ExamView)
        report = report_on(view.exam, self._lessons, self._services.now())
        await view.remove()
        await self.mount(ExamReportView(report), after=self._said)
        self.refresh_bindings()
        self.run_worker(lambda: self._save(report), thread=True)

    def _save(self, report: ExamReport) -> None:
        try:
            said = where_words(save_report(report, self._opening.markdown, self._opening.json))
        except OSError as error:
            said = f"! The report could not be written: {(error.strerror or str(error)).lower()}."
        self.post_message(self.Saved(said))

    def on_exam_screen_saved(self, event: Saved) -> None:
        """Say where it is."""
        self.query_one(ExamReportView).say(event.sentence)

    def on_explain(self, event: Explain) -> None:
        """The page is in one of the lessons: open that on top, so that escape comes back here."""
        event.stop()
        self.post_message(OpenLesson(event.lesson, "read", event.page))

    def action_leave(self) -> None:
        """Back Home."""
        self.post_message(LeaveScreen())


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
