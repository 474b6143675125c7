"""Help: the keys of the screen it was opened from, and the program in a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor import kiosk
from tutor.ui.keys import GLOSSARY, KeyHelp
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.pane import Pane

_SAVED = "Everything is saved at the moment it happens."
_COMMANDS = (
    " Without the app: dltutor quiz --plain, dltutor lab, dltutor progress; "
    "dltutor --help lists all commands."
)


class HelpScreen(ModalScreen[None], inherit_bindings=False):
    """Covers the whole screen, so that small terminals can read it too."""

    CSS_PATH = "help.tcss"
    AUTO_FOCUS = "Pane"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark", "dismiss", "Close", tooltip="Close the help"),
        Binding("space,pagedown", "page(1)", "More", tooltip="A screenful down"),
        Binding("pageup", "page(-1)", "Back", show=False, tooltip="A screenful up"),
        GLOSSARY,
        Binding("ctrl+q", "app.quit", "Quit"),
    ]

    def __init__(self, about: str, keys: Sequence[KeyHelp]) -> None:
        super().__init__()
        self._about = about
        self._keys = keys

    def compose(self) -> ComposeResult:
        """What the screen is for, its keys, the rest."""
        width = max((len(key.label) for key in self._keys), default=0)
        parts: list[tuple[str, str]] = [
            (self._about, ""),
            ("\n\nKeys that do something now\n", "bold $primary"),
        ]
        for key in self._keys:
            parts += [(f"\n {key.label:<{width}}  ", "bold $accent"), (key.explained, "")]
        parts += [("\n\n", ""), (_SAVED + kiosk.elsewhere(_COMMANDS), "$text-muted")]
        yield Static(Content.styled("Help", "bold $primary"), id="help-title")
        yield Pane(Static(Content.assemble(*parts), id="help-text"), id="help", can_focus=True)
        yield KeyBar()

    def action_page(self, step: int) -> None:
        """A screenful down or up."""
        pane = self.query_one(Pane)
        if step > 0:
            pane.page_down()
        else:
            pane.page_up()
