"""The clinic: the list of sick runs, and how far the learner is with each."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.content.pack import Case
from tutor.errors import StoreError
from tutor.ui.clinic.patient import standing_of
from tutor.ui.keys import COPY
from tutor.ui.messages import LeaveScreen, OpenCase
from tutor.ui.services import Services
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.keybar import KeyBar

ABOUT = (
    "Each of these networks trains badly, and each has one reason for it. Watch it, look at the panels, "
    "name the illness, then turn the knobs until the run reaches its target."
)


class CaseList(OptionList, inherit_bindings=False):
    """The cases; the reversed row is the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", tooltip="Open the case"),
        Binding("up", "cursor_up", "Choose", key_display="↑↓", tooltip="Choose a case"),
        Binding("down", "cursor_down", "Down", show=False, tooltip="The next case"),
        Binding("home", "first", "First", show=False, tooltip="The first case"),
        Binding("end", "last", "Last", show=False, tooltip="The last case"),
        Binding("pageup", "page_up", "Up", show=False, tooltip="A screenful up"),
        Binding("pagedown", "page_down", "Down", show=False, tooltip="A screenful down"),
    ]


class ClinicScreen(Screen[None], inherit_bindings=False):
    """The waiting room."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["clinic.tcss"]
    AUTO_FOCUS = "CaseList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Home", tooltip="Back to the lessons"),
        COPY,
    ]
    HELP = ABOUT

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._cases = services.catalog.clinic
        self._list = CaseList(id="cases")
        self._about = Static(id="case-about")

    def compose(self) -> ComposeResult:
        """Title, what this is, the cases, the complaint of the chosen one, the keys."""
        yield Static(
            Content.assemble(("Clinic  ", "bold $primary"), "runs that went wrong"), id="clinic-title"
        )
        yield Banner(self._services)
        yield Static(Content(ABOUT), id="clinic-about")
        yield self._list
        yield self._about
        yield KeyBar()

    def on_screen_resume(self) -> None:
        """Read the standings anew, behind everything that is still being written."""
        self._services.writer.submit(lambda _store: self.app.call_later(self._fill))
        self._fill()

    def _fill(self) -> None:
        chosen = self._list.highlighted
        self._list.clear_options()
        self._list.add_options([Option(self._row(case), id=case.id) for case in self._cases])
        self._list.highlighted = chosen if chosen is not None else 0 if self._cases else None

    def _row(self, case: Case) -> Content:
        try:
            words = standing_of(self._services.store, case.id)
        except StoreError:
            words = ""
        mark = "✓" if words == "cured" else " "
        return Content(f"{mark} {self._cases.index(case) + 1:>2}  {case.title:<34}  {words}")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say what its owner says."""
        case = self._cases[event.option_index]
        self._about.update(Content.assemble((f"{case.title}  ", "bold"), f"“{case.complaint}”"))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open it."""
        self.post_message(OpenCase(self._cases[event.option_index].id))

    def action_leave(self) -> None:
        """Home."""
        self.post_message(LeaveScreen())
