"""A quiz on the screen: question, answer, what was right and why, and the summary at the end."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor.content.questions import Chart, Gap, Predict, Question, Trace
from tutor.progress.store import Mode
from tutor.quiz.grading import Answer, Grade, kind_of
from tutor.quiz.posing import decided
from tutor.quiz.session import Answered, QuizSession
from tutor.ui.errands import Errands
from tutor.ui.messages import Experience, Explain
from tutor.ui.services import Services
from tutor.ui.widgets.answer_kinds import answer_for
from tutor.ui.widgets.answers import Complaint, Given, Rows
from tutor.ui.widgets.entry import Entry
from tutor.ui.widgets.missed import Missed, missed_of, summary_content
from tutor.ui.widgets.pane import Pane
from tutor.ui.widgets.quizkeys import BINDINGS, HOW
from tutor.ui.widgets.runchart import RunChart
from tutor.worker.protocol import AnyEvent, Busy, Failed, Reported, Worked

Draw = Callable[[random.Random], Sequence[tuple[str, Question]]]
"""Gives the questions of a quiz, with their lessons' ids; asked anew for each repetition."""

_POLL_SECONDS = 0.1
"""How often it is looked whether the training process has done what was asked."""


class QuizView(Vertical):
    """Asks, takes the answer, records it, explains; missed questions come again before the summary."""

    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    AGAIN = "the quiz once more"
    """What enter does after the last question."""

    def __init__(
        self,
        draw: Draw,
        mode: Mode,
        services: Services,
        before: Sequence[Answered] = (),
        *,
        id: str | None = None,
    ) -> None:
        """``before`` are the answers of a quiz that was cut, to go on from."""
        super().__init__(id=id)
        self._questions = draw
        self._mode = mode
        self._services = services
        self._rng = random.Random(services.seed)
        self._answer: Rows | Entry | None = None
        self._missed: list[Missed] = []
        self._errands = Errands(services.examiner)
        self._left_out = ""
        """Why the current question cannot be put; empty while it can."""
        self._expected: Answer | None = None
        """The prediction whose run is under way."""
        self._how = ""
        self._complaint = ""
        self._sure = True
        self._heading = Static(id="quiz-heading")
        self._prompt = Static(id="quiz-prompt")
        self._hints = Static(id="quiz-hints")
        self._explanation = Static(id="quiz-explanation")
        self._pane = Pane(self._prompt, self._hints, self._explanation, id="quiz-pane", can_focus=True)
        self._hint = Static(id="quiz-hint")
        self._begin()
        if before:
            self.session.resume(before)
        self._resumed = bool(self.session.answers)

    def compose(self) -> ComposeResult:
        """Where one is, the question, and a line that says how to answer."""
        yield self._heading
        yield self._pane
        yield self._hint

    async def on_mount(self) -> None:
        """Ask the first question."""
        self._waiting = self.set_interval(_POLL_SECONDS, self._take_in, pause=True)
        await self._ask()

    def focus(self, scroll_visible: bool = True) -> QuizView:
        """The answer takes the keys; after it, the text."""
        self._pane.can_focus = not self._asking
        (self._answer if self._asking and self._answer else self._pane).focus(scroll_visible)
        return self

    @property
    def _asking(self) -> bool:
        session = self.session
        open_ = not session.finished and session.grade is None and session.posed is not None
        return open_ and self._expected is None and not self._left_out

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys are on only where they mean something."""
        finished = self.session.finished
        answered = not finished and self.session.grade is not None
        if action == "next":
            return answered or bool(self._left_out)
        if action == "explain":
            return answered
        if action == "cancel":
            return self._expected is not None
        if action == "experience":
            return answered and bool(self.session.current.experiment)
        if action in ("hint", "hint_while_typing"):
            typing = not finished and isinstance(self.session.current, Gap)
            return self.session.hints_left > 0 and typing == (action == "hint_while_typing")
        if action == "doubt":
            return self._asking
        if action == "again":
            return finished
        if action == "missed":
            return finished and parameters[0] in range(1, len(self._missed) + 1)
        if action == "scroll":
            return finished or answered
        return True

    # ------------------------------------------------------------------ asking

    def _begin(self) -> None:
        questions = self._questions(self._rng)
        self._prompts = {(lesson, question.id): question for lesson, question in questions}
        self.session = QuizSession(questions, self._rng, time.monotonic)

    async def _ask(self) -> None:
        """Put the current question on the screen, or the summary after the last."""
        if self._answer is not None:
            await self._answer.remove()
            self._answer = None
        await self._pane.query(RunChart).remove()
        self._explanation.display = self._hints.display = False
        self._sure = True
        if self.session.finished:
            self._summarise()
        else:
            self._heading.update(self._where())
            self._prompt.update(Content(self.session.current.prompt))
            await self._put()
        self._pane.scroll_home(animate=False)
        self.focus()
        self.refresh_bindings()

    async def _put(self) -> None:
        """The question as it is put this time, or a request for what it leaves open."""
        session = self.session
        if session.posed is not None:
            self._prompt.update(Content(session.posed.prompt))
            self._answer = answer_for(session.posed, session.shown_options)
            if isinstance(session.current, Chart) and session.drawn is not None:
                chart = RunChart(session.current, session.drawn, colours=self._services.colours)
                await self._pane.mount(chart, after=self._prompt)
            await self._pane.mount(self._answer, after=self._hints)
            self._say(HOW[kind_of(session.current)])
        elif isinstance(session.current, Trace) and session.drawn is not None:
            self._errands.trace(session.current, session.drawn)
            self._waiting.resume()
            self._say("Drawing the numbers of this question ...")

    async def _take_in(self) -> None:
        """Look whether what was asked of the training process is done."""
        for event in self._errands.poll():
            await self._learn(event)

    async def _learn(self, event: AnyEvent) -> None:
        if self.session.finished or (self.session.posed is not None and self._expected is None):
            return
        match event:
            case Busy(text):
                self._say(text)
            case Reported():
                self._follow(event)
            case Worked(seed, question) if seed == self.session.drawn:
                self._waiting.pause()
                self.session.pose(question)
                await self._put()
                self.focus()
                self.refresh_bindings()
            case Failed(message, hint):
                self._give_up("; ".join(filter(None, (message, hint))))

    def _give_up(self, reason: str) -> None:
        """The question cannot be put, or not be decided: say why, and let the learner go on."""
        self._waiting.pause()
        self._expected, self._left_out = None, reason
        if self._answer is not None:
            self._answer.disabled = True
        self._say("This question has to be left out. enter: go on", reason)
        self.focus()
        self.refresh_bindings()

    # ------------------------------------------------------------------ predict the run

    def _train(self, question: Predict, expected: Answer) -> None:
        """Have the run decide; until it has, the answer stands."""
        lesson = next(one for one in self._services.catalog.lessons if one.id == self.session.current_lesson)
        experiment = next(one for one in lesson.experiments if one.id == question.experiment)
        self._expected = expected
        self._epochs = experiment.training.epochs
        self._errands.run(lesson.id, question, experiment)
        self._waiting.resume()
        if self._answer is not None:
            self._answer.can_focus = False
        self._say("Training ... x: stop, and choose again")
        self.focus()
        self.refresh_bindings()

    def _follow(self, event: Reported) -> None:
        """Show how far the run is; at its end grade the prediction."""
        report, question, expected = event.report, self.session.current, self._expected
        if not isinstance(question, Predict) or expected is None:
            return
        if report.result is None:
            done = report.quantities.get("epochs", 0.0)
            self._say(f"Training: {done:,.0f} of {self._epochs:,} epochs ... x: stop, and choose again")
        elif report.outcome is None:
            self._give_up("the run fits none of the answers, or several")
        else:
            self._waiting.pause()
            self._expected = None
            self.session.pose(decided(question, report.outcome, report.result))
            self._conclude(expected)

    async def action_cancel(self) -> None:
        """Stop the run and let the learner choose anew."""
        self._errands.cancel()
        self._waiting.pause()
        self._expected = None
        if self._answer is not None:
            await self._answer.remove()
        await self._put()
        self.focus()
        self.refresh_bindings()

    def _where(self) -> Content:
        asked, total = self.session.score.asked, self.session.progress.total
        if self.session.again:
            left = total - self.session.progress.done
            return Content.assemble(
                ("↻ Again", "bold $warning"), (f"  you missed this one; {left} to go", "$text-muted")
            )
        resumed = "  going on where you left off" if self._resumed else ""
        return Content.assemble(
            (f"Question {asked + 1} of {total}", "bold $primary"), (resumed, "$text-muted")
        )

    def on_given(self, event: Given) -> None:
        """Take the answer; a prediction waits for its run."""
        event.stop()
        if self._answer is None or not self._asking:
            return
        question = self.session.current
        if isinstance(question, Predict):
            self._train(question, event.answer)
        else:
            self._conclude(event.answer)

    def _conclude(self, answer: Answer) -> None:
        """Grade the answer, record it, show what was right."""
        if self._answer is None:
            return
        grade = self.session.answer(answer, sure=self._sure)
        self._resumed = False
        answered = self.session.answers[-1]
        self._services.writer.submit(lambda store: store.record_answer(answered, self._mode))
        self._answer.reveal(grade)
        self._answer.can_focus = False
        self._verdict(grade, answered)
        self.focus()
        self.refresh_bindings()

    def _verdict(self, grade: Grade, answered: Answered) -> None:
        sign, words, style = (
            ("✓", "Right", "bold $success") if grade.correct else ("✗", "Not right", "bold $error")
        )
        if not grade.correct and grade.score > 0:
            words = "Partly right"
        if self.session.hints and grade.score > 0:
            words += f", with hints it counts {grade.score:.0%}"
        asked, total = self.session.score.asked, self.session.progress.total
        where = "again" if self.session.again else f"question {asked} of {total}"
        if answered.sure_and_wrong:
            where += "; you were sure, so it comes back first"
        elif grade.correct and not answered.sure:
            where += "; you knew it, though you were not sure"
        self._heading.update(Content.assemble((f"{sign} {words}", style), (f"  {where}", "$text-muted")))
        self._explanation.update(Content.assemble(("Why: ", "bold $secondary"), grade.explanation))
        self._explanation.display = True
        self._say("")

    def action_hint(self) -> None:
        """Show the next hint above the answer."""
        self.session.hint()
        count = len(self.session.current.hints)
        lines = [
            Content.assemble((f"Hint {number} of {count}: ", "bold $secondary"), hint)
            for number, hint in enumerate(self.session.hints, start=1)
        ]
        self._hints.update(Content("\n").join(lines))
        self._hints.display = True
        self.refresh_bindings()

    def action_hint_while_typing(self) -> None:
        """The same, where letters belong to the answer."""
        self.action_hint()

    def on_complaint(self, event: Complaint) -> None:
        """Say what is wrong with the entry in place of how to answer."""
        event.stop()
        if self._asking:
            self._say(self._how, event.text)

    def _say(self, how: str, complaint: str = "") -> None:
        self._how, self._complaint = how, complaint
        self._draw_hint()

    def on_pane_moved(self) -> None:
        """Keep the hint true."""
        self._draw_hint()

    def _draw_hint(self) -> None:
        """The line below the question: how to answer, and whether more is hidden."""
        parts = [(f"! {self._complaint}", "bold $warning") if self._complaint else (self._how, "")]
        if self._asking and not self._sure:
            parts.append(("   ? not sure (tab)", "bold $warning"))
        elif self._asking and not self._complaint:
            parts.append(("   tab: not sure", "$text-muted"))
        if self._pane.more_below:
            parts.append(("   ▼ more below: " + ("↓" if self._asking else "space"), "$text-muted"))
        self._hint.update(Content.assemble(*parts))

    def action_doubt(self) -> None:
        """Say whether the answer to come is a guess."""
        self._sure = not self._sure
        self._draw_hint()

    # --------------------------------------------------------------- afterwards

    async def action_next(self) -> None:
        """The next question, or the summary."""
        if self._left_out:
            self._left_out = ""
            self.session.skip()
        else:
            self.session.advance()
        await self._ask()

    def action_explain(self) -> None:
        """Ask for the page behind the current question."""
        self.post_message(Explain(self.session.current_lesson, self.session.current.page))

    def action_experience(self) -> None:
        """Ask for the experiment that shows what is so."""
        self.post_message(Experience(self.session.current_lesson, self.session.current.experiment))

    def action_scroll(self, step: int) -> None:
        """A screenful down or up."""
        if step > 0:
            self._pane.page_down()
        else:
            self._pane.page_up()

    def _summarise(self) -> None:
        self._missed = missed_of(self.session, self._prompts)
        self._heading.update(Content.styled("The quiz is done", "bold $primary"))
        self._prompt.update(
            summary_content(self.session.score, self._missed, self._services.catalog.lessons, self.AGAIN)
        )
        self._say("")

    async def action_again(self) -> None:
        """Begin anew."""
        self._begin()
        await self._ask()

    def action_missed(self, number: int) -> None:
        """Ask for the page behind a missed question."""
        missed = self._missed[number - 1]
        self.post_message(Explain(missed.lesson, missed.question.page))
