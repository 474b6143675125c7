"""The first line of a lesson: which lesson, which part, which page."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.widget import Widget

from tutor.content.model import Lesson
from tutor.ui.messages import Part
from tutor.ui.places import parts_of
from tutor.ui.reading import Sheet

_NAMES: dict[Part, str] = {"read": "r Read", "lab": "l Lab", "quiz": "q Quiz"}


class PartTabs(Widget):
    """``1 The perceptron   [r Read]  l Lab   q Quiz   page 3 of 9``; the letters are the keys."""

    DEFAULT_CSS = """
    PartTabs { dock: top; height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """
    ALLOW_SELECT = False

    def __init__(self, lesson: Lesson) -> None:
        super().__init__()
        self._lesson = lesson
        self._parts = parts_of(lesson)
        self._part: Part = "read"
        self._page = ""

    def show(self, part: Part) -> None:
        """Mark the open part."""
        self._part = part
        self.refresh()

    def turn(self, sheet: Sheet) -> None:
        """Say which page is open."""
        self._page = f"page {sheet.number} of {len(self._lesson.pages)}" if sheet.number else ""
        self.refresh()

    def render(self) -> Content:
        """The title gives way where the line is short."""
        tabs: list[tuple[str, str]] = []
        for part in self._parts:
            here = part == self._part
            name = _NAMES[part]
            tabs.append((f"[{name}]", "bold reverse") if here else (f" {name} ", "$accent"))
        page = self._page if self._part == "read" else ""
        right = Content.assemble(*tabs, (f"{page:>15}", "$text-muted"))
        room = self.content_size.width - right.cell_length - 2
        title = Content.styled(f"{self._lesson.number} {self._lesson.title}", "bold")
        title = title.truncate(room, ellipsis=True, pad=True) if room > 0 else Content("")
        return Content.assemble(title, "  ", right)

    async def on_click(self, event: Click) -> None:
        """A click on a part opens it."""
        column = event.x - (self.size.width - 1 - 15 - sum(len(_NAMES[part]) + 2 for part in self._parts))
        for part in self._parts:
            width = len(_NAMES[part]) + 2
            if 0 <= column < width:
                await self.run_action(f"screen.part('{part}')")
                return
            column -= width
