"""One sick run: its owner's complaint, the lab around it, and the screen on which its illness is named."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tutor.text import clean
from tutor.ui.clinic.patient import Patient, remember, remembered, ward
from tutor.ui.keys import COPY, GLOSSARY
from tutor.ui.lab.view import LabView
from tutor.ui.messages import LeaveScreen
from tutor.ui.services import Services
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.keybar import KeyBar

LETTERS = "abcdef"


class CaseScreen(Screen[None], inherit_bindings=False):
    """Look, name, cure. ``]`` and ``[`` go on to the other cases."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["clinic.tcss"]
    AUTO_FOCUS = "LabView"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "name", "Illness", tooltip="Name the illness", priority=True),
        Binding("h", "hint", "Hint", tooltip="A hint; there are three, each plainer", priority=True),
        Binding("escape", "leave", "Clinic", tooltip="Back to the other cases"),
        COPY,
    ]
    HELP = (
        "Run it (space) and look at the panels (1 to 8). i names the illness; then the knobs are yours, and "
        "the case is cured when a run reaches its target."
    )

    def __init__(self, case: str, services: Services) -> None:
        super().__init__()
        self._services = services
        self._patients = {one.id: remembered(services.store, one) for one in services.catalog.clinic}
        self._patient = self._patients[case]
        self._lab = LabView(ward(services.catalog.clinic), services, case)
        self._said = ""

    def compose(self) -> ComposeResult:
        """The case above, the lab between, what is to be done below."""
        yield Static(id="case-title")
        yield Banner(self._services)
        yield Static(id="complaint")
        yield self._lab
        yield Static(id="case-said")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the case."""
        self._show()

    def on_lab_view_chose(self, event: LabView.Chose) -> None:
        """Another case."""
        self._patient = self._patients[event.experiment]
        self._said = ""
        self._show()

    def on_lab_view_ended(self, event: LabView.Ended) -> None:
        """A run is over: is it cured?"""
        if event.finished.result.experiment == self._patient.case.id:
            self._said = self._patient.treated(event.finished.result)
            self._keep()

    async def action_name(self) -> None:
        """Put the names to choose from on the screen."""
        await self.app.push_screen(NameScreen(self._patient), lambda _none: self._keep())

    def action_hint(self) -> None:
        """Say the next hint."""
        self._said = self._patient.hint()
        self._show()

    def action_leave(self) -> None:
        """Back to the list."""
        self.post_message(LeaveScreen())

    def _keep(self) -> None:
        case, standing = self._patient.case.id, self._patient.standing
        self._services.writer.submit(lambda store: remember(store, case, standing))
        self._show()

    def _show(self) -> None:
        patient = self._patient
        self._lab.controller.locked = patient.locked
        self.set_class(patient.looked or patient.named, "-looked")
        self.query_one("#case-title", Static).update(
            Content.assemble(("Clinic  ", "bold $primary"), clean(patient.case.title))
        )
        self.query_one("#complaint", Static).update(Content(clean(f"“{patient.case.complaint}”")))
        said = [patient.task] if not self._said else [self._said, patient.task]
        self.query_one("#case-said", Static).update(Content(clean("\n".join(said))))


class NameScreen(ModalScreen[None], inherit_bindings=False):
    """What ails it? Each name says, once it is tried, what speaks for it or against it."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(letter, f"try({k})", "Answer", show=False) for k, letter in enumerate(LETTERS)),
        Binding("up", "move(-1)", "Choose", key_display="↑↓", tooltip="Choose a name"),
        Binding("down", "move(1)", "Choose", show=False),
        Binding("enter", "enter", "This one", tooltip="Try the chosen name"),
        Binding("escape,i", "dismiss", "Back", tooltip="Back to the run"),
        GLOSSARY,
    ]

    def __init__(self, patient: Patient) -> None:
        super().__init__()
        self._patient = patient
        self._order = patient.order
        self._tried: dict[int, str] = {patient.right: patient.name(patient.right)} if patient.named else {}
        """Feedback by the diagnosis' index."""
        self._row = self._order.index(patient.right) if patient.named else 0

    def compose(self) -> ComposeResult:
        """The question, the names with what was said of each, the keys."""
        yield Static(Content("What ails this run?"), id="name-title")
        with VerticalScroll(id="names", can_focus=False):
            for row in range(len(self._order)):
                yield Static(id=f"name-{row}")
                yield Static(id=f"said-{row}", classes="said")
            yield Static(id="name-then")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the names."""
        self._show()

    def action_move(self, direction: int) -> None:
        """Choose the name above or below."""
        self._row = (self._row + direction) % len(self._order)
        self._show()

    def action_enter(self) -> None:
        """Try the chosen name; once the right one is found, go back."""
        if self._patient.named:
            self.dismiss(None)
        else:
            self.action_try(self._row)

    def action_try(self, row: int) -> None:
        """Try a name."""
        if row < len(self._order) and not self._patient.named:
            self._row = row
            self._tried[self._order[row]] = self._patient.name(self._order[row])
            self._show()

    def _show(self) -> None:
        for row, index in enumerate(self._order):
            chosen, tried = row == self._row, index in self._tried
            diagnosis = self._patient.case.diagnoses[index]
            name = clean(f"{'>' if chosen else ' '} {LETTERS[row]}  {diagnosis.text}")
            right = (
                ("  ✓ Right.", "bold $text-success")
                if diagnosis.correct
                else ("  ✗ Not so.", "bold $text-warning")
            )
            parts = [(name, "bold" if chosen else ""), *([right] if tried else [])]
            self.query_one(f"#name-{row}", Static).update(Content.assemble(*parts))
            said = self.query_one(f"#said-{row}", Static)
            said.update(Content(clean(self._tried.get(index, ""))))
            said.display = tried
        then = "enter: to the knobs, to cure it" if self._patient.named else ""
        self.query_one("#name-then", Static).update(Content.styled(then, "bold $accent"))
        self.query_one(f"#name-{self._row}").scroll_visible(animate=False)
