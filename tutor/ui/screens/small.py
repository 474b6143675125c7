"""What a terminal shows that is too small for the app, until it is enlarged."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor import kiosk
from tutor.ui.terminal import LEAST_COLUMNS, LEAST_ROWS

LEAST = Size(LEAST_COLUMNS, LEAST_ROWS)


def too_small(size: Size) -> bool:
    """Whether a terminal of this size cannot show the app."""
    return size.width < LEAST.width or size.height < LEAST.height


class SmallScreen(ModalScreen[None], inherit_bindings=False):
    """Covers the app; the app takes it off again."""

    DEFAULT_CSS = """
    SmallScreen { background: $background; overflow: hidden; }
    SmallScreen Static { padding: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "app.quit", "Quit")]

    def compose(self) -> ComposeResult:
        """The sentence."""
        yield Static()

    def on_resize(self, event: Resize) -> None:
        """Say the size there is."""
        size = f"{event.size.width}x{event.size.height}"
        self.query_one(Static).update(
            Content(
                f"This terminal is {size}; dltutor needs at least {LEAST.width}x{LEAST.height}. "
                f"Enlarge it{kiosk.elsewhere(', or use dltutor quiz --plain')} (ctrl+q quits)."
            )
        )
