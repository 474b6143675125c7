"""What a network looks like inside: a table of its layers, what each answers, filters. See ``Sequential``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine import checks, memory
from tutor.engine.kernels import description as d
from tutor.engine.rehearsal import forward
from tutor.engine.trainer import Data
from tutor.errors import EngineError

if TYPE_CHECKING:
    from tutor.engine.network import Sequential

Array = NDArray[Any]


def summary(model: Sequential) -> str:
    """One line per layer, then the totals."""
    rows = [("layer", "output shape", "parameters", "")]
    for name, shape in zip(model.plan.layer_names, model.plan.output_shapes, strict=False):
        tensors = model.tensors_of(name)
        frozen = bool(tensors) and not any(t.learned for t in tensors)
        count = f"{sum(t.size for t in tensors):,}"
        rows.append((name, "(n, " + ", ".join(map(str, shape)) + ")", count, "frozen" if frozen else ""))
    rows.append(("total", "", f"{model.count_params():,}", ""))
    if model.count_params(trainable=False):
        rows.append(("trainable", "", f"{model.count_params(trainable=True):,}", ""))
        rows.append(("not trainable", "", f"{model.count_params(trainable=False):,}", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = (f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d}" for a, b, c, d in rows)
    return "\n".join(line.rstrip() for line in lines)


@memory.clear
def layer_outputs(model: Sequential, x: ArrayLike) -> list[tuple[str, Array]]:
    """Let all examples go through as one batch, then read what each layer left."""
    rows = checks.inputs(x, model.input_shape, model.dtype)
    data = Data.of(rows, np.zeros((0, 1)), model.dtype)
    passage = forward(model, data.examples)
    found, latest = [], rows
    for number, shape in enumerate(model.plan.output_shapes):
        operations = model.plan.operations[model.plan.operations[:, d.LAYER] == number]
        if len(operations):  # else, as Flatten, it changes nothing but the shape
            latest = passage.outputs(operations[-1])
        found.append((model.plan.layer_names[number], latest.reshape(data.count, *shape).copy()))
    return found


def feature_maps(model: Sequential, x_one: ArrayLike) -> list[tuple[str, Array]]:
    """The images among the outputs for one example."""
    one = checks.numbers("the input", x_one, model.dtype)
    if one.shape != model.input_shape:
        raise EngineError(
            f"one input has shape {model.input_shape}, not {one.shape}", "give one example, as x[0]"
        )
    outputs = layer_outputs(model, one[None])
    return [(name, values[0]) for name, values in outputs if values.ndim == 4]


def filters(model: Sequential, name: str) -> Array:
    """The kernel of a convolution."""
    for tensor in model.plan.tensors:
        if tensor.layer == name and len(tensor.shape) == 4:
            return tensor.view(model.network.parameters).copy()
    raise EngineError(f"{name} has no filters", "take the name or the index of a convolutional layer")
