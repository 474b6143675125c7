"""The rows of a question: a letter, a mark, a text, and after the answer the verdict and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from tutor.quiz.grading import Verdict

LETTERS = "abcdefg"
"""``h`` is the key for a hint."""

Fate = Verdict | Literal["left"]
"""What became of a row: the grading's verdicts, and ``left`` for what was rightly left alone."""

_LEAD: dict[Fate, tuple[str, str]] = {
    "right": ("✓", "bold $success"),
    "wrong": ("✗", "bold $error"),
    "missed": ("✓", "bold $success"),
    "misplaced": ("✗", "bold $error"),
    "left": (" ", ""),
}
_WORDS: dict[Fate, str] = {
    "right": "Your answer. ",
    "wrong": "Your answer, not right. ",
    "missed": "The answer. ",
    "misplaced": "You put it elsewhere. ",
    "left": "",
}


@dataclass(frozen=True)
class Option:
    """What a row shows: ``value`` is what choosing it means to the grading."""

    value: int
    text: str
    feedback: str
    correct: bool


class OptionRow(Horizontal):
    """One option. The cursor is a sign before the letter, not a colour alone."""

    class Clicked(Message):
        """The learner clicked on the row."""

        def __init__(self, row: OptionRow) -> None:
            super().__init__()
            self.row = row
            self.value = row.option.value

    def __init__(self, letter: str, option: Option) -> None:
        super().__init__()
        self.letter = letter
        self.option = option
        self._lead = Static(classes="lead")
        self._text = Static(classes="text")

    def compose(self) -> ComposeResult:
        """Two columns, so that long texts hang beside the letter."""
        yield self._lead
        yield self._text

    def show(self, *, cursor: bool, mark: str, beside: str = "") -> None:
        """Before the answer; ``mark`` is such as ``[x]`` or ``2.``; ``beside`` goes behind the text."""
        lead = f"{'›' if cursor else ' '} {self.letter} {mark}"
        style = "bold" if cursor else ""
        self._lead.update(Content.styled(lead, "bold $accent" if cursor else "$accent"))
        self._lead.styles.width = len(lead) + 1
        self._text.update(Content.assemble((self.option.text, style), (beside, "$accent")))

    def reveal(self, verdict: Fate, *, mark: str = "", words: str | None = None) -> None:
        """After the answer: sign, verdict in words, and the feedback where it says something."""
        sign, style = _LEAD[verdict]
        lead = f"{sign} {self.letter} {mark}"
        self._lead.update(Content.styled(lead, style or "$text-muted"))
        self._lead.styles.width = len(lead) + 1
        said = _WORDS[verdict] if words is None else words
        parts: list[tuple[str, str]] = [(self.option.text, "" if verdict == "left" else "bold")]
        if verdict != "left":
            parts += [("\n", ""), (said, style), (self.option.feedback, "")]
        self._text.update(Content.assemble(*parts))

    def on_click(self, event: Click) -> None:
        """Pass the click on as a choice."""
        event.stop()
        self.post_message(self.Clicked(self))
