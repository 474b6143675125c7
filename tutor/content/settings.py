"""The knobs of an experiment: where they stand at first, what they accept, what turning them changes.

All of it is done on the experiment's data, without the engine: :func:`apply` answers with another experiment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from tutor.content.bounds import MOST_LAYERS
from tutor.content.model import DataSpec, Experiment, Knob, TransferSpec
from tutor.content.part import Value
from tutor.errors import InputError

DATA = "data."
SOURCE = "transfer.data."
_NO_ACTIVATIONS = {"activation", "conv", "dense", "nobias", "same", "stride", "valid"}
"""Words of a layer that look like the name of an activation function."""
_ON = {"on", "yes", "true", "1"}
_OFF = {"off", "no", "false", "0"}


def initial_knobs(experiment: Experiment) -> dict[str, Value]:
    """Knob name -> the experiment's own value, written as the knob's list of values writes it.

    Raises :class:`InputError` for a knob of unknown name, or whose list lacks the experiment's own value.
    """
    return {knob.name: _own_value(experiment, knob) for knob in experiment.knobs}


def find_knob(experiment: Experiment, name: str) -> Knob:
    """The knob of that name; raises :class:`InputError` naming the knobs there are."""
    for knob in experiment.knobs:
        if knob.name == name:
            return knob
    known = ", ".join(knob.name for knob in experiment.knobs)
    hint = f"it has: {known}" if known else "it has no knobs at all"
    raise InputError(f"the experiment {experiment.id} has no knob {name!r}", hint)


def accept(knob: Knob, value: Value) -> Value:
    """``value`` as the knob's list writes it; a text is read as the command line gives it ("0.50" is 0.5).

    Only the learning rate may stand between its stops, at any positive number; for everything else the
    lesson was checked at the listed values and nowhere else. Raises :class:`InputError` listing them.
    """
    for stop in knob.values:
        if _same(knob.name, stop, value):
            return stop
    number = _number(value)
    if knob.name == "learning_rate" and number is not None and 0 < number < math.inf:
        return number
    allowed = ", ".join(map(str, knob.values))
    more = ", or any other positive number" if knob.name == "learning_rate" else ""
    raise InputError(f"{knob.name} cannot be {value!r}", f"it can be: {allowed}{more}")


def apply(experiment: Experiment, knobs: Mapping[str, Value]) -> Experiment:
    """The experiment with these knobs turned; values must have passed :func:`accept`."""
    for name, value in knobs.items():
        if name.startswith(DATA):
            data = _with_option(experiment.data, name.removeprefix(DATA), value)
            experiment = replace(experiment, data=data)
        elif name.startswith(SOURCE):
            transfer = _transfer(experiment)
            data = _with_option(transfer.data, name.removeprefix(SOURCE), value)
            experiment = replace(experiment, transfer=replace(transfer, data=data))
        else:
            experiment = _setting(name).write(experiment, value)
    return experiment


def _with_option(data: DataSpec, option: str, value: Value) -> DataSpec:
    return replace(data, options={**data.options, option: value})


def hidden_specs(layers: str) -> list[list[str]]:
    """The words of each layer that the knobs ``hidden_units`` and ``activation`` reach: all but the last."""
    return [spec.split() for spec in layers.split(",")][:-1]


def activation_place(words: list[str]) -> int | None:
    """Which of a layer's words names its activation function; None if none does."""
    kind = words[1:2] if words[:1] == ["frozen"] else words[:1]
    if kind in (["dense"], ["conv"], ["activation"]):
        for place in range(len(words) - 1, 0, -1):
            if words[place].isidentifier() and words[place] not in _NO_ACTIVATIONS:
                return place
    return None


def is_on(value: Value) -> bool:
    """Whether a switch ("on" or "off") is on."""
    word = str(value).strip().lower()
    if word not in _ON | _OFF:
        raise InputError(f'a switch is "on" or "off", not {value!r}')
    return word in _ON


# ------------------------------------------------------------------------- one setting, read and written


class _Setting:
    """Where a knob's value is kept in an experiment."""

    def __init__(
        self, read: Callable[[Experiment], Value], write: Callable[[Experiment, Value], Experiment]
    ) -> None:
        self.read = read
        self.write = write


