"""Whether an experiment, or the numbers of a question, can be made: the pack checker is handed these."""

from __future__ import annotations

from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.content.questions import Trace
from tutor.content.settings import initial_knobs
from tutor.errors import InputError, TutorError
from tutor.lab.run import Run
from tutor.lab.trace import pose


def validate(experiment: Experiment) -> None:
    """Build the experiment with its own knob values, and with each other stop of each knob in turn.

    Raises a :class:`TutorError` that says what does not fit, and at which stop. Nothing is trained.
    """
    Run(experiment, lesson="", learn_source=False)
    for name, own in initial_knobs(experiment).items():
        knob = next(knob for knob in experiment.knobs if knob.name == name)
        for stop in knob.values:
            if stop != own:
                _try(experiment, name, stop)


def try_trace(question: Trace) -> None:
    """Draw the numbers of a question; raises a :class:`TutorError` that says why there are none."""
    pose(question, seed=0)


def _try(experiment: Experiment, name: str, stop: Value) -> None:
    try:
        Run(experiment, lesson="", knobs={name: stop}, learn_source=False)
    except TutorError as error:
        raise InputError(f"with {name} = {stop}: {error.message}", error.hint) from error
