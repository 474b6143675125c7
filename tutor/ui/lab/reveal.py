"""After the run: what was predicted beside what happened."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.content.model import Experiment
from tutor.text import clean
from tutor.ui.lab import wording
from tutor.ui.lab.controller import LETTERS, Finished
from tutor.ui.lab.tables import wrap

_LABEL = 15
"""Width of the labels at the left."""
_GLUE = "\u00a0"
"""A blank that no line is broken at."""


class Reveal(VerticalScroll):
    """Prediction and outcome of a finished run, the feedback to the answer, and the figures."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__(id="reveal")
        self._shown: tuple[Finished, int] | None = None

    def compose(self) -> ComposeResult:
        yield Static()

    def show(self, experiment: Experiment, finished: Finished, width: int) -> None:
        """Compare the prediction with how this run ended, in lines of ``width`` cells."""
        if self._shown != (finished, width):
            self._shown = finished, width
            self.query_one(Static).update(comparison(experiment, finished, width))
            self.scroll_home(animate=False)


def comparison(experiment: Experiment, finished: Finished, width: int) -> Content:
    """The comparison as lines of text, each part beside its label."""
    options = experiment.prediction.options
    predicted, outcome = finished.prediction, finished.outcome
    rows = [
        ("You predicted", "bold", _answer(experiment, predicted, "nothing for this run")),
        (
            "What happened",
            "bold",
            _answer(experiment, outcome, "none of the answers describes it"),
        ),
    ]
    if predicted is not None and predicted == outcome:
        rows.append(("✓ Right.", "bold $text-success", options[predicted].feedback))
    elif predicted is not None:
        rows.append(("✗ Not so.", "bold $text-warning", options[predicted].feedback))
    if outcome is not None and outcome != predicted:
        rows.append((f"Why {LETTERS[outcome]}", "bold", options[outcome].feedback))
    measured = wording.measured(experiment, finished.result.quantities)
    glued = measured.replace(" ", _GLUE).replace("," + _GLUE, ", ")  # no line ends between name and number
    if finished.result.before:
        rows.append(("Before", "bold", finished.result.before))
    rows.append(("Measured", "bold", glued))
    return Content("\n").join(line for row in rows for line in _row(*row, width=width))


def _answer(experiment: Experiment, option: int | None, none: str) -> str:
    return (
        none if option is None else f"{LETTERS[option]}: {experiment.prediction.options[option].text.strip()}"
    )


def _row(label: str, style: str, text: str, *, width: int) -> list[Content]:
    lines = [line.replace(_GLUE, " ") for line in wrap(clean(text), width - _LABEL)]
    first, *others = lines or [""]
    return [
        Content.assemble((f"{label:<{_LABEL}}", style), first),
        *(Content(" " * _LABEL + other) for other in others),
    ]
