"""After the run: what was predicted beside what happened."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tutor.content.model import Experiment
from tutor.ui.lab import wording
from tutor.ui.lab.controller import LETTERS, Finished


class Reveal(Static):
    """Prediction and outcome of a finished run, the feedback to the answer, and the figures."""

    def __init__(self) -> None:
        super().__init__(id="reveal")

    def show(self, experiment: Experiment, finished: Finished) -> None:
        """Compare the prediction with how this run ended."""
        self.update(comparison(experiment, finished))


def comparison(experiment: Experiment, finished: Finished) -> Content:
    """The comparison as lines of text."""
    options = experiment.prediction.options
    predicted, outcome = finished.prediction, finished.outcome
    lines = [_row("You predicted", _answer(experiment, predicted, "nothing for this run"))]
    happened = _answer(experiment, outcome, "something that none of the answers describes")
    lines.append(_row("What happened", happened))
    if predicted is not None and predicted == outcome:
        lines.append(_verdict("✓ Right.", "$text-success", options[predicted].feedback))
    elif predicted is not None:
        lines.append(_verdict("✗ Not this time.", "$text-warning", options[predicted].feedback))
    if outcome is not None and outcome != predicted:
        lines.append(_row(f"Why {LETTERS[outcome]}", options[outcome].feedback.strip()))
    lines.append(_row("Measured", wording.measured(experiment, finished.result.quantities)))
    return Content("\n").join(lines)


def _answer(experiment: Experiment, option: int | None, none: str) -> str:
    return (
        none if option is None else f"{LETTERS[option]}  {experiment.prediction.options[option].text.strip()}"
    )


def _row(label: str, text: str) -> Content:
    return Content.assemble((f"{label:<14}", "bold"), text)


def _verdict(word: str, style: str, feedback: str) -> Content:
    return Content.assemble((f"{word} ", f"bold {style}"), feedback.strip())
