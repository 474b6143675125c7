"""The Lab of a lesson on the screen: question, panels, knobs, messages, keys.

What the keys do is decided in ``controller``; here it is laid out, drawn and kept up to date.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tutor.content.model import Lesson
from tutor.text import clean
from tutor.ui.lab import wording
from tutor.ui.lab.controller import Finished, LabController
from tutor.ui.lab.knobs import KnobList
from tutor.ui.lab.panels import AccuracyPanel, GradientPanel, Look, LossPanel, Panel, PicturePanel
from tutor.ui.lab.prediction import PredictionPane
from tutor.ui.lab.reveal import Reveal
from tutor.ui.services import Services

if TYPE_CHECKING:
    from tutor.progress.store import Store

_TICK = 0.05
"""Seconds between two looks at what the training process sent; a look costs next to nothing."""
_HIDDEN_PULL = 1.0
"""Seconds between pulls while the lab is not on the screen: enough to record a run that finishes."""


def _quiet(keys: str, action: str, description: str = "", display: str | None = None) -> Binding:
    """A key for the help screen alone: the key bar has room for the most used ones."""
    return Binding(keys, action, description, show=False, key_display=display)


class LabView(Widget, can_focus=True):
    """The lab of one lesson; trains in the background when another part of the lesson is shown."""

    DEFAULT_CSS = Path(__file__).with_name("lab.tcss").read_text(encoding="utf-8")

    # A binding without a description works, and is left out of the key bar and the help: another one's
    # key_display stands for it.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "control('toggle')", "Start/pause", tooltip="Start the training, or pause it"),
        Binding("s", "control('step')", "Step", tooltip="One step: a single update of the weights"),
        Binding(
            "e", "control('epoch')", "Epoch", tooltip="One epoch: to the end of this pass over the examples"
        ),
        Binding("x", "control('reset')", "Again", tooltip="Back to the start, same seed: the same run again"),
        Binding("n", "control('new_seed')", "New seed", tooltip="Back to the start, other random weights"),
        Binding(
            "up", "choose(-1)", "Knobs", key_display="↑↓←→", tooltip="Choose a knob (↑↓) and turn it (←→)"
        ),
        _quiet("down", "choose(1)"),
        _quiet("left", "control('turn', -1)"),
        _quiet("right", "control('turn', 1)"),
        Binding("p", "control('ask')", "Predict", tooltip="The question; predict the coming run"),
        _quiet("a", "predict(0)", "Answer the question: your prediction", "a-d"),
        _quiet("b", "predict(1)"),
        _quiet("c", "predict(2)"),
        _quiet("d", "predict(3)"),
        _quiet("enter", "enter", "Commit to the answer; show or hide what happened"),
        _quiet("f", "control('hurry')", "Full speed, or slow motion"),
        _quiet("1", "large(1)", "Loss, picture, gradients, accuracy: this one large", "1-4"),
        _quiet("2", "large(2)"),
        _quiet("3", "large(3)"),
        _quiet("4", "large(4)"),
        _quiet("0", "large(0)", "All panels"),
        _quiet("t", "table", "Panels as tables of numbers, or drawn"),
        _quiet("g", "log", "Linear or logarithmic axis of the loss"),
        _quiet("right_square_bracket,tab", "control('other_experiment', 1)", "The next experiment", "] tab"),
        _quiet("left_square_bracket,shift+tab", "control('other_experiment', -1)", "The one before", "["),
        _quiet("pageup", "page(-1)", "Scroll a long text", "pgup pgdn"),
        _quiet("pagedown", "page(1)"),
        _quiet("w", "restart", "Restart the training process, if it died"),
    ]

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
        self.controller = LabController(lesson, services.worker.send, experiment)
        self._look = Look(colours=services.colours, few=services.few_colours)
        self._large = 0
        self._loaded = False
        self._undrawn = False
        self._panels: list[Panel] = [LossPanel(), PicturePanel(), GradientPanel(), AccuracyPanel()]
        self._prediction = PredictionPane()
        self._knobs = KnobList()
        self._reveal = Reveal()

    def compose(self) -> ComposeResult:
        loss, picture, gradients, accuracy = self._panels
        yield Static(id="heading")
        with Horizontal(id="line"):
            yield Static(id="state")
            yield Static(id="status")
        yield self._prediction
        with Horizontal(id="charts"):
            with Horizontal(id="curves"):
                yield loss
                yield accuracy
            yield picture
        with Horizontal(id="lower"):
            yield gradients
            yield self._knobs
        yield self._reveal
        yield Static(id="advice")
        yield Static(id="standing")

    def on_mount(self) -> None:
        self.set_interval(_TICK, self._tick)
        self._prediction.ask(self.controller.bench)
        self._refresh_all()

    def on_show(self) -> None:
        self._refresh_all()

    def on_resize(self, event: events.Resize) -> None:
        self._refresh_all()

    def on_unmount(self) -> None:
        # The training process is shared: it must not go on with a run that nobody sees.
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
        if not controller.gone and not worker.alive and worker.exit_reason:
            controller.lost(worker.exit_reason)
            self._refresh_all()
        if not worker.alive or not (visible or self._loaded):
            return
        if not self._loaded:
            self._loaded = True
            controller.load()
        received = worker.poll()
        for event in received:
            finished = controller.receive(event)
            if finished is not None:
                self._record(finished)
                self.post_message(self.Ended(finished))
        controller.pull(time.monotonic(), *(() if visible else (_HIDDEN_PULL,)))
        self._undrawn = self._undrawn or bool(received)
        if self._undrawn and visible:
            self._undrawn = False
            self._refresh_all()

    def _record(self, finished: Finished) -> None:
        def record(store: Store) -> None:
            store.record_run(finished.result, finished.prediction, finished.outcome)

        self._services.writer.submit(record)

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
        for panel in self._panels:
            panel.show(controller.report, self._look)
        self._knobs.show(controller.bench)
        if controller.finished is not None and controller.revealing:
            self._reveal.show(controller.experiment, controller.finished, width - 2)  # room for its scrollbar

    def _say(self, name: str, text: str, style: str = "") -> None:
        widget, content = self.query_one(f"#{name}", Static), Content.styled(clean(text), style)
        if widget.content != content:
            widget.update(content, layout=name == "state")

    def _arrange(self) -> None:
        """Which parts are on the screen, and how large, told to the style sheet by classes."""
        controller, report = self.controller, self.controller.report
        width, height = self.size
        picture = report is None or report.surface is not None or report.samples is not None
        wide = width >= 110 and height >= 30
        self.set_class(controller.asking, "-asking")
        self.set_class(controller.revealing and not controller.asking, "-revealing")
        self.set_class(bool(controller.gone), "-gone")
        self.set_class(wide, "-wide")
        narrow = width < 70 or height < 18
        self.set_class(narrow, "-narrow")
        self.set_class(not picture, "-no-picture")
        for place in range(1, 5):
            self.set_class(self._large == place, f"-large-{place}")
        self.query_one("#lower").styles.height = "1fr" if self._large == 3 else self._lower_rows(narrow)

    def _lower_rows(self, narrow: bool) -> int:
        """Lines for the gradients and the knobs: what they need, but never more than a third of all."""
        report, knobs = self.controller.report, len(self.controller.experiment.knobs)
        if narrow:
            return min(max(knobs, 1), 3)
        if self._large:
            return min(max(knobs, 2), self.size.height // 3)
        layers = 5 if report and report.perceptron else len(report.layers) + 2 if report else 4
        return min(max(layers, knobs + 1), self.size.height // 3)

    # ------------------------------------------------------------------ keys

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

    def action_choose(self, direction: int) -> None:
        """Choose among the answers while the question is up, else among the knobs."""
        if self.controller.asking:
            self._prediction.move(direction)
        else:
            self.action_control("choose", direction)

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
        """Show one panel large; the same number again, or 0, shows all of them."""
        if self._has_panels():
            self._large = 0 if number == self._large else number
            self.controller.revealing = False
            self._look = replace(self._look, large=self._large > 0)
            self._tell("0 shows all panels again, t this one as a table." if self._large else "All panels.")

    def action_table(self) -> None:
        """Change between pictures and tables of numbers."""
        if self._has_panels():
            self._look = replace(self._look, table=not self._look.table)
            self._tell("The panels as numbers; t draws them." if self._look.table else "The panels drawn.")

    def action_log(self) -> None:
        """Change between a linear and a logarithmic axis of the loss."""
        if self._has_panels():
            self._look = replace(self._look, log=not self._look.log)
            explained = (
                "Logarithmic axis: equal distances are equal factors, so small losses can be told apart."
            )
            self._tell(explained if self._look.log else "Linear axis: equal distances are equal amounts.")

    def action_restart(self) -> None:
        """Start the training process anew, if it has died."""
        if self.controller.gone:
            self._services.worker.restart()
            self.controller.revive()
        else:
            self.controller.notice = "The training process is alive: there is nothing to restart."
        self._refresh_all()

    def action_page(self, direction: int) -> None:
        """Scroll the question or the comparison where it is longer than the screen."""
        text = self._prediction if self.controller.asking else self._reveal
        (text.scroll_page_down if direction > 0 else text.scroll_page_up)(animate=False)

    def _has_panels(self) -> bool:
        if self.controller.asking:
            self._tell("The panels come after the prediction: choose an answer, or press p.")
        return not self.controller.asking

    def _tell(self, notice: str) -> None:
        self.controller.notice = notice
        self._refresh_all()
