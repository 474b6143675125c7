"""How an answer is given: choosing, marking several, typing a number, putting in order.

Each of these widgets posts :class:`Given` once and shows what was right when told to :meth:`reveal`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.events import Key
from textual.message import Message

from tutor.content.questions import MultipleChoice, Ordering, SingleChoice, TrueFalse
from tutor.quiz.grading import Answer, Grade
from tutor.ui.widgets.options import LETTERS, Fate, Option, OptionRow


class Given(Message):
    """The learner's answer, in the terms of ``tutor.quiz.grading``."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Complaint(Message):
    """Why what was entered is no answer yet; "" takes the complaint back."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def letter_bindings(does: str) -> list[BindingType]:
    """A binding for each letter; the first one speaks for all of them in the key bar and the help."""
    first = Binding(LETTERS[0], "letter(0)", does, key_display="letter", tooltip=f"{does} by its letter")
    return [
        first,
        *(Binding(letter, f"letter({n})", "", show=False) for n, letter in enumerate(LETTERS) if n),
    ]


class Rows(VerticalGroup, can_focus=True):
    """Base of everything made of lettered rows with a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", "Up", show=False, key_display="↑↓", tooltip="Move the cursor ›"),
        Binding("down", "cursor(1)", "", show=False),
    ]

    def __init__(self, options: Sequence[Option], *, letters: str = LETTERS) -> None:
        super().__init__()
        self.rows = [OptionRow(letter, option) for letter, option in zip(letters, options, strict=False)]
        self.at = 0
        """Index of the row with the cursor."""

    def compose(self) -> ComposeResult:
        """The rows, as they stand at first."""
        yield from self.rows

    def on_mount(self) -> None:
        """Fill the rows in."""
        self.redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A letter that no row has does nothing, and is not shown."""
        return action != "letter" or parameters[0] in range(len(self.rows))

    def action_cursor(self, step: int) -> None:
        """Move the cursor, stopping at the ends."""
        self.at = min(max(self.at + step, 0), len(self.rows) - 1)
        self.redraw()
        self.rows[self.at].scroll_visible(animate=False)

    def mark(self, row: OptionRow) -> str:
        """What stands between letter and text."""
        return ""

    def redraw(self) -> None:
        """Show cursor and marks as they are now."""
        for place, row in enumerate(self.rows):
            row.show(cursor=place == self.at, mark=self.mark(row))

    def reveal(self, grade: Grade) -> None:
        """Show what was right, and why."""
        raise NotImplementedError


class ChooseOne(Rows):
    """Single choice, and true or false: the letter is the answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *letter_bindings("Answer"),
        Binding("enter", "letter_here", "Answer with ›", tooltip="Answer with the option at the cursor ›"),
    ]

    def __init__(self, options: Sequence[Option], *, truth: bool = False) -> None:
        super().__init__(options)
        self._truth = truth
        self._chosen = -1
        self._drawn_at = math.inf

    def on_mount(self) -> None:
        """Note from when on it can be seen."""
        self.call_after_refresh(self._note_drawn)

    def _note_drawn(self) -> None:
        self._drawn_at = time.monotonic()

    def on_key(self, event: Key) -> None:
        """Answer nothing that could not be seen when enter was pressed.

        A letter typed ahead of the question is a choice. Enter goes on, and is pressed once more while
        nothing seems to happen.
        """
        if event.key == "enter" and event.time < self._drawn_at:
            event.stop()

    def action_letter(self, place: int) -> None:
        """Answer with this row."""
        self.at = place
        self._chosen = self.rows[place].option.value
        self.redraw()
        self.post_message(Given(bool(self._chosen) if self._truth else self._chosen))

    def action_letter_here(self) -> None:
        """Answer with the row at the cursor."""
        self.action_letter(self.at)

    def on_option_row_clicked(self, event: OptionRow.Clicked) -> None:
        """A click answers as a letter does."""
        if self._chosen < 0:
            self.action_letter([row.option.value for row in self.rows].index(event.value))

    def reveal(self, grade: Grade) -> None:
        """The own choice and the right one, each with its reason."""
        fates: dict[str, Fate] = {remark.subject: remark.verdict for remark in grade.remarks}
        for row in self.rows:
            row.reveal(fates.get(row.option.text, "left"))


