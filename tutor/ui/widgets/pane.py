"""A scrolling area that says when there is more below."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.message import Message


class Pane(ScrollableContainer, inherit_bindings=False):
    """Scrolls by keys; posts :class:`Pane.Moved` so that somebody can show a hint in words."""

    DEFAULT_CSS = """
    Pane { height: 1fr; overflow: hidden auto; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Scroll up", show=False),
        Binding("down", "scroll_down", "Scroll down", show=False),
        Binding("home", "scroll_home", "To the top", show=False),
        Binding("end", "scroll_end", "To the bottom", show=False),
    ]

    class Moved(Message):
        """The view, or the length of what it shows, changed."""

    @property
    def more_below(self) -> bool:
        """Whether lines are hidden below the last visible one."""
        return round(self.scroll_y) < self.max_scroll_y

    def page_down(self) -> bool:
        """Scroll one screenful on; False when the end is in sight already."""
        if not self.more_below:
            return False
        self.scroll_page_down(animate=False)
        return True

    def page_up(self) -> bool:
        """Scroll one screenful back; False at the top."""
        if round(self.scroll_y) <= 0:
            return False
        self.scroll_page_up(animate=False)
        return True

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell of scrolling."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Tell of another height."""
        self.post_message(self.Moved())

    def watch_virtual_size(self) -> None:
        """Tell of other contents."""
        self.post_message(self.Moved())
