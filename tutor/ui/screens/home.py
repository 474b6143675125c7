"""Home: the lessons, how far each one is, and what to do next."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.allocator import give_back
from tutor.content.model import Lesson
from tutor.errors import StoreError
from tutor.progress.state import LessonState
from tutor.quiz.due import due_words
from tutor.ui.keys import COPY
from tutor.ui.messages import (
    OpenBench,
    OpenClinic,
    OpenExam,
    OpenLesson,
    OpenMastery,
    OpenQuiz,
    OpenReview,
    OpenTimeline,
)
from tutor.ui.reviewing import look_up
from tutor.ui.services import Services
from tutor.ui.standing import Next, next_step, read_before, score_words, status_words
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.keybar import KeyBar

READ_AGAIN = 1.0
"""Seconds after which a database that could not be read is read again."""


class LessonList(OptionList, inherit_bindings=False):
    """The lessons; the reversed row is the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", tooltip="Open the lesson, where you left it"),
        Binding("up", "cursor_up", "Choose", key_display="↑↓", tooltip="Choose a lesson"),
        Binding("down", "cursor_down", "Down", show=False, tooltip="The next lesson"),
        Binding("home", "first", "First", show=False, tooltip="The first lesson"),
        Binding("end", "last", "Last", show=False, tooltip="The last lesson"),
        Binding("pageup", "page_up", "Up", show=False, tooltip="A screenful up"),
        Binding("pagedown", "page_down", "Down", show=False, tooltip="A screenful down"),
    ]


class HomeScreen(Screen[None], inherit_bindings=False):
    """The list of lessons, read anew whenever the learner comes back."""

    AUTO_FOCUS = "LessonList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quiz", "Quiz", tooltip="Questions from all the lessons you have read, mixed"),
        Binding("v", "review", "Review", tooltip="Questions that are due, before you forget them"),
        Binding("p", "mastery", "Progress", tooltip="How well each lesson and topic is known, over time"),
        Binding("e", "exam", "Exam", tooltip="An exam on the lessons you have read: timed, with a report"),
        Binding("t", "timeline", "Years", tooltip="The history in years, each with its lesson"),
        Binding("c", "clinic", "Clinic", tooltip="Runs that went wrong: find out why, and cure them"),
        Binding("b", "bench", "Bench", tooltip="Your own experiment: any data, any network"),
        COPY,
    ]
    HELP = (
        "Each lesson is read, tried in the lab on networks that train as you watch, and checked in a quiz. "
        "What you do is saved at once; close the program whenever you like."
    )

    class Stale(Message):
        """What was written before is on the disk: the list can be read anew."""

    class Looked(Message):
        """How many questions are due is known."""

        def __init__(self, due: int) -> None:
            super().__init__()
            self.due = due

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._lessons = services.catalog.lessons
        self._list = LessonList(id="lessons")
        self._next = Static(id="next")
        self._about = Static(id="about")
        self._states: dict[str, LessonState] = {}
        self._step = Next("")
        self._due = 0

    def compose(self) -> ComposeResult:
        """Title, what to do next, the lessons, more on the chosen one, the keys."""
        yield Static(
            Content.assemble(("dltutor", "bold $primary"), "  deep learning, step by step"), id="title"
        )
        yield Banner(self._services)
        yield self._next
        yield self._list
        yield self._about
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the progress and choose what comes next; what is due is looked up behind the first paint."""
        step = self._read()
        self.call_after_refresh(self._look_up)
        numbers = {lesson.id: number for number, lesson in enumerate(self._lessons)}
        self._list.highlighted = numbers.get(step.lesson, 0) if self._lessons else None

    def on_screen_resume(self) -> None:
        """Read anew, behind everything that is still being written."""
        self._services.writer.submit(lambda _store: self.post_message(self.Stale()))

    def on_home_screen_stale(self) -> None:
        """The learner was elsewhere: show what became of it."""
        self._read()
        self._look_up()

    def _look_up(self) -> None:
        self.run_worker(self._count_due, thread=True, exclusive=True)

    def _count_due(self) -> None:
        due = look_up(self._services)
        self.post_message(self.Looked(len(due.questions) if due else 0))
        give_back()  # what the screens that were closed have held

    def on_home_screen_looked(self, event: Looked) -> None:
        """Say what is due."""
        self._due = event.due
        self._say_next()

    def on_resize(self) -> None:
        """The columns follow the width."""
        self._fill()

    def _read(self) -> Next:
        try:
            self._states = self._services.store.lesson_states(self._lessons)
            step = next_step(self._lessons, self._states, self._services.store.place)
        except StoreError as error:
            step = Next(f"{error.message}; {error.hint}")
            self.set_timer(READ_AGAIN, self._read)  # another session that writes is done by then
        self._step = step
        self._say_next()
        self._fill()
        return step

    def _say_next(self) -> None:
        parts = [("Next: ", "bold $accent") if self._step.lesson else ("", ""), (self._step.text, "")]
        if self._due:
            parts += [("\nReview: ", "bold $accent"), (f"{due_words(self._due)}: v", "")]
        self._next.update(Content.assemble(*parts))

    def _fill(self) -> None:
        chosen = self._list.highlighted
        self._list.clear_options()
        self._list.add_options([Option(self._row(lesson), id=lesson.id) for lesson in self._lessons])
        self._list.highlighted = chosen

    def _row(self, lesson: Lesson) -> Content:
        state = self._states.get(lesson.id)
        status, score = (status_words(state), score_words(state)) if state else ("", "")
        right = f"  {lesson.head.years:<11} {status:<19} {score:>10}"
        title = Content(f"{lesson.number:>2}  {lesson.title}")
        room = max(self.size.width - 6 - len(right), 16)
        return Content.assemble(title.truncate(room, ellipsis=True, pad=True), right)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say more about the chosen lesson."""
        lesson = self._lessons[event.option_index]
        head = lesson.head
        text = f"{head.summary} About {head.minutes} minutes."
        text = f"{text} {read_before(lesson, self._lessons)}".rstrip()
        self._about.update(Content.assemble((f"{lesson.title}  ", "bold"), text))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open it."""
        self.post_message(OpenLesson(self._lessons[event.option_index].id))

    def action_review(self) -> None:
        """Open the review."""
        self.post_message(OpenReview())

    def action_mastery(self) -> None:
        """Open how well it is all known."""
        self.post_message(OpenMastery())

    def action_clinic(self) -> None:
        """Open the clinic."""
        self.post_message(OpenClinic())

    def action_timeline(self) -> None:
        """Open the years."""
        self.post_message(OpenTimeline())

    def action_bench(self) -> None:
        """Open the free bench."""
        self.post_message(OpenBench())

    def action_exam(self) -> None:
        """Open an exam."""
        self.post_message(OpenExam())

    def action_quiz(self) -> None:
        """Open quiz mode."""
        self.post_message(OpenQuiz())
