"""From a list of layers to the kernels' table of operations, with a place for every number."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import activations, regularizers
from tutor.engine.kernels import description as d
from tutor.engine.layers import Layer
from tutor.errors import EngineError

MAX_PARAMETERS = 50_000_000
MAX_WORKSPACE = 500_000_000
"""Numbers, not bytes. More than this is a slip of the pen, or work for a larger machine."""


@dataclass(frozen=True)
class Tensor:
    """A weight array in the flat parameter buffer: rows of ``shape[-1]`` numbers, padded to ``stride``."""

    layer: str
    label: str
    """``weights`` or ``biases``."""
    shape: tuple[int, ...]
    start: int
    stride: int
    initializer: str
    regularizer: str
    fans: tuple[int, int]

    @property
    def size(self) -> int:
        """Numbers, without the padding."""
        return math.prod(self.shape)

    @property
    def length(self) -> int:
        """Numbers, with the padding."""
        return self.size // self.shape[-1] * self.stride

    def view(self, buffer: NDArray[Any]) -> NDArray[Any]:
        """The array as a view into ``buffer``, without the padding."""
        block = buffer[self.start : self.start + self.length].reshape(-1, self.stride)
        view = block[:, : self.shape[-1]]
        return view[0] if len(self.shape) == 1 else view


@dataclass(frozen=True)
class Plan:
    """All that is fixed once the layers are known."""

    operations: d.Integers
    tensors: tuple[Tensor, ...]
    layer_names: tuple[str, ...]
    output_shapes: tuple[tuple[int, ...], ...]
    parameters: int
    """Length of the flat parameter buffer, padding included."""
    values: int
    """Numbers per example in the workspace."""
    transposed: int

    @property
    def outputs(self) -> int:
        """Numbers that the network answers per example."""
        return int(self.operations[-1, d.OUT_WIDTH])

    def network(self, dtype: Any) -> d.Network:
        """The network for the kernels, all weights zero."""
        penalties = [regularizers.parse(tensor.regularizer) for tensor in self.tensors]
        return d.Network(
            self.operations,
            zeros(self.parameters, dtype),
            zeros(self.parameters, dtype),
            np.array([(t.start, t.length) for t in self.tensors], np.int64).reshape(-1, 2),
            np.array([(p.l1, p.l2) for p in penalties], np.float64).reshape(-1, 2),
        )

    def workspace(self, capacity: int, dtype: Any) -> d.Workspace:
        """Room for ``capacity`` examples; EngineError if that is absurdly much."""
        if capacity * self.values > MAX_WORKSPACE:
            raise EngineError(
                f"a batch of {capacity} needs more memory than there is", "take a smaller batch"
            )
        size = capacity * self.values
        return d.Workspace(capacity, zeros(size, dtype), zeros(size, dtype), zeros(self.transposed, dtype))


class Planner:
    """Collects operations; the layers call its methods in turn."""

    def __init__(self, input_shape: tuple[int, ...]) -> None:
        self.shape = input_shape
        self.layer = 0
        self.layer_name = ""
        self.rows: list[list[int]] = []
        self.tensors: list[Tensor] = []
        self.parameters = 0
        self.transposed = 0
        self._place = 0  # of the present layer's input, per example
        self.values = d.padded(math.prod(input_shape))

    def dense(self, units: int, initializers: tuple[str, str], regularizers: tuple[str, str]) -> None:
        """z = x W + b, to ``units`` numbers; the settings are those of W and of b."""
        if len(self.shape) != 1:
            raise EngineError(
                f"{self.layer_name} needs a row of numbers, but its input has shape {self.shape}",
                "put a Flatten layer before it",
            )
        width = self.shape[0]
        row = self._row(d.DENSE, (units,))
        fans = (width, units)
        row[d.KERNEL] = self._tensor("weights", (width, units), initializers[0], regularizers[0], fans)
        row[d.BIAS] = self._tensor("biases", (units,), initializers[1], regularizers[1], fans)
        row[d.TRANSPOSED] = self.transposed
        self.transposed += units * row[d.IN_STRIDE]

    def activation(self, name: str) -> None:
        """a = f(z), of the same shape."""
        if name == "softmax" and self.shape[-1] < 2:
            raise EngineError("softmax over one unit is always 1", "take sigmoid, or more units")
        row = self._row(d.ACTIVATION, self.shape)
        row[d.FUNCTION] = activations.code(name)

    def dropout(self, rate: float) -> None:
        """Zeros at random, in training."""
        row = self._row(d.DROPOUT, self.shape)
        row[d.FUNCTION] = round(rate * 2**53)

    def flatten(self) -> None:
        """The numbers of an example in one row; they stand so already."""
        self.shape = (math.prod(self.shape),)

    def _row(self, kind: int, output_shape: tuple[int, ...]) -> list[int]:
        in_width, out_width = math.prod(self.shape), math.prod(output_shape)
        row = [0] * d.COLUMNS
        row[d.KIND], row[d.LAYER] = kind, self.layer
        row[d.INPUT], row[d.OUTPUT] = self._place, self.values
        row[d.IN_WIDTH], row[d.IN_STRIDE] = in_width, d.padded(in_width)
        row[d.OUT_WIDTH], row[d.OUT_STRIDE] = out_width, d.padded(out_width)
        self._place = self.values
        self.values += row[d.OUT_STRIDE]
        self.shape = output_shape
        self.rows.append(row)
        return row

    def _tensor(
        self, label: str, shape: tuple[int, ...], initializer: str, regularizer: str, fans: tuple[int, int]
    ) -> int:
        start, stride = self.parameters, d.padded(shape[-1])
        self.parameters += math.prod(shape[:-1]) * stride
        self.tensors.append(
            Tensor(self.layer_name, label, shape, start, stride, initializer, regularizer, fans)
        )
        return start


def make_plan(layers: Sequence[Layer], input_shape: tuple[int, ...]) -> Plan:
    """Lay out the layers; EngineError if they do not fit together or are absurdly large."""
    planner = Planner(input_shape)
    counts: Counter[str] = Counter()
    names, shapes = [], []
    for index, layer in enumerate(layers):
        counts[layer.kind] += 1
        planner.layer, planner.layer_name = index, f"{layer.kind}_{counts[layer.kind]}"
        layer.plan(planner)
        names.append(planner.layer_name)
        shapes.append(planner.shape)
        if planner.parameters > MAX_PARAMETERS or planner.values > MAX_WORKSPACE:
            raise EngineError(
                f"the network is too large: {planner.parameters:,} weights up to {planner.layer_name}",
                f"stay below {MAX_PARAMETERS:,} weights; take fewer or smaller layers",
            )
    if not planner.rows:
        raise EngineError("the network has no layer that computes anything", "add a Dense layer")
    return Plan(
        operations=np.array(planner.rows, np.int64),
        tensors=tuple(planner.tensors),
        layer_names=tuple(names),
        output_shapes=tuple(shapes),
        parameters=planner.parameters,
        values=planner.values,
        transposed=planner.transposed,
    )


def zeros(size: int, dtype: Any) -> NDArray[Any]:
    """A flat array that begins at a cache line (64 bytes), so that no lane group straddles two."""
    itemsize = np.dtype(dtype).itemsize
    spare = 64 // itemsize
    raw = np.zeros(size + spare, dtype)
    skip = -(raw.ctypes.data // itemsize) % spare
    return raw[skip : skip + size]
