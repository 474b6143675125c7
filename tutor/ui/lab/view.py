"""The Lab of a lesson on the screen: question, panels, knobs, messages, keys.

What the keys do is decided in ``controller``; here it is laid out, drawn and kept up to date.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tutor.content.model import Lesson
from tutor.errors import StoreError
from tutor.text import clean
from tutor.ui.lab import branches, rest, revival, wording
from tutor.ui.lab.board import Board, Tile
from tutor.ui.lab.controller import Finished, LabController
from tutor.ui.lab.desk import Desk
from tutor.ui.lab.drawing import strips_of_text
from tutor.ui.lab.keys import BINDINGS, NOT_WHILE_ASKED
from tutor.ui.lab.knobs import knob_strips
from tutor.ui.lab.layout import KNOBS, Place
from tutor.ui.lab.panels import PANELS
from tutor.ui.lab.prediction import PredictionPane
from tutor.ui.lab.reveal import Reveal
from tutor.ui.lab.rhythm import NOTICE, TICK, Rhythm
from tutor.ui.lab.scene import Look
from tutor.ui.services import Services
from tutor.worker import protocol

if TYPE_CHECKING:
    from tutor.progress.store import Store

_CROWDED = 12
"""Lines of the board below which the knobs make room for the panels while a comparison is shown."""


class LabView(Widget, can_focus=True):
    """The lab of one lesson; trains in the background when another part of the lesson is shown."""

    DEFAULT_CSS = Path(__file__).with_name("lab.tcss").read_text(encoding="utf-8")

    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    @dataclass
    class Chose(Message):
        """The learner went to another experiment of the lesson."""

        experiment: str

    @dataclass
    class Ended(Message):
        """A run is over."""

        finished: Finished

    def __init__(
        self, lesson: Lesson, services: Services, experiment: str = "", *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._services = services
        self._rhythm = Rhythm(slow=services.slow)
        self.controller = LabController(lesson, services.worker.send, experiment)
        look = Look(colours=services.colours, few=services.few_colours)
        self.desk = Desk(look, lesson.experiments)
        self._places: list[Place] = []
        self._loaded = False
        self._undrawn = False
        self._board = Board()
        self._prediction = PredictionPane()
        self._reveal = Reveal()
        self._asked: bool | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="heading")
        with Horizontal(id="line"):
            yield Static(id="state")
            yield Static(id="status")
        yield self._prediction
        yield self._board
        yield self._reveal
        yield Static(id="position")
        yield Static(id="lots")
        yield Static(id="advice")
        yield Static(id="standing")

    def on_mount(self) -> None:
        self.call_after_refresh(self._services.worker.start)
        self.set_interval(TICK, self._tick)
        self._read_runs()
        self._prediction.ask(self.controller.bench)
        self._refresh_all()

    def on_show(self) -> None:
        self._refresh_all()

    def on_resize(self, event: events.Resize) -> None:
        self._refresh_all()

    def on_unmount(self) -> None:
        # The training process is shared: it must not go on with a run that nobody sees, nor rest for good.
        rest.wake(self.controller)
        if self.controller.state == "running" and self._services.worker.alive:
            self.controller.toggle()

    # ------------------------------------------------------------------ the training process

    @property
    def _on_screen(self) -> bool:
        return self.display and self.is_on_screen and self.screen.is_current

    def _tick(self) -> None:
        """Take in what the training process sent and ask for more; draw only if something came."""
        worker, controller = self._services.worker, self.controller
        visible = self._on_screen
        self._keep_time(visible)
        if not controller.gone and not worker.alive and worker.exit_reason:
            revival.lost(controller, worker.exit_reason)
            self._refresh_all()
        if not worker.alive or not (visible or self._loaded):
            return
        self._load()
        if rest.attend(controller, self._services.attendance):
            self._undrawn = True
        self._services.attendance.called_back = controller.resting and visible
        received = worker.poll()
        for event in received:
            finished = controller.receive(event)
            if finished is not None:
                self._record(finished)
                self.post_message(self.Ended(finished))
        controller.pull(time.monotonic(), self._rhythm.every(self.size.area, visible=visible))
        self._undrawn = self._undrawn or bool(received)
        if self._undrawn and visible:
            self._undrawn = False
            self._refresh_all()

    def _load(self) -> None:
        """Have the experiment built, once: for the first look at it, or for a key typed ahead of that."""
        if not self._loaded:
            self._loaded = True
            self._services.worker.start()
            self.controller.load()

    def _keep_time(self, visible: bool) -> None:
        """Draw less often once the terminal cannot keep up."""
        if not visible:
            self._rhythm.forget()
        elif self._rhythm.look(time.monotonic()):
            self.controller.notice = NOTICE

    def _record(self, finished: Finished) -> None:
        def record(store: Store) -> None:
            store.record_run(finished.result, finished.prediction, finished.outcome)

        self._services.writer.submit(record)
        self.desk.runs = (finished.past, *self.desk.runs)

    def _read_runs(self) -> None:
        """The lesson's runs of earlier sittings; none where the database cannot be read."""
        try:
            self.desk.runs = tuple(self._services.store.runs(self.controller.lesson.id))
        except StoreError as error:
            self.controller.notice = f"Earlier runs cannot be read: {error.message}"

    # ------------------------------------------------------------------ drawing

    def _refresh_all(self) -> None:
        """Show what the controller says; widgets that already show it are left alone."""
        if not self.is_mounted or self.size.width == 0:
            return
        controller, width = self.controller, self.size.width
        self._arrange()
        self._say("heading", wording.heading(controller, width), "bold")
        word = wording.state_word(controller)
        self._say("state", f" {word} ", "reverse")
        self._say("status", wording.status(controller.report, width - len(word) - 4))
        self._say("advice", wording.advice(controller))
        self._say("standing", wording.standing(controller))
        self._say("position", branches.position(controller.report))
        self._say("lots", branches.lots(controller.report.lottery if controller.report else None))
        self._show_panels()
        if controller.finished is not None and controller.revealing:
            self._reveal.show(controller.experiment, controller.finished, width - 2)  # room for its scrollbar

    def _show_panels(self) -> None:
        """Draw the board, and ask the training process for what the panels on it show."""
        controller, size = self.controller, self._board.size
        if controller.asking or not size.area:
            controller.link.want(protocol.Pull())
            return
        # Beside a comparison on a small screen there is room for the panels alone.
        crowded = controller.revealing and size.height < _CROWDED
        knobs = 0 if crowded else max(len(controller.experiment.knobs), 1)
        self._places = self.desk.places(controller.report, size.width, size.height, knobs)
        controller.link.want(self.desk.wish(controller.report, self._places))
        self._board.show([self._tile(place) for place in self._places])

    def on_board_resized(self) -> None:
        self._show_panels()

    def _tile(self, place: Place) -> Tile:
        bench, report = self.controller.bench, self.controller.report
        if place.number == KNOBS:
            arrows = self.desk.arrows == KNOBS
            state = (bench.experiment, bench.chosen, tuple(bench.knobs.values()), arrows)
            return Tile(place, state, lambda width, height: knob_strips(bench, width, height, arrows=arrows))
        if report is None:
            waiting = self.controller.busy or "waiting for the first report"
            words = waiting if place is self._places[0] else ""
            return Tile(place, words, lambda width, height: strips_of_text(wrap(words, max(width, 1))))
        scene = self.desk.scene(report, place.number)
        return Tile(place, scene, lambda width, height: PANELS[place.number].draw(scene, width, height))

    def _say(self, name: str, text: str, style: str = "") -> None:
        widget, content = self.query_one(f"#{name}", Static), Content.styled(clean(text), style)
        if widget.content != content:
            widget.update(content, layout=name == "state")

    def _arrange(self) -> None:
        """Which parts are on the screen, told to the style sheet by classes."""
        controller, report = self.controller, self.controller.report
        width, height = self.size
        self.set_class(controller.asking, "-asking")
        self.set_class(controller.revealing and not controller.asking, "-revealing")
        narrow = width < 70 or height < 18
        self.set_class(narrow, "-narrow")
        shown = not controller.asking
        self.query_one("#position").display = shown and bool(branches.position(report))
        self.query_one("#lots").display = shown and report is not None and report.lottery is not None
        # The comparison leaves the panels half of the room, and scrolls; where it is narrow it stands alone.
        self._reveal.styles.max_height = None if narrow else (height - 5) // 2 + 1
        if self._asked != controller.asking:
            self._asked = controller.asking
            self.refresh_bindings()

    # ------------------------------------------------------------------ keys

    def open(self, experiment: str) -> None:
        """Go to the experiment with this id; where it is there already, nothing begins anew."""
        ids = [one.id for one in self.controller.lesson.experiments]
        if away := ids.index(experiment) + 1 - self.controller.place[0]:
            self.action_control("other_experiment", away)

    def action_control(self, verb: str, *arguments: int) -> None:
        """Have the controller do it, then show what came of it."""
        was_asking, experiment = self.controller.asking, self.controller.experiment
        getattr(self.controller, verb)(*arguments)
        chose = experiment is not self.controller.experiment
        if chose:
            self.post_message(self.Chose(self.controller.experiment.id))
        if self.controller.asking and (chose or not was_asking):
            self._prediction.ask(self.controller.bench)
        self._refresh_all()

    def action_branch(self, verb: str, *arguments: int) -> None:
        """Go back along the run, keep it, draw lots."""
        getattr(branches, verb)(self.controller, *arguments)
        self._refresh_all()

    def action_arrow(self, across: int, down: int) -> None:
        """Choose among the answers while the question is up, else in what has the arrows."""
        if self.controller.asking and down:
            self._prediction.move(down)
        elif self.controller.asking or self.desk.arrows == KNOBS:
            verb, direction = ("turn", across) if across else ("choose", down)
            self.action_control(verb, direction)
        else:
            self._tell(self.desk.move(self.controller.report, across, down))

    def action_predict(self, option: int) -> None:
        """Commit to an answer, if the question is up."""
        self.action_control("predict" if self.controller.asking else "not_asked", option)

    def action_enter(self) -> None:
        """Commit to the highlighted answer, or show or hide the comparison."""
        if self.controller.asking:
            self.action_predict(self._prediction.highlighted)
        else:
            self.action_control("compare")

    def action_large(self, number: int) -> None:
        """Show one panel large; the same number again, or 0, shows several."""
        if self._has_panels():
            self.controller.revealing = False
            self._tell(self.desk.enlarge(self.controller.report, number))

    def action_arrows(self) -> None:
        """Give the arrows to the next panel, or back to the knobs."""
        if self._has_panels():
            self._tell(self.desk.next_arrows(self._places))

    def action_table(self) -> None:
        """Change between pictures and tables of numbers."""
        if self._has_panels():
            self._tell(self.desk.table())

    def action_log(self) -> None:
        """Change between a linear and a logarithmic axis of the loss."""
        if self._has_panels():
            self._tell(self.desk.log())

    def action_restart(self) -> None:
        """Start the training process anew, if it has died."""
        if self.controller.gone:
            self._services.worker.restart()
            revival.revive(self.controller)
        else:
            self.controller.notice = "The training process is alive: there is nothing to restart."
        self._refresh_all()

    def action_page(self, direction: int) -> None:
        """Scroll the question, the comparison or a table where it is longer than the screen."""
        controller = self.controller
        if controller.asking or (controller.revealing and controller.finished is not None):
            text = self._prediction if controller.asking else self._reveal
            (text.scroll_page_down if direction > 0 else text.scroll_page_up)(animate=False)
        else:
            self._tell(self.desk.page(direction))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the question is up, the key bar offers no training: ``on_key`` says why."""
        return not (self.controller.asking and (action, *parameters) in NOT_WHILE_ASKED)

    def on_key(self, event: events.Key) -> None:
        """Keys whose actions are off while the question is up (they come here first) say why."""
        if not self.controller.gone:
            self._load()
        if self.controller.asking and event.key in NOT_WHILE_ASKED.values():
            event.stop()
            self._tell("First answer the question: press a letter, or p to go back to the panels.")

    def _has_panels(self) -> bool:
        if self.controller.asking:
            self._tell("The panels come after the prediction: choose an answer, or press p.")
        return not self.controller.asking

    def _tell(self, notice: str) -> None:
        self.controller.notice = notice
        self._refresh_all()
