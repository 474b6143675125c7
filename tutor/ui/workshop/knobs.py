"""Knobs for an experiment that has none of its own: what is worth turning while a bench trains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from tutor.content.model import Experiment, Knob
from tutor.content.part import Value
from tutor.content.settings import initial_knobs
from tutor.errors import InputError
from tutor.ui.workshop.layers import LayerText, split


def with_knobs(experiment: Experiment) -> Experiment:
    """The experiment with its own knobs, or with usual ones if it has none that fit its settings."""
    try:
        if experiment.knobs and initial_knobs(experiment):
            return experiment
    except InputError:
        pass  # a setting was changed to a value that its knob does not have
    return replace(experiment, knobs=list(_usual(experiment)))


def _usual(experiment: Experiment) -> Iterator[Knob]:
    model, training = experiment.model, experiment.training
    rate = model.learning_rate
    around = [float(f"{rate * factor:.3g}") for factor in (0.1, 0.3, 3, 10)]
    yield Knob("learning_rate", "learning rate", _with(rate, around), "How far a step goes.")
    if model.optimizer in ("sgd", "rmsprop"):
        help = "How much of the step before is kept."
        yield Knob("momentum", "momentum", _with(model.momentum, [0.0, 0.5, 0.9]), help)
    sizes = _with(training.batch_size, [1, 8, 32, 128, 0])
    yield Knob("batch_size", "batch size", sizes, "Examples a step; 0 is all of them.")
    hidden = [LayerText.read(text) for text in split(model.layers)[:-1]]
    units = {layer.parts["units"] for layer in hidden if layer.kind == "dense"}
    if len(units) == 1:
        help = "In every hidden layer."
        yield Knob("hidden_units", "hidden units", _with(int(units.pop()), [2, 4, 8, 16, 32, 64]), help)
    functions = {layer.parts["activation"] for layer in hidden if layer.kind in ("dense", "conv")}
    if len(functions) == 1 and "linear" not in functions:
        (own,) = functions
        names: list[Value] = list(dict.fromkeys([own, "sigmoid", "tanh", "relu"]))
        yield Knob("activation", "activation", names, "Of the hidden units.")
    yield Knob("l2", "l2", _with(model.l2, [0.0, 0.0001, 0.001, 0.01]), "Penalty on large weights.")


def _with(own: float, others: Iterable[float]) -> list[Value]:
    """The stops in order, the experiment's own among them; 0 comes last where it stands for everything."""
    stops = sorted({*others, own})
    return [*stops[1:], 0] if stops[0] == 0 and isinstance(own, int) else list(stops)
