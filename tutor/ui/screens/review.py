"""Review: the questions that are due, the most urgent first."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor.quiz.due import DAILY, Due, due_words, waiting_words
from tutor.ui.keys import COPY
from tutor.ui.messages import OpenQuiz
from tutor.ui.reviewing import look_up
from tutor.ui.screens.quiz import QuizScreen
from tutor.ui.services import Services
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.quiz import QuizView

UNREADABLE = "What is due cannot be looked up: the progress database cannot be read. See dltutor doctor."


class ReviewQuiz(QuizView):
    """A quiz whose end leads back to the question what else is due."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next", tooltip="The next question"),
        Binding("enter", "again", "More", tooltip="What else is due"),
    ]
    AGAIN = "what else is due"

    class More(Message):
        """The learner goes on after the last question."""

    async def action_again(self) -> None:
        """Let the screen look what else there is."""
        self.post_message(self.More())


class ReviewScreen(QuizScreen, inherit_bindings=False):
    """Looks up what is due, asks it, and says when the next question comes where there is nothing to ask."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quiz", "Quiz", tooltip="Questions from all the lessons you have read, mixed"),
        Binding("escape", "leave", "Leave", tooltip="Leave the review; your answers are saved"),
        COPY,
    ]
    HELP = (
        "Questions come back shortly before you are likely to forget them: the better you know one, the "
        "later. What you were sure of and had wrong comes first. Say with tab when you are not sure of an "
        "answer: then the question comes back sooner."
    )

    class Found(Message):
        """What is due is known; None when it cannot be."""

        def __init__(self, due: Due | None) -> None:
            super().__init__()
            self.due = due

    def __init__(self, services: Services, count: int | None = None) -> None:
        super().__init__((), services, count or DAILY)
        self._title = Static(id="quiz-title")
        self._said = Static(id="nothing")

    def compose(self) -> ComposeResult:
        """Title, what there is to say or to ask, the keys."""
        yield self._title
        yield Banner(self._services)
        yield self._said
        yield KeyBar()

    def on_mount(self) -> None:
        """Look what is due."""
        self._look_up()

    def _look_up(self) -> None:
        self._show_title("")
        self._said.update("Looking up what is due ...")
        self._said.display = True
        self.run_worker(lambda: self.post_message(self.Found(look_up(self._services))), thread=True)

    def _show_title(self, words: str) -> None:
        self._title.update(Content.assemble(("Review  ", "bold $primary"), words))

    async def on_review_screen_found(self, event: Found) -> None:
        """Ask, or say when there will be something to ask."""
        due = event.due
        if due is None or not due.questions:
            said = UNREADABLE if due is None else waiting_words(due.next_at, self._services.now().timestamp())
            self._said.update(
                Content(f"{said}\n\nq: a quiz over all the lessons you have read    esc: leave")
            )
            self.refresh_bindings()
            return
        self._show_title(due_words(len(due.questions), self._count))
        self._said.display = False
        asked = due.questions[: self._count]
        await self.mount(
            ReviewQuiz(lambda _rng: asked, "review", self._services, id="quiz"), after=self._said
        )
        self.refresh_bindings()

    async def on_review_quiz_more(self) -> None:
        """Look again."""
        await self.query_one(ReviewQuiz).remove()
        self._look_up()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Quiz mode is offered where nothing is being asked."""
        return action != "quiz" or not self.query(ReviewQuiz)

    def action_quiz(self) -> None:
        """Quiz mode instead."""
        self.post_message(OpenQuiz())
