"""The settings of an experiment as rows of a form: what each is called, how it stands, how it is changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from tutor.content.condition import Condition
from tutor.content.model import Experiment, Goal
from tutor.content.part import Value
from tutor.errors import InputError
from tutor.text import clean_line
from tutor.ui.workshop import choices
from tutor.ui.workshop.layers import STARTS, LayerText, split

Change = Callable[[str], Experiment]

RATES = (0.0, *(digit * 10.0**power for power in range(-5, 1) for digit in (1, 2, 5)), 10.0)
COUNTS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 200, 256, 300, 512, 1000, 1297, 2000, 5000)
EPOCHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
SIZES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
"""Where left and right stop; any other number can be typed."""


@dataclass(frozen=True)
class Row:
    """One line of the form. ``stops`` are the values that left and right go through, in order."""

    group: str
    label: str
    value: str
    help: str
    enter: Change
    """From a typed text to the changed experiment; raises :class:`InputError` with one clear line."""
    stops: Sequence[str] = ()
    layer: int = -1
    """Which layer it belongs to; -1 for none."""

    def turned(self, direction: int) -> Experiment | None:
        """The experiment with the neighbouring stop; None at the end, or where there are none."""
        if self.value in self.stops:
            place = self.stops.index(self.value) + direction
            return self.enter(self.stops[place]) if 0 <= place < len(self.stops) else None
        number = _number(self.value)
        if number is None:
            return self.enter(self.stops[0]) if self.stops else None
        numbers = [float(stop) for stop in self.stops if _number(stop) is not None]
        beyond = [stop for stop in numbers if (stop - number) * direction > 0]
        if not beyond:
            return None
        return self.enter(f"{min(beyond) if direction > 0 else max(beyond):g}")


def rows_of(experiment: Experiment, columns: Sequence[str] = ()) -> list[Row]:
    """All rows, group by group; ``columns`` are those of the table, where the data is one."""
    make = _Maker(experiment)
    return [*_data(make, columns), *_network(make), *_learning(make), *_training(make)]


class _Maker:
    """Makes rows for the fields of one experiment."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment

    def put(self, path: str, value: object) -> Experiment:
        """The experiment with one field, ``model.l2`` or ``data.options.noise``, exchanged."""
        part, _, name = path.partition(".")
        if not name:
            return replace(self.experiment, **{part: value})
        inside: Any = getattr(self.experiment, part)
        if name.startswith("options."):
            options = {**inside.options, name.removeprefix("options."): value}
            return replace(self.experiment, data=replace(inside, options=options))
        return replace(self.experiment, **{part: replace(inside, **{name: value})})

    def read(self, path: str) -> Any:
        """The field's value."""
        thing: Any = self.experiment
        for name in path.split("."):
            thing = thing[name] if isinstance(thing, dict) else getattr(thing, name)
        return thing

    def text(
        self, group: str, label: str, path: str, help: str, stops: Sequence[str] = (), only: bool = False
    ) -> Row:
        """A word or a sentence; with ``only`` nothing but one of the stops."""

        def enter(text: str) -> Experiment:
            if only and text not in stops:
                raise InputError(f"{label} cannot be {text!r}", f"it can be: {', '.join(stops)}")
            return self.put(path, text)

        return Row(group, label, str(self.read(path)), help, enter, stops)

    def switch(self, group: str, label: str, path: str, help: str) -> Row:
        """On or off."""

        def enter(text: str) -> Experiment:
            if text not in ("off", "on"):
                raise InputError(f"{label} is on or off, not {text!r}", "type one of the two")
            return self.put(path, text == "on")

        return Row(group, label, "on" if self.read(path) else "off", help, enter, ("off", "on"))

    def number(
        self,
        group: str,
        label: str,
        path: str,
        help: str,
        stops: Sequence[float],
        *,
        least: float = 0.0,
        below: float = math.inf,
        above: float = -math.inf,
    ) -> Row:
        """A number; a whole one if the field holds one now."""
        value = self.read(path)

        def enter(text: str) -> Experiment:
            return self.put(path, read_number(label, text, type(value), least, below, above))

        kept = [stop for stop in stops if least <= stop < below and stop > above]
        return Row(group, label, f"{value:g}" if isinstance(value, float) else str(value), help, enter,
                   [f"{stop:g}" for stop in kept])  # fmt: skip


