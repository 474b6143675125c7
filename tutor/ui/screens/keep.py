"""Where to save the progress that the database does not take: a file of the learner's choice."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tutor import kiosk
from tutor.errors import InputError, StoreError
from tutor.progress.rescue import places, save_elsewhere
from tutor.text import clean
from tutor.ui.services import Services
from tutor.ui.widgets.editing import EDITING
from tutor.ui.widgets.keybar import KeyBar

_ABOUT = """\
What you have done is not safe in the database yet. Written to a file it is:
all answers, runs, pages and notes. The file is yours alone to read.

Later, when the database can be written again, this command puts it there;
nothing is doubled:

  dltutor progress --import FILE

The file (change the name if you like):"""


GLANCE = 1.0
"""Seconds in which ``ctrl+q`` is still the one that led here, held down or pressed twice."""


@dataclass(frozen=True)
class Kept:
    """What ``Services.at_stake`` was as the file was written, and where that is."""

    stake: object
    path: Path


class PathLine(Input, inherit_bindings=False):
    """Where the file's name is typed; its cursor does not blink."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Save", tooltip="Write the file"),
        *EDITING,
    ]


class KeepScreen(ModalScreen["Kept | None"], inherit_bindings=False):
    """Dismissed with what was written, or with None."""

    DEFAULT_CSS = """
    KeepScreen { background: $background; }
    KeepScreen Static { padding: 0 2; height: auto; }
    KeepScreen #keep-title { padding: 1 2; }
    KeepScreen PathLine { margin: 1 2; border: none; height: 1; padding: 0; background: $panel; }
    KeepScreen #keep-told { color: $warning; }
    """
    AUTO_FOCUS = "PathLine"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="Back to where you were"),
        Binding("ctrl+q", "app.quit", "Quit without", tooltip="Close dltutor; what is not saved is lost"),
    ]

    class Written(Message):
        """The file stands; it lacks so many damaged rows."""

        def __init__(self, kept: Kept, left_out: int) -> None:
            super().__init__()
            self.kept = kept
            self.left_out = left_out

    class Refused(Message):
        """The file could not be written, for that reason."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.written: Kept | None = None
        self._since = math.inf
        self._services = services
        first = next(places(services.now()), None)
        self._path = PathLine(str(first or ""), select_on_focus=False, compact=True)
        self._path.cursor_blink = False
        self._told = Static(id="keep-told")

    def compose(self) -> ComposeResult:
        """What it is about, the file's name, what came of it, the keys."""
        yield Static(Content.styled("Save your progress to a file", "bold $primary"), id="keep-title")
        yield Static(Content(_ABOUT))
        yield self._path
        yield self._told
        yield KeyBar()

    def on_screen_resume(self) -> None:
        """It can be read from now on."""
        self.wait_for_a_glance()

    def wait_for_a_glance(self) -> None:
        """Take no ``ctrl+q`` for an answer until a moment from now."""
        self._since = time.monotonic()

    @property
    def was_seen(self) -> bool:
        """Whether it has stood long enough that a key may be an answer to it."""
        return time.monotonic() - self._since > GLANCE

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Write the file, off the event loop: the disk may be the one that refuses."""
        event.stop()
        if not event.value.strip():
            self._tell("Type a name for the file.")
            return
        self._tell("Writing ...")
        path = Path(event.value.strip())
        self.run_worker(lambda: self._write(path), thread=True, exclusive=True)

    def _write(self, path: Path) -> None:
        stake = self._services.at_stake
        try:
            path = kiosk.confined(path).absolute()
            left_out = save_elsewhere(self._services.writer, path)
        except FileExistsError:
            self.post_message(self.Refused("there is such a file already; change the name"))
        except OSError as error:
            self.post_message(self.Refused(f"{(error.strerror or str(error)).lower()}; try another place"))
        except (InputError, StoreError) as error:
            self.post_message(self.Refused(f"{error.message}; {error.hint}"))
        else:
            self.post_message(self.Written(Kept(stake, path), left_out))

    def on_keep_screen_refused(self, event: Refused) -> None:
        """Say why, and let the learner change the name."""
        self._tell(f"Not written: {event.reason}.")

    def on_keep_screen_written(self, event: Written) -> None:
        """Back, or away, with a word on where it is."""
        self.written = event.kept
        missing = f" {event.left_out} damaged rows could not be read." if event.left_out else ""
        self.app.notify(
            f"Your progress is in {clean(str(event.kept.path))}.{missing}", markup=False, timeout=10
        )
        self.dismiss(event.kept)

    def action_back(self) -> None:
        """Nothing is written."""
        self.dismiss(None)

    def _tell(self, text: str) -> None:
        self._told.update(Content(clean(text)))
