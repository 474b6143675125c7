"""Progress: how well each lesson and topic is known, now and over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.content.model import Lesson
from tutor.errors import StoreError
from tutor.quiz.deck import Stopped
from tutor.ui.keys import COPY
from tutor.ui.mastery import Known, Row, look_up_mastery
from tutor.ui.messages import LeaveScreen, OpenLesson, OpenReview
from tutor.ui.services import Services
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.curve import Curve
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.listed import is_there

ABOUT = "Mastery: mean chance to recall a question now; unanswered ones count as 0."
EMPTY = "no question answered yet"
_ROOM_FOR_BARS = 72


class MasteryList(OptionList, inherit_bindings=False):
    """Lessons, or the topics of one; the reversed row is the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Topics, page", tooltip="The topics of the lesson; the page of the topic"),
        Binding("up", "cursor_up", "Choose", key_display="↑↓", tooltip="Choose what the curve shows"),
        Binding("down", "cursor_down", "Down", show=False, tooltip="The next one"),
        Binding("home", "first", "First", show=False, tooltip="The first one"),
        Binding("end", "last", "Last", show=False, tooltip="The last one"),
        Binding("pageup", "page_up", "Up", show=False, tooltip="A screenful up"),
        Binding("pagedown", "page_down", "Down", show=False, tooltip="A screenful down"),
    ]


class MasteryScreen(Screen[None], inherit_bindings=False):
    """A curve above, what it is of below."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["mastery.tcss"]
    AUTO_FOCUS = "MasteryList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "review", "Review", tooltip="Questions that are due, before you forget them"),
        Binding("escape", "leave", "Back", tooltip="Back to the lessons, then Home"),
        COPY,
    ]
    HELP = (
        "Mastery is the mean chance that you would recall the questions now, as FSRS estimates it from your "
        "answers: it rises with each answer that was right and falls with the days. A question never "
        "answered counts as 0. A topic is a page, with the questions that it explains."
    )

    class Found(Message):
        """What is known is looked up; or the sentence why it cannot be."""

        def __init__(self, known: Known | None, rows: Sequence[Row], problem: str = "") -> None:
            super().__init__()
            self.known = known
            self.rows = rows
            self.problem = problem

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._known: Known | None = None
        self._lessons: Sequence[Row] = ()
        self._rows: Sequence[Row] = ()
        self._within: Lesson | None = None
        self._title = Static(id="mastery-title")
        self._about = Static(Content(ABOUT), id="mastery-about")
        self._curve = Curve(services.colours, id="mastery-curve")
        self._list = MasteryList(id="mastery-list")

    def compose(self) -> ComposeResult:
        """Title, what mastery is, the curve, the list, the keys."""
        yield self._title
        yield Banner(self._services)
        yield self._about
        yield self._curve
        yield self._list
        yield KeyBar()

    def on_screen_resume(self) -> None:
        """Look anew: the learner may have been at a review."""
        self._show_title("looking it up ..." if self._known is None else "")
        self.run_worker(self._look_up, thread=True, exclusive=True)

    def _look_up(self) -> None:
        try:
            known = look_up_mastery(self._services)
            self.post_message(self.Found(known, known.rows(self._services.catalog.lessons)))
        except Stopped:
            return
        except StoreError as error:
            self.post_message(self.Found(None, (), f"{error.message}; {error.hint}"))

    def on_mastery_screen_found(self, event: Found) -> None:
        """Show it, at the place where the learner was."""
        self._known, self._lessons = event.known, event.rows
        self._fill(self._list.highlighted or 0)
        self._about.update(Content(event.problem or ABOUT))

    def on_resize(self) -> None:
        """The columns follow the width."""
        if self._known is not None:
            self._fill(self._list.highlighted or 0)

    def _show_title(self, words: str) -> None:
        self._title.update(Content.assemble(("Progress  ", "bold $primary"), words))

    def _fill(self, chosen: int) -> None:
        """List the lessons, or the topics of the one that was entered."""
        topics = self._known is not None and self._within is not None
        self._rows = self._known.topics(self._within) if topics else self._lessons  # type: ignore[union-attr,arg-type]
        self._show_title(self._within.title if self._within else "how well it is known")
        self._list.clear_options()
        self._list.add_options([Option(self._line(row)) for row in self._rows])
        self._list.highlighted = min(chosen, len(self._rows) - 1) if self._rows else None

    def _line(self, row: Row) -> Content:
        known = row.known
        bar = f"  {'█' * round(10 * known.share):░<10}" if self.size.width >= _ROOM_FOR_BARS else ""
        share = f"{known.share:.0%}".replace("%", " %") if known.answered else "-"
        due = f"{row.due} due" if row.due else ""
        right = f"{bar}  {share:>5}  {known.answered:>3} of {known.questions:>3} asked  {due:>7}"
        room = max(self.size.width - 5 - len(right), 12)
        return Content.assemble(Content(row.title).truncate(room, ellipsis=True, pad=True), right)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Draw the chosen row's curve."""
        if not is_there(event):
            return
        row = self._rows[event.option_index]
        self._curve.show(row.curve, row.title.strip(), EMPTY)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go into the lesson, or to the topic's page."""
        if not is_there(event):
            return
        row = self._rows[event.option_index]
        if row.page:
            self.post_message(OpenLesson(row.lesson, "read", row.page))
        elif row.lesson:
            self._within = self._services.catalog.find(row.lesson)
            self._fill(0)
        else:
            self.notify("Choose a lesson: enter shows its topics.", markup=False)

    def action_review(self) -> None:
        """Open the review."""
        self.post_message(OpenReview())

    def action_leave(self) -> None:
        """From the topics to the lessons, from the lessons Home."""
        if self._within is None:
            self.post_message(LeaveScreen())
            return
        at = next((n for n, row in enumerate(self._lessons) if row.lesson == self._within.id), 0)
        self._within = None
        self._fill(at)