def read_number(
    label: str,
    text: str,
    kind: type,
    least: float = 0.0,
    below: float = math.inf,
    above: float = -math.inf,
) -> int | float:
    """A typed number within these limits; raises :class:`InputError` that names them."""
    number = _number(text)
    whole = kind is int
    if number is None or number < least or number >= below or number <= above or (whole and number % 1):
        limits = f"above {above:g}" if above > -math.inf else f"of {least:g} or more"
        limits += f", below {below:g}" if below < math.inf else ""
        what = "a whole number" if whole else "a number"
        raise InputError(f"{label} must be {what} {limits}, not {clean_line(text)[:30]!r}", "type it anew")
    return int(number) if whole else number


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


# ------------------------------------------------------------------------------- the groups

DATA, NETWORK, LEARNING, TRAINING = "Data", "Network", "Learning", "Training"


def _data(make: _Maker, columns: Sequence[str]) -> Iterator[Row]:
    experiment, data = make.experiment, make.experiment.data

    def choose(name: str) -> Experiment:
        if name not in choices.DATA_SETS:
            raise InputError(f"there is no data set {name!r}", f"there are: {', '.join(choices.DATA_SETS)}")
        options: dict[str, Value] = dict(choices.DATA_SETS[name])
        return replace(experiment, data=replace(data, name=name, options=options, examples=0))

    yield make.text("Name", "title", "title", "What the experiment is called, in its file and over the lab.")
    yield Row(DATA, "data set", data.name, "What to learn; csv is a table of your own.", choose,
              tuple(choices.DATA_SETS))  # fmt: skip
    for option in data.options:
        yield _option(make, option, columns)
    if "examples" not in choices.DATA_SETS.get(data.name, {}):
        yield make.number(DATA, "examples", "data.examples", "Train on the first so many; 0 is all.", COUNTS)
    yield make.switch(DATA, "standardize", "data.standardize", "Each input to mean 0 and deviation 1.")
    yield make.number(DATA, "input scale", "data.input_scale", "Every input times this.", RATES, above=0.0)
    help = "The share of training targets that are dealt out anew: nothing can be learnt from those."
    yield make.number(DATA, "shuffled labels", "data.shuffled_labels", help, (*SHARES, 1.0), below=1.0001)


def _option(make: _Maker, option: str, columns: Sequence[str]) -> Row:
    name, path = make.experiment.data.name, f"data.options.{option}"
    label = option.replace("_", " ")
    if (name, option) in choices.OPTION_CHOICES:
        return make.text(DATA, label, path, "One of a few.", choices.OPTION_CHOICES[name, option], only=True)
    if isinstance(make.read(path), str):
        helps = {
            "file": "Path of a CSV file whose first line names the columns: enter, and type it.",
            "target": "The column to predict.",
            "classes": 'The digits that take part, like "56789"; empty: all ten.',
            "pair": 'Two digits, like "5 6", make a yes-or-no of it; empty: all ten.',
        }
        stops = columns if option == "target" else ()
        return make.text(DATA, label, path, helps.get(option, ""), stops, only=bool(stops))
    amounts = SIZES if isinstance(make.read(path), float) else COUNTS
    return make.number(DATA, label, path, "An option of this data set.", amounts)


def _network(make: _Maker) -> Iterator[Row]:
    layers = split(make.experiment.model.layers)
    for place, text in enumerate(layers):
        yield from _layer(make, layers, place, LayerText.read(text))
    more = choices.INITIALIZERS
    help = "What the weights begin as; normal, uniform, constant take a number: normal 1.0."
    yield make.text(NETWORK, "first weights", "model.kernel_initializer", help, more)
    yield make.text(NETWORK, "first biases", "model.bias_initializer", "What the biases begin as.", more)
    help = "Numbers of 32 bits, or of 64: slower, and more exact."
    yield make.text(NETWORK, "precision", "model.dtype", help, choices.PRECISIONS, only=True)


def _layer(make: _Maker, layers: list[str], place: int, layer: LayerText) -> Iterator[Row]:
    def written(text: str) -> Experiment:
        if not text.strip() or "," in text:
            raise InputError("a layer is one line without a comma", 'write it like "dense 8 tanh"')
        changed = [*layers[:place], STARTS.get(text.strip(), text.strip()), *layers[place + 1 :]]
        return make.put("model.layers", ", ".join(changed))

    def exchange(part: str) -> Change:
        return lambda text: written(layer.changed(part, _part(part, text)).write())

    help = "←→ another kind of layer; a adds one below, d takes it out; enter: type the whole line."
    whole = Row(NETWORK, f"layer {place + 1}", layers[place], help, written, tuple(STARTS), place)
    yield _Kind(**{**vars(whole), "kind": layer.kind})
    for part, value in layer.parts.items():
        shown = value or "window" if part == "stride" else value
        yield Row(NETWORK, f"  {part}", shown, _PART_HELP[part], exchange(part), _PART_STOPS[part], place)


