"""What Textual offers every app and this one does without: each way to another program or file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from textual.app import App
from textual.filter import LineFilter

from tutor.ui.cells import CleanCells, WithoutColours

_CLEAN, _UNCOLOURED = CleanCells(), WithoutColours()


class ClosedApp(App[None]):
    """An app that opens no browser, writes no pictures or downloads, and does not give way to a shell.

    It may run on a machine that the learner is only logged in to, as all that may be done there.
    """

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False  # its commands write files

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's, or under NO_COLOR the one without colours; and the one that no text can do without."""
        return [*((_UNCOLOURED,) if self.no_color else super().get_line_filters()), _CLEAN]

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Open nothing: the browser would run on the far machine."""

    def deliver_text(self, *args: object, **options: object) -> None:
        """Write nothing."""

    def deliver_binary(self, *args: object, **options: object) -> None:
        """Write nothing."""

    def action_screenshot(self, *args: object, **options: object) -> None:
        """Take none."""

    def save_screenshot(self, *args: object, **options: object) -> str:
        """Take none; "" is the name of no file."""
        return ""

    def action_suspend_process(self) -> None:
        """Stay: what would come to the front is a shell, or nothing at all."""

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Keep the terminal."""
        yield
