"""A lesson: its three parts Read, Lab and Quiz, and a line that says which one is open."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from tutor.content.model import Lesson, Page
from tutor.errors import StoreError
from tutor.ui.keys import COPY
from tutor.ui.messages import Experience, Explain, LeaveScreen, Part
from tutor.ui.places import leave, parts_of, remember
from tutor.ui.services import Services
from tutor.ui.standing import read_before
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.page import ReadView
from tutor.ui.widgets.tabs import PartTabs

if TYPE_CHECKING:
    import random

    from tutor.content.questions import Question
    from tutor.quiz.session import Answered
    from tutor.ui.lab.view import LabView


class LessonScreen(Screen[None], inherit_bindings=False):
    """Shows one part at a time and remembers the place. The parts live on while another one is shown."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["lesson.tcss", "../widgets/quiz.tcss"]
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "part('read')", "Read", show=False, tooltip="Read the lesson"),
        Binding("l", "part('lab')", "Lab", show=False, tooltip="Train networks live"),
        Binding("q", "part('quiz')", "Quiz", show=False, tooltip="Answer questions on the lesson"),
        Binding("m", "notes", "Notes", tooltip="Your notes on this lesson"),
        Binding("escape", "leave", "Leave", tooltip="Leave the lesson; it opens again where you left it"),
        COPY,
    ]
    HELP = "Read it (r), try it in the lab (l), check yourself (q), take notes (m)."

    def __init__(self, lesson: Lesson, services: Services, part: Part = "read", page: str = "") -> None:
        super().__init__()
        self.lesson = lesson
        self.part: Part = part if part in parts_of(lesson) else "read"
        self._services = services
        self._page = page if self.part == "read" else ""
        self._experiment = page if self.part == "lab" else ""
        self._quizzed = False
        self._tabs = PartTabs(lesson)
        self._switcher = ContentSwitcher(id="parts")

    def compose(self) -> ComposeResult:
        """Tabs above, keys below, the open part between."""
        yield self._tabs
        yield Banner(self._services)
        yield self._switcher
        yield KeyBar()

    async def on_mount(self) -> None:
        """Open the part asked for."""
        await self.open(self.part, self._page)

    async def open(self, part: Part, page: str = "") -> None:
        """Show ``part``; a part is made when it is first opened, so that the lesson opens quickly."""
        if not self._switcher.is_attached:
            return  # the lesson was left again before it stood
        self.part = part
        view: Widget
        if self._switcher.query(f"#{part}"):
            view = self._switcher.get_child_by_id(part)
            if page and part != "quiz":
                view.open(page)  # type: ignore[attr-defined]
        else:
            view = self._make(part, page)
            await self._switcher.add_content(view, id=part)
        self._switcher.current = part
        self._tabs.show(part)
        view.focus()
        self._remember()
        self.refresh_bindings()

    @property
    def page_read(self) -> Page | None:
        """The page that is on the screen; None in the other parts, and on what the head adds."""
        if self.part != "read":
            return None
        return next((page for page in self.lesson.pages if page.id == self._page), None)

    def _make(self, part: Part, page: str) -> Widget:
        # The two imports wait for their first use: reading needs neither the quiz nor the charts.
        if part == "read":
            before = read_before(self.lesson, self._services.catalog.lessons)
            return ReadView(self.lesson, page, before, id="read")
        if part == "lab":
            from tutor.ui.lab.view import LabView

            return LabView(self.lesson, self._services, page or self._experiment, id="lab")
        from tutor.ui.widgets.quiz import QuizView

        return QuizView(self._draw_questions, "lesson", self._services, self._answers_before(), id="quiz")

    def _draw_questions(self, rng: random.Random) -> list[tuple[str, Question]]:
        """In the lesson's order the first time, then in another one each time."""
        questions = [(self.lesson.id, question) for question in self.lesson.questions]
        if self._quizzed:
            rng.shuffle(questions)
        self._quizzed = True
        return questions

    def _answers_before(self) -> list[Answered]:
        """Those of a quiz that was cut. Notes on the way whether there ever was one."""
        from tutor.quiz.resume import unfinished

        try:
            latest = self._services.store.latest_quiz(self.lesson.id)
        except StoreError:
            return []
        self._quizzed = bool(latest)
        return unfinished(self.lesson, latest, self._services.now().timestamp())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A part that the lesson does not have has no key."""
        return action != "part" or parameters[0] in parts_of(self.lesson)

    async def action_part(self, part: Part) -> None:
        """Go to another part."""
        if part != self.part:
            await self.open(part)

    def action_notes(self) -> None:
        """Put the learner's notes on top."""
        from tutor.ui.screens.notes import NotesScreen

        try:
            written = self._services.store.notes().get(self.lesson.id)
        except StoreError as error:  # an empty page would be saved over what cannot be read now
            self.notify(f"{error.message}; {error.hint}", severity="error", markup=False)
            return
        self.app.push_screen(NotesScreen(self.lesson, self._services, written.text if written else ""))

    def action_leave(self) -> None:
        """Back to where the lesson was opened from."""
        self._services.writer.submit(leave)
        self.post_message(LeaveScreen())

    def on_read_view_turned(self, event: ReadView.Turned) -> None:
        """Say where the learner is, and keep it."""
        self._tabs.turn(event.sheet)
        lesson, self._page = self.lesson.id, event.sheet.id
        page = self._page
        if event.sheet.number:
            self._services.writer.submit(lambda store: store.mark_page(lesson, page))
        self._remember()

    def on_lab_view_chose(self, event: LabView.Chose) -> None:
        """Keep the experiment, to open it again."""
        self._experiment = event.experiment
        self._remember()

    async def on_explain(self, event: Explain) -> None:
        """The page that explains a question is in this lesson."""
        event.stop()
        await self.open("read", event.page)

    async def on_experience(self, event: Experience) -> None:
        """The experiment that answers a question is in this lesson."""
        event.stop()
        await self.open("lab", event.experiment)

    def _remember(self) -> None:
        lesson, part = self.lesson.id, self.part
        page = {"read": self._page, "lab": self._experiment, "quiz": ""}[part]
        self._services.writer.submit(lambda store: remember(store, lesson, part, page))