@dataclass(frozen=True)
class _Kind(Row):
    """The first row of a layer: its value is the whole line, left and right go through the kinds."""

    kind: str = ""

    def turned(self, direction: int) -> Experiment | None:
        place = self.stops.index(self.kind) + direction if self.kind in self.stops else 0
        return self.enter(self.stops[place]) if 0 <= place < len(self.stops) else None


_WIDTHS = [str(count) for count in COUNTS if 0 < count <= 512]
_PART_STOPS: dict[str, Sequence[str]] = {
    "units": _WIDTHS,
    "filters": _WIDTHS,
    "window": ["1x1", "2x2", "3x3", "4x4", "5x5", "7x7"],
    "stride": ["window", "1", "2", "3"],
    "edges": ["valid", "same"],
    "rate": [f"{share:g}" for share in SHARES],
    "activation": choices.ACTIVATIONS,
}
_PART_HELP = {
    "units": "How many units.",
    "filters": "How many filters.",
    "window": "Height x width of the window.",
    "stride": "How far the window moves; \"window\": one place for filters, side by side for pools.",
    "edges": "valid: the window stays inside; same: zeros around keep the size.",
    "rate": "The share of units that are dropped in each step.",
    "activation": "What is done with each sum.",
}  # fmt: skip


def _part(part: str, text: str) -> str:
    """A part of a layer as it stands in its line; raises :class:`InputError` for what cannot be one."""
    if part in ("units", "filters"):
        return str(read_number(part, text, int, least=1))
    if part == "rate":
        return f"{read_number('the rate', text, float, below=1.0):g}"
    if part in ("window", "stride"):
        if part == "stride" and text in ("window", ""):
            return ""
        if not all(word.isdecimal() and int(word) > 0 for word in text.split("x")) or text.count("x") > 1:
            raise InputError(f"{part} must be like 3 or 5x3, not {clean_line(text)[:30]!r}", "type it anew")
        return text
    if text not in _PART_STOPS[part]:
        raise InputError(f"{part} cannot be {text!r}", f"it can be: {', '.join(_PART_STOPS[part])}")
    return text


def _learning(make: _Maker) -> Iterator[Row]:
    model, group = make.experiment.model, LEARNING
    yield make.text(group, "loss", "model.loss", "What training makes small.", choices.LOSSES, only=True)
    help = "The rule that turns gradients into steps."
    yield make.text(group, "optimizer", "model.optimizer", help, choices.OPTIMIZERS, only=True)
    yield make.number(group, "learning rate", "model.learning_rate", "How far a step goes.", RATES, above=0.0)
    if model.optimizer in ("sgd", "rmsprop"):
        help = "How much of the step before is kept."
        yield make.number(group, "momentum", "model.momentum", help, SHARES, below=1.0)
    if model.optimizer == "sgd":
        yield make.switch(group, "nesterov", "model.nesterov", "Look ahead along the momentum.")
    help = "What each step takes off every weight, times the learning rate."
    yield make.number(group, "weight decay", "model.weight_decay", help, RATES)
    yield make.number(group, "l2", "model.l2", "Penalty on the squares of all weights.", RATES)
    help = "The greatest length of all gradients together; 0 clips nothing."
    yield make.number(group, "clip gradients", "model.global_clipnorm", help, RATES)


def _training(make: _Maker) -> Iterator[Row]:
    group = TRAINING
    help = "Passes over the training examples before the run ends."
    yield make.number(group, "epochs", "training.epochs", help, EPOCHS, least=1)
    yield make.number(group, "batch size", "training.batch_size", "Examples a step; 0 is all.", COUNTS)
    yield make.switch(group, "shuffle", "training.shuffle", "A new random order in each epoch.")
    help = "Stop after so many epochs without a lower held-out loss; 0 never does."
    yield make.number(group, "patience", "training.patience", help, COUNTS)
    yield make.number(group, "noise", "training.noise", "Added to every input, anew each time.", SIZES)
    if make.experiment.data.name in choices.IMAGES:
        yield make.number(group, "shift", "training.shift", "Images move by up to so many pixels.", COUNTS)
        yield make.number(group, "rotate", "training.rotate", "... turn by up to so many degrees.", SIZES)
    goal = make.experiment.goal

    def aim(text: str) -> Experiment:
        if not text.strip():
            return make.put("goal", None)
        Condition.parse(text)
        return make.put("goal", Goal(text, goal.text if goal and goal.when == text else text))

    yield Row(group, "stop when", goal.when if goal else "", "A condition, as in val_accuracy >= 0.95.", aim)
