"""The learner's notes on one lesson: a page to write on, saved by itself."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Paste
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from tutor.content.model import Lesson
from tutor.progress.store import MAX_NOTE
from tutor.text import clean
from tutor.ui.keys import GLOSSARY
from tutor.ui.services import Services
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.keybar import KeyBar

if TYPE_CHECKING:
    from textual._types import WatchCallbackType
    from textual.dom import DOMNode

SAVE_EVERY = 3.0
"""Seconds: what is typed waits no longer than that for the disk."""
LOOK_EVERY = 0.5
"""Seconds between two looks at whether it has reached the disk."""


class NotePage(TextArea):
    """A text field that lets nothing in that could steer the terminal, and is forgotten once it is closed."""

    def watch(
        self, obj: DOMNode, attribute_name: str, callback: WatchCallbackType, init: bool = True
    ) -> None:
        """Watch nothing of the app: it would keep each page for good, for a theme that never changes."""
        if obj is not self.app:
            super().watch(obj, attribute_name, callback, init=init)

    def on_paste(self, event: Paste) -> None:
        """What is pasted comes from anywhere."""
        event.text = clean(event.text)


class NotesScreen(ModalScreen[None], inherit_bindings=False):
    """Saved every few seconds, when left, and when the program ends; the lab goes on training beneath."""

    CSS_PATH = "notes.tcss"
    AUTO_FOCUS = "NotePage"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", tooltip="Close the notes; they are saved"),
        GLOSSARY,
        Binding("f2", "app.keep", show=False, tooltip="Save your progress to a file"),
        Binding("ctrl+q", "app.quit", "Quit"),
    ]

    def __init__(self, lesson: Lesson, services: Services, written: str) -> None:
        super().__init__()
        self._lesson = lesson
        self._services = services
        self._page = NotePage(soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        self._page.cursor_blink = False  # a slow connection would carry every blink
        self._saved = written
        """The text that was handed to the writer last."""
        self._kept: Future[None] | None = None
        """Done once it is in the database."""
        self._said = ""
        self._status = Static(id="note-status")

    def compose(self) -> ComposeResult:
        """Title, the page, how it is saved, keys."""
        yield Static(Content.assemble(("Notes  ", "bold $primary"), self._lesson.title), id="note-title")
        yield Banner(self._services)
        yield self._page
        yield self._status
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what there is, ready to go on at its end."""
        self._page.load_text(self._saved)
        self._page.move_cursor(self._page.document.end)
        self.set_interval(SAVE_EVERY, self._save)
        self.set_interval(LOOK_EVERY, self._tell)
        self._tell()

    def on_text_area_changed(self) -> None:
        """Say that this is not saved yet."""
        self._tell()

    def on_unmount(self) -> None:
        """Save what was typed last."""
        with suppress(RuntimeError):  # the program was ended from outside, and its writer with it
            self._save()

    def _save(self) -> None:
        lesson, text = self._lesson.id, self._page.text
        if text != self._saved:
            self._saved = text
            self._kept = self._services.writer.submit(lambda store: store.write_note(lesson, text))
            self._tell()

    def _tell(self) -> None:
        """How the text stands on the disk, in a word."""
        text = self._page.text
        over = len(text.encode()) - MAX_NOTE
        if over > 0:
            said = f"! Too long by {over:,} bytes: only what comes before them is kept."
        elif text != self._saved:
            said = "Typing ..."
        elif self._services.at_risk:
            said = "Kept in memory only: f2 saves it to a file."
        elif self._kept is not None and not self._kept.done():
            said = "Saving ..."
        else:
            said = "Saved." if text.strip() else "Nothing written yet. It is saved by itself as you type."
        if self._status.is_attached and said != self._said:
            self._said = said
            self._status.update(Content(said))