class ChooseSeveral(Rows):
    """Multiple choice: letters mark, enter answers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *letter_bindings("Mark"),
        Binding("space", "letter_here", "Mark ›", tooltip="Mark the option at the cursor ›"),
        Binding("enter", "submit", "Answer", tooltip="Answer with the marked options"),
    ]

    def __init__(self, options: Sequence[Option]) -> None:
        super().__init__(options)
        self._marked: set[int] = set()
        self._done = False

    def mark(self, row: OptionRow) -> str:
        """A box, crossed when marked."""
        return "[x]" if row.option.value in self._marked else "[ ]"

    def action_letter(self, place: int) -> None:
        """Mark the row, or take the mark back."""
        self.at = place
        self._marked ^= {self.rows[place].option.value}
        self.redraw()
        self.post_message(Complaint(""))

    def action_letter_here(self) -> None:
        """Mark the row at the cursor."""
        self.action_letter(self.at)

    def on_option_row_clicked(self, event: OptionRow.Clicked) -> None:
        """A click marks as a letter does."""
        if not self._done:
            self.action_letter([row.option.value for row in self.rows].index(event.value))

    def action_submit(self) -> None:
        """Answer, if anything is marked."""
        if self._marked:
            self._done = True
            self.post_message(Given(frozenset(self._marked)))
        else:
            self.post_message(Complaint("Nothing is marked yet: mark at least one option by its letter."))

    def reveal(self, grade: Grade) -> None:
        """Every option that was chosen, or should have been, with its reason."""
        for row in self.rows:
            chosen = row.option.value in self._marked
            row.reveal(_fate(chosen, row.option.correct), mark=self.mark(row))


class PutInOrder(Rows):
    """Ordering: letters pick the items one after the other; shift with an arrow moves the one at the cursor.

    Picked items stand on top, numbered; the letter stays with its item.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *letter_bindings("Pick next"),
        Binding("backspace", "unpick", "Take back", tooltip="Take the last pick back"),
        Binding(
            "shift+up,ctrl+up", "move(-1)", "Move up", show=False, tooltip="Move the item at the cursor up"
        ),
        Binding(
            "shift+down,ctrl+down",
            "move(1)",
            "Move down",
            show=False,
            tooltip="Move the item at the cursor down",
        ),
        Binding("enter", "submit", "Answer", tooltip="Answer with this order"),
    ]

    def __init__(self, options: Sequence[Option]) -> None:
        super().__init__(options)
        self._order = list(range(len(self.rows)))
        """Places of ``rows`` from the top of the screen down."""
        self._picked = 0
        self._done = False

    def redraw(self) -> None:
        """Rows in their present order; picked ones carry their number."""
        for place, number in enumerate(self._order):
            mark = f"{place + 1}." if place < self._picked else "– "
            self.rows[number].show(cursor=place == self.at, mark=mark)
            if self.is_attached and self.children[place] is not self.rows[number]:
                self.move_child(self.rows[number], before=place)

    def action_letter(self, place: int) -> None:
        """Pick the item as the next one; a picked one goes back."""
        at = self._order.index(place)
        self._order.remove(place)
        if at < self._picked:
            self._picked -= 1
            self._order.insert(self._picked, place)
        else:
            self._order.insert(self._picked, place)
            self._picked += 1
        self._all_but_one()
        self.at = min(self._picked, len(self._order) - 1)
        self.redraw()
        self.post_message(Complaint(""))

    def _all_but_one(self) -> None:
        """What remains alone has only one place to stand."""
        if self._picked == len(self._order) - 1:
            self._picked = len(self._order)

    def action_unpick(self) -> None:
        """Take the last pick back (the last two when the last one went by itself)."""
        full = self._picked == len(self._order)
        self._picked = max(self._picked - (2 if full else 1), 0)
        self.at = self._picked
        self.redraw()

    def action_move(self, step: int) -> None:
        """Swap the item at the cursor with its neighbour; the whole order then counts as chosen."""
        target = self.at + step
        self._picked = len(self._order)
        if 0 <= target < len(self._order):
            self._order[self.at], self._order[target] = self._order[target], self._order[self.at]
            self.at = target
        self.redraw()
        self.post_message(Complaint(""))

    def action_cursor(self, step: int) -> None:
        """Move the cursor over the rows as they stand."""
        self.at = min(max(self.at + step, 0), len(self.rows) - 1)
        self.redraw()
        self.rows[self._order[self.at]].scroll_visible(animate=False)

    def on_option_row_clicked(self, event: OptionRow.Clicked) -> None:
        """A click picks as a letter does."""
        if not self._done:
            self.action_letter([row.option.value for row in self.rows].index(event.value))

    def action_submit(self) -> None:
        """Answer, once every item has its place."""
        missing = len(self._order) - self._picked
        if missing:
            self.post_message(Complaint(f"{missing} items have no place yet: press their letters in order."))
            return
        self._done = True
        self.post_message(Given(tuple(self.rows[place].option.value for place in self._order)))

    def reveal(self, grade: Grade) -> None:
        """The items in the right order, each with the place it was given and the reason for its own."""
        given = [self.rows[place].option.value for place in self._order]
        self._order.sort(key=lambda place: self.rows[place].option.value)
        for place, number in enumerate(self._order):
            row = self.rows[number]
            stood = given.index(row.option.value)
            words = "Yes. " if stood == place else f"You had it as number {stood + 1}. "
            row.reveal("right" if stood == place else "misplaced", mark=f"{place + 1}.", words=words)
            self.move_child(row, before=place)


def _fate(chosen: bool, correct: bool) -> Fate:
    if chosen:
        return "right" if correct else "wrong"
    return "missed" if correct else "left"


def rows_for(question: SingleChoice | MultipleChoice | TrueFalse | Ordering, shown: Sequence[int]) -> Rows:
    """The widget for a question made of rows; ``shown`` gives the file's indices from the top."""
    if isinstance(question, TrueFalse):
        return ChooseOne(
            [
                Option(1, "True", question.if_true, question.answer),
                Option(0, "False", question.if_false, not question.answer),
            ],
            truth=True,
        )
    if isinstance(question, Ordering):
        return PutInOrder(
            [Option(i, question.items[i].text, question.items[i].feedback, True) for i in shown]
        )
    options = [Option(i, o.text, o.feedback, o.correct) for i in shown for o in (question.options[i],)]
    return ChooseSeveral(options) if isinstance(question, MultipleChoice) else ChooseOne(options)
