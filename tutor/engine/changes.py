"""A network with other weights, frozen ones, another activation function, a fresh end. See ``Sequential``."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine import activations, checks, losses, memory, plan
from tutor.engine.kernels import description as d
from tutor.engine.layers import Activation, Conv2D, Dense, Layer, Residual, layer_list, with_trainable
from tutor.engine.optimizers import Optimizer
from tutor.errors import EngineError

if TYPE_CHECKING:
    from tutor.engine.network import Sequential
    from tutor.engine.planner import Tensor

Array = NDArray[Any]


def remembered(layout: plan.Plan, dtype: str, optimizer: Optimizer) -> tuple[Array, Array]:
    """What an optimizer that begins remembers, and as weights before the last step NaN: there was none."""
    size = (optimizer.slots + 1) * layout.parameters * np.dtype(dtype).itemsize
    do = "take a smaller network" + (" or the optimizer sgd" if optimizer.slots > 1 else "")
    memory.check(f"what {optimizer.name} remembers", size, dtype, do)
    slots = plan.zeros(optimizer.slots * layout.parameters, dtype)
    slots[:] = optimizer.start_of_slots()
    before = plan.zeros(layout.parameters, dtype)
    before[:] = math.nan
    return slots, before


@memory.clear
def set_weights(
    model: Sequential, tensors: Sequence[Tensor], weights: Sequence[ArrayLike], owner: str
) -> None:
    """Put arrays where ``tensors`` are, once all of them are known to fit."""
    given = checks.listed("the weights", weights, "give arrays as get_weights gives them")
    if len(given) != len(tensors):
        raise EngineError(f"{owner} has {len(tensors)} weight arrays, not {len(given)}")
    arrays = []
    for tensor, values in zip(tensors, given, strict=True):
        array = checks.numbers(f"the {tensor.label} of {tensor.layer}", values, model.dtype)
        if array.shape != tensor.shape:
            raise EngineError(
                f"the {tensor.label} of {tensor.layer} have shape {tensor.shape}, not {array.shape}"
            )
        if tensor.label == "moving variances" and (array < 0).any():
            raise EngineError(f"the {tensor.label} of {tensor.layer} must not be negative")
        arrays.append(array)
    for tensor, array in zip(tensors, arrays, strict=True):
        tensor.view(model.network.parameters)[...] = array


def set_trainable(model: Sequential, name: str, trainable: bool) -> None:
    """Lay the network out anew, since what is frozen lies behind what is learned, and carry all over."""
    place = model.plan.layer_names.index(name)
    if place >= len(model.layers):
        raise EngineError(f"{name} cannot be frozen by itself", "freeze the whole block around it")
    layer = with_trainable(model.layers[place], checks.switch("trainable", trainable))
    layers = [*model.layers[:place], layer, *model.layers[place + 1 :]]
    old, new, run = model.plan, plan.make_plan(layers, model.input_shape), model.run
    network = new.network(model.dtype)
    if run is not None and model.optimizer is not None:
        slots, before = remembered(new, model.dtype, model.optimizer)
        _carry_over(old, run.slots, new, slots, model.optimizer.slots)
        run = run._replace(slots=slots, before=before)
    weights = model.network.parameters
    for source, target in zip(old.tensors, new.tensors, strict=True):
        target.view(network.parameters)[...] = source.view(weights)
    model.take_over(layers, new, network)  # only now: where there is no memory, nothing has changed
    model.run = run


def _carry_over(old: plan.Plan, known: Array, new: plan.Plan, slots: Array, count: int) -> None:
    """What was remembered of the arrays that learn before and after, each ``count`` numbers per weight."""
    for source, target in zip(old.tensors, new.tensors, strict=True):
        if source.learned and target.learned:
            for slot in range(count):
                numbers = source.view(known[slot * old.parameters :])
                target.view(slots[slot * new.parameters :])[...] = numbers


def set_activation(model: Sequential, layer_index: int, name: str) -> None:
    """Change the function's code in the table of operations, and the layer that it comes from."""
    code = activations.code(name)
    index = checks.whole_number("the layer index", layer_index, least=0)
    layer = model.layers[index] if index < len(model.layers) else None
    if not isinstance(layer, Dense | Conv2D | Activation | Residual):
        raise EngineError(f"there is no activation function at layer index {layer_index}")
    changed = [
        *model.layers[:index],
        dataclasses.replace(layer, activation=name),
        *model.layers[index + 1 :],
    ]
    if len(plan.make_plan(changed, model.input_shape).operations) != len(model.plan.operations):
        raise EngineError(f"{name} cannot be put in here later", "build the network with it")
    operations = model.network.operations
    row = (operations[:, d.LAYER] == index) & (operations[:, d.KIND] == d.ACTIVATION)
    if model.loss and row[-1]:
        losses.check_output(model.loss, name, model.plan.outputs)
    operations[row, d.FUNCTION] = code
    model.layers = changed


@memory.clear
def with_head(
    model: Sequential, head: Sequence[Layer], keep: int, trainable: bool, seed: int | None
) -> Sequential:
    """Build the new network, then copy the weights of the layers that go over."""
    checks.switch("trainable", trainable)
    head = layer_list(head)
    count = len(model.layers)
    body = model.layers[: checks.whole_number("keep", keep, least=-count)]
    if not body or keep > count:
        raise EngineError(f"the network has {count} layers; keep={keep} keeps none, or more than there are")
    new = type(model)(
        [*(with_trainable(layer, trainable) for layer in body), *head],
        model.input_shape,
        seed=model.seed if seed is None else seed,
        dtype=model.dtype,
        backend=model.backend,
    )
    for place in range(len(body)):
        new.set_layer_weights(place, model.get_layer_weights(place))
    return new
