"""Answers that are typed: a number, a missing word."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalGroup
from textual.content import Content
from textual.events import Key
from textual.widgets import Input, Static

from tutor.content.questions import Gap, Numeric
from tutor.content.spelling import folded
from tutor.errors import InputError
from tutor.quiz.grading import MAX_WORD, Answer, Grade, parse_number
from tutor.text import clean_line
from tutor.ui.widgets.answers import Complaint, Given
from tutor.ui.widgets.editing import EDITING
from tutor.ui.widgets.options import LETTERS, Option, OptionRow

_SCREEN_KEYS = frozenset("rlqmh?")
"""Keys of the quiz and the lesson screen: they stay what they are while a number is typed."""


class EntryLine(Input, inherit_bindings=False):
    """An input line whose cursor does not blink: a slow connection would carry every blink.

    An answer is short: of the many keys of Textual's input line it keeps the few that everybody knows.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Answer", tooltip="Answer with what is typed"),
        *EDITING,
    ]

    def __init__(self, placeholder: str, left_alone: frozenset[str]) -> None:
        super().__init__(placeholder=placeholder, select_on_focus=False, compact=True)
        self.cursor_blink = False
        self._left_alone = left_alone

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the key is typed; the others go to the screen, and its key bar shows them."""
        return super().check_consume_key(key, character) and character not in self._left_alone

    async def _on_key(self, event: Key) -> None:
        if event.character in self._left_alone:
            event.prevent_default()


class Entry(VerticalGroup):
    """The input line, ``behind`` it a unit; afterwards what was given and what is right."""

    def __init__(self, line: EntryLine, behind: str = "") -> None:
        super().__init__()
        self._input = line
        self._behind = behind

    def read(self, text: str) -> Answer:
        """What was typed as an answer; raises :class:`InputError` where it is none."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """All on one line."""
        with Horizontal(classes="entry"):
            yield Static(Content("›"), classes="prompt")
            yield self._input
            yield Static(Content(self._behind), classes="unit")

    def focus(self, scroll_visible: bool = True) -> Entry:
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
            answer = self.read(event.value)
        except InputError as error:
            self.post_message(Complaint(f"{error.message}; {error.hint}"))
            return
        self.post_message(Given(answer))

    def reveal(self, grade: Grade) -> None:
        """Replace the line by what was given and what is right."""
        self.query_one(".entry").remove()
        for letter, remark in zip(LETTERS, grade.remarks, strict=False):
            row = OptionRow(" ", Option(ord(letter), remark.subject, remark.text, remark.verdict != "wrong"))
            self.mount(row)
            row.reveal(remark.verdict)


class EnterNumber(Entry):
    """A number with its unit."""

    def __init__(self, question: Numeric) -> None:
        placeholder = "a number, like 12, 0.05, 1e-3 or 1/3"
        super().__init__(EntryLine(placeholder, _SCREEN_KEYS - set(question.unit)), question.unit)
        self._unit = question.unit

    def read(self, text: str) -> float:
        """The number."""
        return parse_number(text, self._unit)


class EnterWord(Entry):
    """The word of a gap. Every letter is typed: the screen's own keys wait until it is answered."""

    def __init__(self, question: Gap) -> None:
        super().__init__(EntryLine("the missing word", frozenset("?")))

    def read(self, text: str) -> str:
        """The word, if there is any."""
        if not folded(text):
            raise InputError("nothing was entered", "type the word that is missing")
        return clean_line(text)[:MAX_WORD]
