"""The story in years: a line of milestones, each of which opens its lesson."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.content.pack import Milestone
from tutor.text import clean
from tutor.ui.keys import COPY
from tutor.ui.messages import LeaveScreen, OpenLesson
from tutor.ui.services import Services
from tutor.ui.widgets.keybar import KeyBar


class YearList(OptionList, inherit_bindings=False):
    """The milestones; the reversed row is the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Its lesson", tooltip="Open the lesson that tells of it"),
        Binding("up", "cursor_up", "Choose", key_display="↑↓", tooltip="Choose a milestone"),
        Binding("down", "cursor_down", "Down", show=False, tooltip="The next milestone"),
        Binding("home", "first", "First", show=False, tooltip="The first milestone"),
        Binding("end", "last", "Last", show=False, tooltip="The last milestone"),
        Binding("pageup", "page_up", "Up", show=False, tooltip="A screenful up"),
        Binding("pagedown", "page_down", "Down", show=False, tooltip="A screenful down"),
    ]


class TimelineScreen(Screen[None], inherit_bindings=False):
    """1943 to today."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["timeline.tcss"]
    AUTO_FOCUS = "YearList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Home", tooltip="Back to the lessons"),
        COPY,
    ]
    HELP = "The history of neural networks in years. enter opens the lesson that tells of a milestone."

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._milestones = services.catalog.timeline
        self._titles = {lesson.id: lesson.title for lesson in services.catalog.lessons}
        self._list = YearList(id="years")
        self._text = Static(id="milestone")

    def compose(self) -> ComposeResult:
        """Title, the years, the chosen one's story, the keys."""
        yield Static(
            Content.assemble(("Timeline  ", "bold $primary"), "how it came about"), id="timeline-title"
        )
        yield self._list
        yield self._text
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the years."""
        last = None
        for milestone in self._milestones:
            self._list.add_option(Option(self._row(milestone, last)))
            last = milestone.year
        self._list.highlighted = 0 if self._milestones else None

    def _row(self, milestone: Milestone, last: int | None) -> Content:
        """A year on its line; a longer stretch of the line where more than five years went by."""
        year = f"{milestone.year}" if milestone.year != last else "    "
        mark = "●" if milestone.lesson in self._titles else "○"
        gap = "┆" if last is not None and milestone.year - last > 5 else "│"
        return Content.assemble((f"{year} {gap}", "$text-muted"), f"{mark} {clean(milestone.title)}")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell of it."""
        milestone = self._milestones[event.option_index]
        parts: list[tuple[str, str]] = [
            (f"{milestone.year}  {clean(milestone.title)}. ", "bold"),
            (clean(milestone.text), ""),
        ]
        if milestone.lesson in self._titles:
            parts.append((f"  Lesson: {clean(self._titles[milestone.lesson])} (enter)", "$text-muted"))
        self._text.update(Content.assemble(*parts))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open its lesson."""
        lesson = self._milestones[event.option_index].lesson
        if lesson in self._titles:
            self.post_message(OpenLesson(lesson))
        else:
            self.notify("No lesson tells of this yet.", markup=False)

    def action_leave(self) -> None:
        """Home."""
        self.post_message(LeaveScreen())
