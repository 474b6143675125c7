"""The app: it puts screens on each other and does what their messages ask."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import Screen

from tutor.content.model import Lesson
from tutor.errors import StoreError
from tutor.ui.keys import keys_of
from tutor.ui.messages import OpenCase, OpenClinic, Opening, OpenLesson, OpenQuiz
from tutor.ui.places import place_in
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.small import SmallScreen, too_small
from tutor.ui.services import Services
from tutor.ui.themes import CALM


class TutorApp(App[None]):
    """Home lies beneath everything; ``start`` is opened on top of it."""

    TITLE = "dltutor"
    CSS_PATH = "screens/home.tcss"  # Textual does not load the style sheet of an app's first screen
    ENABLE_COMMAND_PALETTE = False  # its commands write files and change what the learner did not ask for
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", tooltip="This help"),
        Binding("ctrl+q", "quit", "Quit", tooltip="Close dltutor; everything is saved", priority=True),
    ]

    def __init__(self, services: Services, start: Opening | None = None) -> None:
        super().__init__()
        self.animation_level = "none"  # a slow connection would carry every frame
        self.register_theme(CALM)
        self.theme = CALM.name
        self.failure: tuple[BaseException | None, str] | None = None
        self._services = services
        self._start = start

    def get_default_screen(self) -> Screen[None]:
        """Home."""
        return HomeScreen(self._services)

    async def on_mount(self) -> None:
        """Open what was asked for; start the training process behind the first paint."""
        match self._start:
            case OpenLesson():
                await self.on_open_lesson(self._start)
            case OpenQuiz():
                await self.on_open_quiz(self._start)
            case OpenClinic():
                await self.on_open_clinic()
            case OpenCase():
                await self.on_open_case(self._start)
        self.call_after_refresh(self._services.worker.start)

    def on_resize(self, event: Resize) -> None:
        """Cover the app while the terminal is too small for it."""
        covered = isinstance(self.screen, SmallScreen)
        if too_small(event.size) and not covered:
            self.push_screen(SmallScreen())
        elif covered and not too_small(event.size):
            self.pop_screen()

    async def on_open_lesson(self, message: OpenLesson) -> None:
        """Put a lesson on top."""
        from tutor.ui.screens.lesson import LessonScreen  # at its first use: Home opens quicker

        lesson = self._services.catalog.find(message.lesson)
        part, page = (message.part, message.page) if message.part else place_in(lesson, self._services.store)
        await self.push_screen(LessonScreen(lesson, self._services, part, page))

    async def on_open_quiz(self, message: OpenQuiz) -> None:
        """Put quiz mode on top."""
        from tutor.ui.screens.quiz import QuizScreen

        try:
            lessons = self._to_ask(message.lessons)
        except StoreError as error:
            self.notify(f"{error.message}; {error.hint}", severity="error", markup=False)
            return
        await self.push_screen(QuizScreen(lessons, self._services, message.count))

    async def on_open_clinic(self) -> None:
        """Put the list of sick runs on top."""
        from tutor.ui.screens.clinic import ClinicScreen

        await self.push_screen(ClinicScreen(self._services))

    async def on_open_case(self, message: OpenCase) -> None:
        """Put a sick run on top."""
        from tutor.ui.screens.case import CaseScreen

        await self.push_screen(CaseScreen(message.case, self._services))

    def _to_ask(self, named: Sequence[str]) -> list[Lesson]:
        catalog = self._services.catalog
        if named:
            return [catalog.find(name) for name in named]
        states = self._services.store.lesson_states(catalog.lessons)
        return [lesson for lesson in catalog.lessons if states[lesson.id].read]

    def on_leave_screen(self) -> None:
        """Take the top screen off."""
        if len(self.screen_stack) > 1:
            self.pop_screen()

    async def action_help(self) -> None:
        """Explain the present screen and its keys."""
        from tutor.ui.screens.help import HelpScreen

        about = getattr(self.screen, "HELP", "")
        await self.push_screen(HelpScreen(about, keys_of(self.screen.active_bindings.values())))

    def leave(self) -> None:
        """Exit; may be called from any thread, and from a signal handler."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self.exit)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Open nothing: the browser would run on the machine that the learner is logged in to."""

    def _fatal_error(self) -> None:
        # Textual would print the traceback with all local values; the learner gets one line (see `run`).
        self.failure = self._exception, traceback.format_exc()
        self._close_messages_no_wait()
