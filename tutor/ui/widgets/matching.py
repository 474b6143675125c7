"""How pairs are matched: what stands on the left gets the letter of what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup

from tutor.content.questions import Matching
from tutor.quiz.grading import Grade
from tutor.ui.widgets.answers import Complaint, Given, Rows, letter_bindings
from tutor.ui.widgets.options import LETTERS, Option, OptionRow


class MatchPairs(Rows):
    """Left sides with the cursor, right sides below them; a letter goes to the left side at the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *letter_bindings("Goes with ›"),
        Binding("backspace", "take_back", "Take back", tooltip="Take the letter at the cursor › back"),
        Binding("enter", "submit", "Answer", tooltip="Answer with these pairs"),
    ]

    def __init__(self, question: Matching, shown: Sequence[int]) -> None:
        lefts = [Option(i, pair.left, pair.feedback, True) for i, pair in enumerate(question.pairs)]
        super().__init__(lefts, letters="123456789")
        self._question = question
        self._shown = shown
        """For each letter the right side behind it."""
        self._chosen: list[int | None] = [None] * len(lefts)
        """For each left side the place of its letter."""
        rights = question.rights
        self._rights = [
            OptionRow(letter, Option(i, rights[i], "", True))
            for letter, i in zip(LETTERS, shown, strict=False)
        ]
        self._done = False

    def compose(self) -> ComposeResult:
        """Left sides above, right sides below."""
        yield from super().compose()
        yield VerticalGroup(*self._rights, classes="rights")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a letter for each right side."""
        return action != "letter" or parameters[0] in range(len(self._rights))

    def redraw(self) -> None:
        """Left sides with the text of their letters; a right side says that it is taken."""
        for place, row in enumerate(self.rows):
            letter = self._chosen[place]
            mark = f"[{' ' if letter is None else LETTERS[letter]}]"
            beside = "" if letter is None else f" → {self._rights[letter].option.text}"
            row.show(cursor=place == self.at, mark=mark, beside=beside)
        for letter, row in enumerate(self._rights):
            row.show(cursor=False, mark="✓" if letter in self._chosen else " ")

    def action_letter(self, place: int) -> None:
        """Give the letter to the row at the cursor, and go to the next row that has none."""
        if place in self._chosen:
            self._chosen[self._chosen.index(place)] = None
        self._chosen[self.at] = place
        count = len(self.rows)
        after = [(self.at + step) % count for step in range(count)]
        self.at = next((row for row in after if self._chosen[row] is None), self.at)
        self.redraw()
        self.rows[self.at].scroll_visible(animate=False)
        self.post_message(Complaint(""))

    def action_take_back(self) -> None:
        """Take the letter of the row at the cursor back; where it has none, that of the row before."""
        if self._chosen[self.at] is None:
            self.at = max(self.at - 1, 0)
        self._chosen[self.at] = None
        self.redraw()

    def on_option_row_clicked(self, event: OptionRow.Clicked) -> None:
        """A click on the left moves the cursor there; one on the right does what the letter does."""
        if self._done:
            return
        if event.row in self._rights:
            self.action_letter(self._rights.index(event.row))
        else:
            self.at = self.rows.index(event.row)
            self.redraw()

    def action_submit(self) -> None:
        """Answer, once every left side has its letter."""
        letters = [letter for letter in self._chosen if letter is not None]
        missing = len(self.rows) - len(letters)
        if missing:
            rows = "1 row has" if missing == 1 else f"{missing} rows have"
            self.post_message(Complaint(f"{rows} no letter yet: ↑ ↓ move to it, a letter fills it."))
            return
        self._done = True
        self.post_message(Given(tuple(self._shown[letter] for letter in letters)))

    def reveal(self, grade: Grade) -> None:
        """Each left side with its own right side and why; before it, what was chosen instead and why not."""
        self.remove_children()
        for remark in grade.remarks:
            row = OptionRow(" ", Option(0, remark.subject, remark.text, remark.verdict != "wrong"))
            self.mount(row)
            row.reveal(remark.verdict)
