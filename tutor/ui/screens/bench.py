"""The free bench: a form for data, network and training, and the lab that trains what it says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tutor import kiosk
from tutor.content.labfile import lesson_around
from tutor.content.model import Experiment
from tutor.errors import TutorError
from tutor.text import clean
from tutor.ui.keys import COPY
from tutor.ui.lab.view import LabView
from tutor.ui.messages import LeaveScreen
from tutor.ui.services import Services
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.editing import EDITING
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.listed import is_there
from tutor.ui.widgets.pane import Pane
from tutor.ui.workshop.form import Form
from tutor.ui.workshop.rows import Row

_WIDE = 110
"""Columns from which the file is shown beside the form."""


class Entry(Input, inherit_bindings=False):
    """The line in which a value or a file's name is typed; its cursor does not blink."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Take it", tooltip="Take what was typed"),
        Binding("escape", "screen.cancel", "Not", tooltip="Leave it as it was"),
        *EDITING,
    ]


class Rows(OptionList, inherit_bindings=False):
    """The settings, group by group."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "screen.train", "Train", tooltip="To the lab: train what is set up here"),
        Binding("up", "cursor_up", "Choose", key_display="↑↓", tooltip="Choose a setting"),
        Binding("down", "cursor_down", show=False),
        Binding("left", "screen.turn(-1)", "Change", key_display="←→", tooltip="Change it to the next value"),
        Binding("right", "screen.turn(1)", show=False),
        Binding("enter", "screen.edit", "Type", tooltip="Type a value"),
        Binding("a", "screen.add", "Add layer", tooltip="A new layer below the chosen one"),
        Binding("d", "screen.delete", "Delete it", tooltip="Take the chosen layer out"),
        Binding("ctrl+s", "screen.file('save')", "Save", tooltip="Save it all as a lab.toml"),
        Binding("ctrl+o", "screen.file('open')", "Open", tooltip="Open such a file"),
        Binding("home", "first", "First", show=False, tooltip="The first setting"),
        Binding("end", "last", "Last", show=False, tooltip="The last setting"),
        Binding("pageup", "page_up", "Up", show=False, tooltip="A screenful up"),
        Binding("pagedown", "page_down", "Down", show=False, tooltip="A screenful down"),
    ]


class BenchScreen(Screen[None], inherit_bindings=False):
    """Set up an experiment by keyboard alone; what it says is what is saved, and what is trained."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["bench.tcss"]
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Home", tooltip="Back to the lessons"),
        COPY,
    ]
    HELP = (
        "Choose data, layers and training as you like, then train it in the lab (t). Saved as a file "
        "(ctrl+s), it comes back with ctrl+o"
        f"{kiosk.elsewhere(', runs with dltutor lab FILE, and can become a lesson')}."
    )

    def __init__(
        self, services: Services, experiments: Sequence[Experiment] = (), path: Path | None = None
    ) -> None:
        super().__init__()
        self._services = services
        self._form = Form(experiments, path)
        self._rows = Rows(id="rows")
        self._entry = Entry(id="entry", compact=True, select_on_focus=False)
        self._entry.cursor_blink = False
        self._purpose = ""
        """What is being typed: "value", "save", "open", or "" for nothing."""

    def compose(self) -> ComposeResult:
        """Title, the settings, the file beside them, what is said, the entry line, the keys."""
        yield Static(
            Content.assemble(("Free bench  ", "bold $primary"), "your own experiment"), id="bench-title"
        )
        yield Banner(self._services)
        with Horizontal(id="bench"):
            yield self._rows
            yield Pane(Static(id="bench-file"), id="bench-beside", can_focus=False)
        yield Static(id="bench-said")
        with Horizontal(id="bench-line"):
            yield Static(id="bench-asks")
            yield self._entry
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the form."""
        self._ask("")
        self._show()

    def on_resize(self) -> None:
        """The columns follow the width."""
        self.set_class(self.size.width >= _WIDE, "-wide")
        self._show()

    def on_screen_resume(self) -> None:
        """Back from the lab."""
        self._show()

    # ------------------------------------------------------------------ showing

    def _show(self) -> None:
        form = self._form
        options: list[Option] = []
        highlighted = 0
        group = ""
        for number, row in enumerate(form.rows):
            if row.group != group:
                group = row.group
                options.append(Option(Content.styled(group, "bold $accent"), disabled=True))
            if number == form.chosen:
                highlighted = len(options)
            options.append(Option(_line(row), id=str(number)))
        with self.prevent(OptionList.OptionHighlighted):
            self._rows.clear_options()
            self._rows.add_options(options)
            self._rows.highlighted = highlighted
        self._tell()

    def _tell(self) -> None:
        """The notice, or what the chosen setting means; and the file beside the form."""
        said = self._form.notice or self._form.row.help
        self.query_one("#bench-said", Static).update(Content(clean(said)))
        if self.has_class("-wide"):
            self.query_one("#bench-file", Static).update(Content(clean(self._form.text)))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another setting."""
        if event.option.id is not None and is_there(event):
            self._form.chosen = int(event.option.id)
            self._form.notice = ""
            self._tell()

    # ------------------------------------------------------------------ keys

    def action_turn(self, direction: int) -> None:
        """The setting's neighbouring value."""
        self._form.turn(direction)
        self._show()

    def action_add(self) -> None:
        """A new layer."""
        self._form.add()
        self._show()

    def action_delete(self) -> None:
        """One layer less."""
        self._form.delete()
        self._show()

    def action_edit(self) -> None:
        """Type a value for the chosen setting."""
        self._ask("value", f"{self._form.row.label.strip()}:", self._form.row.value)

    def action_file(self, purpose: str) -> None:
        """Ask for the name of a file to save or to open."""
        asks = "Save as:" if purpose == "save" else "Open the file:"
        self._ask(purpose, asks, str(self._form.path or "bench.toml"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed; if it cannot be, say why and let it be mended."""
        event.stop()
        form, purpose = self._form, self._purpose
        try:
            if purpose == "save":
                form.save(event.value)
            elif purpose == "open":
                form.open(event.value)
            elif not form.enter(event.value):
                self._tell()
                return
        except TutorError as error:
            form.notice = f"{error.message}; {error.hint}"
            self._tell()
            return
        self._ask("")
        self._show()

    def action_cancel(self) -> None:
        """Leave it as it was."""
        self._form.notice = ""
        self._ask("")
        self._show()

    async def action_train(self) -> None:
        """To the lab, unless the form can tell already that it would be refused there."""
        if self._form.problem:
            self._form.notice = self._form.problem
            self._tell()
            return
        await self.app.push_screen(BenchLabScreen(self._form.experiment, self._services))

    def action_leave(self) -> None:
        """Home."""
        self.post_message(LeaveScreen())

    def _ask(self, purpose: str, asks: str = "", value: str = "") -> None:
        """Open the entry line for ``purpose``, or close it for ""."""
        self._purpose = purpose
        self.set_class(bool(purpose), "-asking")
        self.query_one("#bench-asks", Static).update(Content(clean(asks)))
        self._entry.value = value
        self._entry.disabled = not purpose
        if purpose:
            self._entry.cursor_position = len(value)
            self._entry.focus()
        else:
            self._rows.focus()


class BenchLabScreen(Screen[None], inherit_bindings=False):
    """The lab with the one experiment of the bench."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["bench.tcss"]
    AUTO_FOCUS = "LabView"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Bench", tooltip="Back to the form"),
        COPY,
    ]
    HELP = "Your own experiment: start it, turn its knobs, look at the panels; escape goes back to the form."

    def __init__(self, experiment: Experiment, services: Services) -> None:
        super().__init__()
        self._services = services
        self._lab = LabView(lesson_around([experiment], experiment.title), services)

    def compose(self) -> ComposeResult:
        """Title, lab, keys."""
        yield Static(Content.assemble(("Free bench  ", "bold $primary"), "the lab"), id="bench-title")
        yield Banner(self._services)
        yield self._lab
        yield KeyBar()


def _line(row: Row) -> Content:
    """A setting's name and value."""
    return Content(clean(f"  {row.label:<16} {row.value}"))