def _of(part: str, name: str, convert: Callable[[Value], Value] = lambda value: value) -> _Setting:
    """The field ``name`` of the experiment's ``data``, ``model`` or ``training``."""

    def read(experiment: Experiment) -> Value:
        value: Value = getattr(getattr(experiment, part), name)
        return value

    def write(experiment: Experiment, value: Value) -> Experiment:
        changed = replace(getattr(experiment, part), **{name: convert(value)})
        return replace(experiment, **{part: changed})

    return _Setting(read, write)


def _hidden_units(experiment: Experiment) -> Value:
    return experiment.model.hidden_units if experiment.kind == "rbm" else _units(experiment)


def _transfer(experiment: Experiment) -> TransferSpec:
    if experiment.transfer is None:
        raise InputError(
            f"the experiment {experiment.id} has no source task", "knobs of the transfer need one: transfer"
        )
    return experiment.transfer


def _of_transfer(name: str, convert: Callable[[Value], Value] = lambda value: value) -> _Setting:
    """The field ``name`` of the experiment's ``transfer``."""

    def read(experiment: Experiment) -> Value:
        value: Value = getattr(_transfer(experiment), name)
        return value

    def write(experiment: Experiment, value: Value) -> Experiment:
        return replace(experiment, transfer=replace(_transfer(experiment), **{name: convert(value)}))

    return _Setting(read, write)


def _of_source(name: str) -> _Setting:
    """The field ``name`` of the data of the source task."""

    def read(experiment: Experiment) -> Value:
        value: Value = getattr(_transfer(experiment).data, name)
        return value

    def write(experiment: Experiment, value: Value) -> Experiment:
        transfer = _transfer(experiment)
        return replace(experiment, transfer=replace(transfer, data=replace(transfer.data, **{name: value})))

    return _Setting(read, write)


def _units(experiment: Experiment) -> Value:
    for words in hidden_specs(experiment.model.layers):
        if words[:1] == ["dense"] and len(words) > 1 and words[1].isdecimal():
            return int(words[1])
    raise InputError(f"the knob hidden_units finds no hidden dense layer in {experiment.model.layers!r}")


def _activation(experiment: Experiment) -> Value:
    for words in hidden_specs(experiment.model.layers):
        if (place := activation_place(words)) is not None:
            return words[place]
    raise InputError(f"the knob activation finds no hidden activation in {experiment.model.layers!r}")


def _with_units(experiment: Experiment, value: Value) -> Experiment:
    if experiment.kind == "rbm":
        return replace(experiment, model=replace(experiment.model, hidden_units=int(value)))
    _units(experiment)

    def resize(words: list[str]) -> list[str]:
        return [words[0], str(value), *words[2:]] if words[0] == "dense" else words

    return _with_hidden(experiment, resize)


def _with_activation(experiment: Experiment, value: Value) -> Experiment:
    _activation(experiment)

    def swap(words: list[str]) -> list[str]:
        place = activation_place(words)
        return words if place is None else [*words[:place], str(value), *words[place + 1 :]]

    return _with_hidden(experiment, swap)


def _hidden_layers(experiment: Experiment) -> Value:
    _units(experiment)
    return sum(words[:1] == ["dense"] for words in hidden_specs(experiment.model.layers))


def _with_hidden_layers(experiment: Experiment, value: Value) -> Experiment:
    """The first hidden dense layer, and what stands between it and the next one, as often as asked for."""
    _units(experiment)
    if not 0 <= (times := int(value)) <= MOST_LAYERS:
        raise InputError(f"there cannot be {value} hidden layers", f"take at most {MOST_LAYERS}")
    *hidden, last = (spec.strip() for spec in experiment.model.layers.split(","))
    dense = [place for place, spec in enumerate(hidden) if spec.startswith("dense ")]
    end = dense[1] if len(dense) > 1 else len(hidden)
    block = hidden[dense[0] : end]
    layers = ", ".join([*hidden[: dense[0]], *block * times, last])
    return replace(experiment, model=replace(experiment.model, layers=layers))


