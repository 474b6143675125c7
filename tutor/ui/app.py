"""The app: it puts screens on each other and does what their messages ask."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.events import Event, Key, MouseDown, Paste, Resize
from textual.screen import Screen
from textual.widget import MountError

from tutor import paths
from tutor.errors import StoreError
from tutor.ui.closed import ClosedApp
from tutor.ui.colours import bound_memories
from tutor.ui.driver import TutorDriver
from tutor.ui.inturn import KeysInTurn
from tutor.ui.keys import GLOSSARY, QUIT, keys_of
from tutor.ui.messages import Opening, OpenLesson
from tutor.ui.openings import screen_for
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.small import SmallScreen, too_small
from tutor.ui.services import Services
from tutor.ui.themes import CALM

if TYPE_CHECKING:
    from tutor.ui.screens.keep import Kept


class TutorApp(KeysInTurn, ClosedApp):
    """Home lies beneath everything; ``start`` is opened on top of it."""

    TITLE = "dltutor"
    CSS_PATH = "screens/home.tcss"  # Textual does not load the style sheet of an app's first screen
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", tooltip="This help"),
        GLOSSARY,
        Binding("f2", "keep", "Keep", show=False, tooltip="Save your progress to a file"),
        Binding(QUIT, "quit", "Quit", tooltip="Close dltutor; everything is saved", priority=True),
    ]

    def __init__(self, services: Services, start: Opening | None = None) -> None:
        bound_memories()
        super().__init__(driver_class=TutorDriver)
        self.animation_level = "none"  # a slow connection would carry every frame
        self.register_theme(CALM)
        self.theme = CALM.name
        self.failure: tuple[BaseException | None, str] | None = None
        self._services = services
        self._start = start
        self.kept: Kept | None = None
        """The file to which the learner had the progress written, that the database did not take."""
        self.forsaken = False
        """Whether the learner chose to leave without such a file."""

    def get_default_screen(self) -> Screen[None]:
        """Home."""
        return HomeScreen(self._services)

    async def on_mount(self) -> None:
        """Open what was asked for.

        The training process takes three times the app's memory, so it waits for the first lab; but if its
        kernels have yet to be compiled, that is done while the learner reads.
        """
        if self._start is not None:
            await self.open(self._start)
        if not paths.has_kernels():
            self.call_after_refresh(self._services.worker.start)

    async def on_event(self, event: Event) -> None:
        """Note that somebody is there. A key that was asked for to go on with training does nothing else."""
        fresh = isinstance(event, Key | MouseDown | Paste) and not event.is_forwarded
        if fresh and self._services.attendance.note() and getattr(event, "key", "") != QUIT:
            event.stop()
            return
        await super().on_event(event)

    def on_resize(self, event: Resize) -> None:
        """Cover the app while the terminal is too small for it."""
        covered = isinstance(self.screen, SmallScreen)
        if too_small(event.size) and not covered:
            self.push_screen(SmallScreen())
        elif covered and not too_small(event.size):
            self.pop_screen()

    @on(Opening)
    async def open(self, message: Opening) -> None:
        """Put a screen on top."""
        try:
            await self.push_screen(screen_for(message, self._services))
        except StoreError as error:
            self.notify(f"{error.message}; {error.hint}", severity="error", markup=False)

    def on_leave_screen(self) -> None:
        """Take the top screen off."""
        if len(self.screen_stack) > 1:
            self.pop_screen()

    async def action_help(self) -> None:
        """Explain the present screen and its keys."""
        from tutor.ui.screens.help import HelpScreen

        about = getattr(self.screen, "HELP", "")
        await self.push_screen(HelpScreen(about, keys_of(self.screen.active_bindings.values())))

    async def action_glossary(self) -> None:
        """Look up a word; the ones on the page that is being read come first."""
        from tutor.ui.screens.glossary import GlossaryScreen, words_for

        if not isinstance(self.screen, GlossaryScreen):
            await self.push_screen(words_for(self.screen, self._services.catalog), self._go_to)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A file is offered while the database does not take everything."""
        return self._services.at_risk if action == "keep" else super().check_action(action, parameters)

    async def action_keep(self) -> None:
        """Ask where to save the progress that the database does not take."""
        await self._ask_where(leaving=False)

    async def action_quit(self) -> None:
        """Leave; if something would be lost, offer first to save it to a file."""
        from tutor.ui.screens.keep import KeepScreen

        screen = self.screen
        if isinstance(screen, KeepScreen):
            self.kept = screen.written or self.kept  # it may be about to say so
            self.forsaken = screen.written is None and screen.was_seen
            if screen.written or screen.was_seen:
                self.exit()
            else:
                screen.wait_for_a_glance()
        elif isinstance(screen, SmallScreen) or not self.would_lose:
            self.exit()
        else:
            await self._ask_where(leaving=True)

    async def _ask_where(self, *, leaving: bool) -> None:
        from tutor.ui.screens.keep import KeepScreen

        def kept(kept: Kept | None) -> None:
            self.kept = kept or self.kept
            if kept and leaving:
                self.exit()

        await self.push_screen(KeepScreen(self._services), kept)

    @property
    def would_lose(self) -> bool:
        """Whether there is progress that is neither in the database nor in a file."""
        return self._services.at_stake not in (None, self.kept.stake if self.kept else None)

    async def _go_to(self, lesson: str | None) -> None:
        """Open a lesson that a word led to, instead of whatever is open: two labs cannot share a training."""
        if lesson:
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            await self.open(OpenLesson(lesson))

    @property
    def leaving(self) -> bool:
        """Whether it was told to exit, or broke."""
        return self._exit or self.failure is not None

    def leave(self) -> None:
        """Exit; may be called from any thread, and from a signal handler."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self.exit)

    def _handle_exception(self, error: Exception) -> None:
        if self._exit and isinstance(error, NoMatches | MountError):
            return  # a screen that was still being built when the learner left
        # Textual would print the traceback with all local values; the learner gets one line (see `run`).
        if self.failure is None:  # what breaks after it is seldom the cause
            self.failure = error, "".join(traceback.format_exception(error))
            self._exception = error  # for Textual's own tests of what went wrong
            self._exception_event.set()
        self._return_code = 1
        self._close_messages_no_wait()
