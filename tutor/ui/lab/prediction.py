"""The question before the run: what will happen?"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.text import clean
from tutor.ui.lab.bench import Bench
from tutor.ui.lab.controller import LETTERS


class PredictionPane(VerticalScroll):
    """About the experiment, the question and its answers, one of them highlighted."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__(id="prediction")
        self._bench: Bench | None = None
        self.highlighted = 0

    def ask(self, bench: Bench) -> None:
        """Put this bench's question; the highlight stands on the answer committed to, or on the first."""
        if bench is not self._bench:
            self.highlighted = bench.prediction or 0
        self._bench = bench
        self.refresh(recompose=True)

    def move(self, direction: int) -> None:
        """Highlight the answer above or below."""
        if self._bench is not None:
            self.highlighted = (self.highlighted + direction) % len(self._bench.experiment.prediction.options)
            self._mark()

    def compose(self) -> ComposeResult:
        if self._bench is None:
            return
        experiment = self._bench.experiment
        about = f"{experiment.about.strip()} {how_long(experiment.seconds)}"
        yield Static(Content(clean(about)), classes="about")
        turned = ", ".join(f"{label} {value}" for label, value in self._bench.turned.items())
        if turned:
            yield Static(
                Content(clean(f"You have turned: {turned}. Predict the run with these.")), classes="turned"
            )
        yield Static(Content(clean(experiment.prediction.prompt.strip())), classes="question")
        for index, option in enumerate(experiment.prediction.options):
            committed = "  (your prediction)" if index == self._bench.prediction else ""
            yield OptionLine(
                index, f"{option.text.strip()}{committed}", highlighted=index == self.highlighted
            )

    def _mark(self) -> None:
        for line in self.query(OptionLine):
            line.highlight(line.index == self.highlighted)


def how_long(seconds: float) -> str:
    """About how long the default run takes, as a sentence."""
    took = "less than 0.1 s" if seconds < 0.1 else f"about {seconds:.2g} s"
    return f"At full speed (f) a run takes {took}, in slow motion longer."


class OptionLine(Static):
    """One answer, with its letter."""

    def __init__(self, index: int, text: str, *, highlighted: bool) -> None:
        super().__init__(classes="option")
        self.index = index
        self._text = clean(text)
        self.highlight(highlighted)

    def highlight(self, on: bool) -> None:
        """Mark this answer, or take the mark away."""
        self.set_class(on, "-highlighted")
        self.update(Content(f"{'>' if on else ' '} {LETTERS[self.index]}  {self._text}"))
        if on and self.is_attached:
            self.scroll_visible(animate=False)
