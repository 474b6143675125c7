"""The answer to a numeric question: an input line that takes numbers and leaves other keys to the screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalGroup
from textual.content import Content
from textual.events import Key
from textual.widgets import Input, Static

from tutor.content.questions import Numeric
from tutor.errors import InputError
from tutor.quiz.grading import Grade, parse_number
from tutor.ui.widgets.answers import Complaint, Given
from tutor.ui.widgets.options import LETTERS, Option, OptionRow

_SCREEN_KEYS = frozenset("rlqm?")
"""Keys of the lesson screen: they stay what they are while a number is typed."""


def _edit(key: str, action: str, tooltip: str = "") -> Binding:
    """A key for editing; without a tooltip another one speaks for it on the help screen."""
    return Binding(key, action, tooltip, show=False, key_display="←→" if key == "left" else None)


class NumberInput(Input, inherit_bindings=False):
    """An input line whose cursor does not blink: a slow connection would carry every blink.

    A number is short: of the many keys of Textual's input line it keeps the few that everybody knows.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Answer", tooltip="Answer with this number"),
        _edit("left", "cursor_left", "Move the cursor"),
        _edit("right", "cursor_right"),
        _edit("home,ctrl+a", "home", "To the beginning of the number"),
        _edit("end,ctrl+e", "end", "To its end"),
        _edit("backspace", "delete_left", "Delete the character before the cursor"),
        _edit("delete,ctrl+d", "delete_right", "Delete the one at the cursor"),
        _edit("ctrl+u", "delete_left_all", "Delete everything before the cursor"),
    ]

    def __init__(self, unit: str) -> None:
        super().__init__(
            placeholder="a number, like 12, 0.05, 1e-3 or 1/3", select_on_focus=False, compact=True
        )
        self.cursor_blink = False
        self._left_alone = _SCREEN_KEYS - set(unit)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the key is typed; the others go to the screen, and its key bar shows them."""
        return super().check_consume_key(key, character) and character not in self._left_alone

    async def _on_key(self, event: Key) -> None:
        if event.character in self._left_alone:
            event.prevent_default()
            return
        await super()._on_key(event)


class EnterNumber(VerticalGroup):
    """The input line with its unit; afterwards the given number and the right one."""

    def __init__(self, question: Numeric) -> None:
        super().__init__()
        self._question = question
        self._input = NumberInput(question.unit)

    def compose(self) -> ComposeResult:
        """Input and unit on one line."""
        with Horizontal(classes="number"):
            yield Static(Content("›"), classes="prompt")
            yield self._input
            yield Static(Content(self._question.unit), classes="unit")

    def focus(self, scroll_visible: bool = True) -> EnterNumber:
        """The input takes the keys."""
        self._input.focus(scroll_visible)
        return self

    def on_input_changed(self) -> None:
        """What is being mended is not complained of any longer."""
        self.post_message(Complaint(""))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer, or say what is wrong with the entry."""
        event.stop()
        try:
            value = parse_number(event.value, self._question.unit)
        except InputError as error:
            self.post_message(Complaint(f"{error.message}; {error.hint}"))
            return
        self.post_message(Given(value))

    def reveal(self, grade: Grade) -> None:
        """Replace the line by what was given and what is right."""
        self.query_one(".number").remove()
        for letter, remark in zip(LETTERS, grade.remarks, strict=False):
            row = OptionRow(" ", Option(ord(letter), remark.subject, remark.text, remark.verdict != "wrong"))
            self.mount(row)
            row.reveal(remark.verdict)
