"""The keys of lines that are typed."""

from __future__ import annotations

from textual.binding import Binding


def _edit(key: str, action: str, tooltip: str = "") -> Binding:
    """A key for editing; without a tooltip another one speaks for it on the help screen."""
    return Binding(key, action, tooltip, show=False, key_display="←→" if key == "left" else None)


EDITING = (
    _edit("left", "cursor_left", "Move the cursor"),
    _edit("right", "cursor_right"),
    _edit("home,ctrl+a", "home", "To the beginning of the line"),
    _edit("end,ctrl+e", "end", "To its end"),
    _edit("backspace", "delete_left", "Delete the character before the cursor"),
    _edit("delete,ctrl+d", "delete_right", "Delete the one at the cursor"),
    _edit("ctrl+u", "delete_left_all", "Delete everything before the cursor"),
)
"""The keys of a short line: of the many of Textual's input line the few that everybody knows."""
