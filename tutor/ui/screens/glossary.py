"""The glossary over whatever is on the screen: type a few letters, read what the word means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tutor.content.catalog import Catalog
from tutor.content.glossary import Entry, glossary, on_page, search
from tutor.content.model import Lesson, Page
from tutor.text import clean
from tutor.ui.widgets.keybar import KeyBar


def words_for(screen: Screen[Any], catalog: Catalog) -> GlossaryScreen:
    """The glossary as it opens over ``screen``: the words marked on the page that is read there come first.

    Over a window that covers another screen no lesson is offered: it could not be opened from there.
    """
    entries = glossary(catalog.pack)
    page = getattr(screen, "page_read", None)
    first = on_page(entries, page) if isinstance(page, Page) else []
    return GlossaryScreen(entries, [] if isinstance(screen, ModalScreen) else catalog.lessons, first)


class SearchInput(Input, inherit_bindings=False):
    """Where the word is typed; its cursor does not blink, and up and down belong to the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("backspace", "delete_left", "Delete", show=False, tooltip="Delete the last letter"),
        Binding("ctrl+u", "delete_left_all", "Clear", show=False, tooltip="Delete all letters"),
        Binding("left", "cursor_left", "Left", show=False, tooltip="Move the cursor"),
        Binding("right", "cursor_right", "Right", show=False, tooltip="Move the cursor"),
    ]


class GlossaryScreen(ModalScreen[str], inherit_bindings=False):
    """Dismissed with the id of a lesson to open, or with nothing. ``first`` are the words of a page."""

    CSS_PATH = "glossary.tcss"
    AUTO_FOCUS = "SearchInput"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Choose", key_display="↑↓", tooltip="Choose a word"),
        Binding("down", "move(1)", "Choose", show=False, tooltip="The next word"),
        Binding("pageup", "move(-8)", "Up", show=False, tooltip="Several words up"),
        Binding("pagedown", "move(8)", "Down", show=False, tooltip="Several words down"),
        Binding("enter", "lesson", "Its lesson", tooltip="Open the lesson that introduces the word"),
        Binding("escape", "close", "Close", tooltip="Back to where you were"),
        Binding("ctrl+q", "app.quit", "Quit"),
    ]

    def __init__(
        self, entries: Sequence[Entry], lessons: Sequence[Lesson], first: Sequence[Entry] = ()
    ) -> None:
        super().__init__()
        self._entries = entries
        self._titles = {lesson.id: lesson.title for lesson in lessons}
        self._first = list(first)
        self._shown: list[Entry] = []
        self._input = SearchInput(placeholder="type a few letters", compact=True, select_on_focus=False)
        self._input.cursor_blink = False  # a slow connection would carry every blink
        self._list = OptionList(id="words")
        self._list.can_focus = False
        self._meaning = Static(id="meaning")

    def compose(self) -> ComposeResult:
        """What is typed, the words that fit, what the chosen one means, the keys."""
        yield Static(
            Content.assemble(("Glossary  ", "bold $primary"), f"{len(self._entries)} words"),
            id="glossary-title",
        )
        yield self._input
        yield self._list
        yield self._meaning
        yield KeyBar()

    def on_mount(self) -> None:
        """The page's own words first."""
        self._fill("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list, unless more has been typed since."""
        if event.value == self._input.value:
            self._fill(event.value)

    def _fill(self, typed: str) -> None:
        rest = [entry for entry in self._entries if entry not in self._first]
        self._shown = search(self._entries, typed) if typed.strip() else [*self._first, *rest]
        marked = set() if typed.strip() else {entry.term for entry in self._first}
        self._list.clear_options()
        self._list.add_options(
            [
                Option(Content(clean(f"{'•' if entry.term in marked else ' '} {entry.term}")))
                for entry in self._shown
            ]
        )
        self._list.highlighted = 0 if self._shown else None
        self._tell()

    def _tell(self) -> None:
        chosen = self._list.highlighted
        if chosen is None:
            self._meaning.update(Content("No word of the glossary contains that."))
            return
        entry = self._shown[chosen]
        parts: list[tuple[str, str]] = [(clean(entry.term), "bold"), (f"  {clean(entry.meaning)}.", "")]
        if entry.lesson in self._titles:
            parts.append((f"  Lesson: {clean(self._titles[entry.lesson])} (enter)", "$text-muted"))
        self._meaning.update(Content.assemble(*parts))

    def action_move(self, by: int) -> None:
        """Choose another word."""
        if self._shown:
            self._list.highlighted = min(max((self._list.highlighted or 0) + by, 0), len(self._shown) - 1)
            self._tell()

    def action_lesson(self) -> None:
        """Go to the lesson of the chosen word."""
        chosen = self._list.highlighted
        lesson = self._shown[chosen].lesson if chosen is not None else ""
        if lesson in self._titles:
            self.dismiss(lesson)

    def action_close(self) -> None:
        """Nothing to open."""
        self.dismiss("")
