"""An exam on the screen: one question at a time against the clock, and nothing said about an answer."""

from __future__ import annotations

import math
import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.widgets import Static

from tutor.quiz.exam import Exam
from tutor.quiz.exam_text import clock
from tutor.quiz.grading import kind_of
from tutor.quiz.solution import answer_words
from tutor.ui.services import Services
from tutor.ui.widgets.answer_kinds import answer_for
from tutor.ui.widgets.answers import Complaint, Given, Rows
from tutor.ui.widgets.entry import Entry
from tutor.ui.widgets.options import LETTERS
from tutor.ui.widgets.pane import Pane
from tutor.ui.widgets.quizkeys import HOW

LOOK_EVERY, LOOK_SELDOM = 1.0, 5.0
"""Seconds between two looks at the clock; seldom where the line is slow."""

HURRY = 60.0
"""Seconds before the end at which the clock changes its colour."""


class ExamView(Vertical):
    """Asks in any order and records each answer at once; the page before the end asks whether to hand in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "hand_in", "Hand in", tooltip="End the exam; what is answered counts"),
        Binding(
            "pagedown,ctrl+n",
            "next",
            "Leave out",
            key_display="pgdn",
            tooltip="Leave this question out for now, and open the next one without an answer",
        ),
        Binding("pageup,ctrl+p", "back", "Back", key_display="pgup", tooltip="The question before"),
        Binding("escape", "leave", "End", tooltip="End the exam; you are asked first"),
        Binding("escape", "resume", "Go on", tooltip="Back to the question"),
    ]

    class Ended(Message):
        """The exam was handed in, or the time is up."""

    def __init__(self, exam: Exam, services: Services) -> None:
        super().__init__(id="exam")
        self.exam = exam
        self._services = services
        self._answer: Rows | Entry | None = None
        self._handing_in = False
        self._drawn_at = math.inf
        """The moment (monotonic) from which on the question can be seen."""
        self._how = ""
        self._complaint = ""
        self._heading = Static(id="quiz-heading")
        self._prompt = Static(id="quiz-prompt")
        self._pane = Pane(self._prompt, id="quiz-pane", can_focus=True)
        self._hint = Static(id="quiz-hint")

    def compose(self) -> ComposeResult:
        """The clock and where one is, the question, how to answer."""
        yield self._heading
        yield self._pane
        yield self._hint

    async def on_mount(self) -> None:
        """Ask the first question, and keep an eye on the clock."""
        self.set_interval(LOOK_SELDOM if self._services.slow else LOOK_EVERY, self._look)
        self.set_timer(self.exam.left, self._look)
        await self._ask()

    def focus(self, scroll_visible: bool = True) -> ExamView:
        """The answer takes the keys; on the page before the end, the text."""
        self._pane.can_focus = self._handing_in
        (self._pane if self._handing_in or self._answer is None else self._answer).focus(scroll_visible)
        return self

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys are on only where they mean something."""
        if action in ("hand_in", "resume"):
            return self._handing_in
        if action in ("next", "leave"):
            return not self._handing_in
        return action != "back" or (not self._handing_in and self.exam.at > 0)

    # ------------------------------------------------------------------ asking

    async def _open(self, number: int) -> None:
        self.exam.go_to(number)
        await self._ask()

    async def _ask(self) -> None:
        """Put the open question on the screen."""
        if self._answer is not None:
            await self._answer.remove()
        question = self.exam.current
        self._prompt.update(Content(question.prompt))
        self._answer = answer_for(question, self.exam.shown_options[self.exam.at])
        await self._pane.mount(self._answer, after=self._prompt)
        self._show_question()
        self._drawn_at = math.inf
        self.call_after_refresh(self._note_drawn)

    def _note_drawn(self) -> None:
        self._drawn_at = time.monotonic()

    def on_key(self, event: Key) -> None:
        """Leave out a letter that came before the question could be seen.

        It was meant for the one before, pressed again while nothing seemed to happen.
        """
        if isinstance(self._answer, Rows) and event.key in LETTERS and event.time < self._drawn_at:
            event.stop()

    def _show_question(self) -> None:
        """The question again after the page before the end, with what was entered so far."""
        self._handing_in = False
        question = self.exam.current
        self._prompt.update(Content(question.prompt))
        if self._answer is not None:
            self._answer.display = True
        before = self.exam.given.get(self.exam.at)
        self._how = HOW[kind_of(question)]
        if before is not None:
            said = answer_words(question, before)
            self._how = f"You answered: {said}. Answer anew to change it, or go on with pgdn."
        self._settle()

    def _show_end(self) -> None:
        """The page before the end."""
        self._handing_in = True
        if self._answer is not None:
            self._answer.display = False
        missing = sorted(self.exam.open_questions)
        count = len(self.exam.questions)
        if missing:
            numbers = ", ".join(str(number + 1) for number in missing)
            said = f"{len(missing)} of {count} questions are not answered: {numbers}."
        else:
            said = f"All {count} questions are answered."
        self._prompt.update(Content(f"{said}\n\nHand in? There is no way back.\n\ny: hand in    esc: go on"))
        self._how = ""
        self._settle()

    def _settle(self) -> None:
        self._complaint = ""
        self._pane.scroll_home(animate=False)
        self._draw_heading()
        self._draw_hint()
        self.focus()
        self.refresh_bindings()

    async def on_given(self, event: Given) -> None:
        """Record the answer and go on to the next question without one."""
        event.stop()
        answered = self.exam.answer(event.answer)
        if answered is None:
            self._look()
            return
        self._services.writer.submit(lambda store: store.record_answer(answered, "exam"))
        await self.action_next()

    def on_complaint(self, event: Complaint) -> None:
        """Say what is wrong with the entry in place of how to answer."""
        event.stop()
        self._complaint = event.text
        self._draw_hint()

    def on_pane_moved(self) -> None:
        """Keep the hint true."""
        self._draw_hint()

    # ------------------------------------------------------------------ moving

    async def action_next(self) -> None:
        """The next question without an answer; after the last of them, the page before the end."""
        others = [number for number in self.exam.open_questions if number != self.exam.at]
        if others:
            await self._open(others[0])
        else:
            self._show_end()

    async def action_back(self) -> None:
        """The question before."""
        await self._open(self.exam.at - 1)

    def action_leave(self) -> None:
        """Ask first."""
        self._show_end()

    def action_resume(self) -> None:
        """Back from the page before the end."""
        self._show_question()

    def action_hand_in(self) -> None:
        """End it."""
        self.exam.hand_in()
        self._look()

    # ------------------------------------------------------------------- the clock

    def _look(self) -> None:
        if self.exam.over:
            self.post_message(self.Ended())
        else:
            self._draw_heading()

    def _draw_heading(self) -> None:
        left = self.exam.left
        style = "bold $warning" if left <= HURRY else "bold $primary"
        where = f"question {self.exam.at + 1} of {len(self.exam.questions)}"
        self._heading.update(
            Content.assemble(
                (f"{clock(math.ceil(left))} left", style),
                (f"   {'before the end' if self._handing_in else where}", ""),
                (f", {len(self.exam.answers)} answered", "$text-muted"),
            )
        )

    def _draw_hint(self) -> None:
        parts = [(f"! {self._complaint}", "bold $warning") if self._complaint else (self._how, "")]
        if not self._handing_in:
            parts.append(("   esc:\u00a0end", "$text-muted"))
        if self._pane.more_below:
            parts.append(("   ▼ more below: ↓", "$text-muted"))
        self._hint.update(Content.assemble(*parts))
