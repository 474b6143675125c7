"""Reading: one page of a lesson on the screen at a time."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import Static

from tutor.content.model import Lesson
from tutor.content.page import PAGE_WIDTH
from tutor.ui.messages import Part
from tutor.ui.places import parts_of
from tutor.ui.reading import Sheet, sheets
from tutor.ui.styled import page_content
from tutor.ui.widgets.pane import Pane

_ONWARD: dict[Part, tuple[str, str]] = {
    "lab": ("l: try it in the lab", "l: lab"), "quiz": ("q: take the quiz", "q: quiz"),
}  # fmt: skip
"""What to do after the last page, in full and in short."""


class ReadView(Vertical):
    """A lesson's sheets; space goes on like in a pager: first down the page, then to the next one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,pagedown", "onward", "Next", tooltip="The rest of this page, then the next page"),
        Binding("right,n", "turn(1)", "Next page", show=False, tooltip="The next page"),
        Binding("left,p", "turn(-1)", "Previous", tooltip="The page before"),
        Binding("pageup", "back", "Previous", show=False, tooltip="Up this page, then the page before"),
        Binding("g", "app.glossary", "Words", tooltip="What the words on this page mean, and all others"),
    ]

    class Turned(Message):
        """Another sheet is on the screen."""

        def __init__(self, sheet: Sheet) -> None:
            super().__init__()
            self.sheet = sheet

    def __init__(self, lesson: Lesson, page: str = "", before: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lesson = lesson
        self.sheets = sheets(lesson, before)
        self.at = self._index(page)
        self._title = Static(id="page-title")
        self._body = Static(id="page-body")
        self._pane = Pane(self._body, id="page-pane", can_focus=True)
        self._status = Static(id="page-status")

    def compose(self) -> ComposeResult:
        """Title, text, and a line that says where one is."""
        yield self._title
        yield self._pane
        yield self._status

    @property
    def sheet(self) -> Sheet:
        """The sheet on the screen."""
        return self.sheets[self.at]

    def on_mount(self) -> None:
        """Show the first sheet."""
        self._draw()
        self.post_message(self.Turned(self.sheet))

    def on_resize(self, event: Resize) -> None:
        """Set the text anew for another width."""
        self._draw()

    def focus(self, scroll_visible: bool = True) -> ReadView:
        """The text takes the keys."""
        self._pane.focus(scroll_visible)
        return self

    def open(self, page: str) -> None:
        """Show the sheet with this id; the first one if there is none."""
        self._go(self._index(page))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key leads beyond the first and the last sheet."""
        last = self.at == len(self.sheets) - 1
        if action == "turn":
            return self.at > 0 if parameters[0] == -1 else not last
        if action == "onward":
            return self._pane.more_below or not last
        return True

    def action_onward(self) -> None:
        """A screenful down, or the next sheet."""
        if not self._pane.page_down():
            self.action_turn(1)

    def action_back(self) -> None:
        """A screenful up, or the sheet before."""
        if not self._pane.page_up():
            self.action_turn(-1)

    def action_turn(self, step: int) -> None:
        """So many sheets on; nothing beyond the ends."""
        if 0 <= self.at + step < len(self.sheets):
            self._go(self.at + step)

    def _index(self, page: str) -> int:
        return next((number for number, sheet in enumerate(self.sheets) if sheet.id == page), 0)

    def _go(self, number: int) -> None:
        self.at = number
        self._draw()
        self._pane.scroll_home(animate=False)
        self.post_message(self.Turned(self.sheet))

    def _draw(self) -> None:
        width = min(PAGE_WIDTH, self.size.width - 4) if self.size.width else PAGE_WIDTH
        self._title.update(Content(self.sheet.title))
        self._body.update(page_content(self.sheet.lines(max(width, 20))))
        self._draw_status()

    def on_pane_moved(self) -> None:
        """Keep the hint true."""
        self._draw_status()

    def _draw_status(self) -> None:
        dots = "".join(_dot(sheet, number == self.at) for number, sheet in enumerate(self.sheets))
        self.refresh_bindings()
        room = self._status.content_size.width - len(dots) - 3
        hints = self._hints()
        hint = next((hint for hint in hints if len(hint) <= room), hints[-1])
        self._status.update(Content.assemble((dots, "$primary"), ("   " + hint, "$text-muted")))

    def _hints(self) -> list[str]:
        """What to do next, the fullest wording first."""
        if self._pane.more_below:
            return ["▼ more below: space"]
        parts = [_ONWARD[part] for part in parts_of(self.lesson) if part in _ONWARD]
        full, short = ("   ".join(words) for words in zip(*parts, strict=True)) if parts else ("", "")
        if self.at == len(self.sheets) - 1:
            return [f"the end.  {full}", f"the end.  {short}", short]
        if self.sheet.number == len(self.lesson.pages):
            more = f"space: {self.sheets[self.at + 1].title.partition(' (')[0].lower()}"
            return [f"last page.  {full}   {more}", f"last page.  {short}   {more}", short]
        return [""]


def _dot(sheet: Sheet, here: bool) -> str:
    """Filled where one is; small for what is not a page of the lesson proper."""
    if sheet.number:
        return "●" if here else "○"
    return "◆" if here else "·"