def _dropout(experiment: Experiment) -> Value:
    for words in hidden_specs(experiment.model.layers):
        if words[:1] == ["dropout"] and len(words) == 2 and _number(words[1]) is not None:
            return float(words[1])
    raise InputError(f"the knob dropout finds no dropout layer in {experiment.model.layers!r}")


def _with_dropout(experiment: Experiment, value: Value) -> Experiment:
    _dropout(experiment)
    return _with_hidden(experiment, lambda words: ["dropout", str(value)] if words[0] == "dropout" else words)


def _with_hidden(experiment: Experiment, change: Callable[[list[str]], list[str]]) -> Experiment:
    last = experiment.model.layers.split(",")[-1].strip()
    hidden = [" ".join(change(words)) for words in hidden_specs(experiment.model.layers)]
    return replace(experiment, model=replace(experiment.model, layers=", ".join([*hidden, last])))


KNOBS: Mapping[str, _Setting] = {
    **{
        name: _of("model", name)
        for name in (
            "layers",
            "loss",
            "optimizer",
            "learning_rate",
            "momentum",
            "weight_decay",
            "l2",
            "global_clipnorm",
            "kernel_initializer",
            "bias_initializer",
            "members",
            "weight_1",
            "weight_2",
            "threshold",
            "veto",
            "kernel",
            "C",
            "gamma",
            "degree",
            "gibbs_steps",
        )
    },
    "nesterov": _of("model", "nesterov", is_on),
    "hidden_units": _Setting(_hidden_units, _with_units),
    "hidden_layers": _Setting(_hidden_layers, _with_hidden_layers),
    "activation": _Setting(_activation, _with_activation),
    "dropout": _Setting(_dropout, _with_dropout),
    **{
        name: _of("training", name)
        for name in (
            "batch_size",
            "threads",
            "backend",
            "patience",
            "shift",
            "rotate",
            "noise",
            "pretraining",
        )
    },
    "shuffle": _of("training", "shuffle", is_on),
    **{name: _of("data", name) for name in ("examples", "input_scale", "shuffled_labels")},
    "standardize": _of("data", "standardize", is_on),
    "transfer.frozen": _of_transfer("frozen", is_on),
    **{f"transfer.{name}": _of_transfer(name) for name in ("keep", "epochs")},
    **{f"transfer.{name}": _of_source(name) for name in ("examples", "shuffled_labels")},
}
"""Knob name -> where its value is kept. ``hidden_units``, ``activation`` and ``dropout`` reach every hidden
layer, ``hidden_layers`` says how many dense ones there are."""

_SWITCHES = ("shuffle", "nesterov", "standardize", "transfer.frozen")


def _setting(name: str) -> _Setting:
    try:
        return KNOBS[name]
    except KeyError:
        known = ", ".join([*KNOBS, "data.OPTION", "transfer.data.OPTION"])
        raise InputError(f"there is no knob {name!r}", f"knobs are: {known}") from None


def _own_value(experiment: Experiment, knob: Knob) -> Value:
    if knob.name.startswith(DATA):
        own = _own_option(knob.name, experiment.data, knob.name.removeprefix(DATA))
    elif knob.name.startswith(SOURCE):
        own = _own_option(knob.name, _transfer(experiment).data, knob.name.removeprefix(SOURCE))
    else:
        own = _setting(knob.name).read(experiment)
    for stop in knob.values:
        if _same(knob.name, stop, own):
            return stop
    raise InputError(
        f"the knob {knob.name} lacks the experiment's own value {own!r}", "its values must include it"
    )


def _own_option(knob: str, data: DataSpec, option: str) -> Value:
    if option not in data.options:
        raise InputError(f"the knob {knob} needs the option {option} among the experiment's data options")
    return data.options[option]


def _same(name: str, stop: Value, value: Value) -> bool:
    if name in _SWITCHES:
        return str(value).lower() in _ON | _OFF and is_on(stop) == is_on(value)
    one, other = _number(stop), _number(value)
    if one is not None and other is not None:
        return one == other
    return str(stop) == str(value).strip()


def _number(value: Value) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return None if math.isnan(number) else number
