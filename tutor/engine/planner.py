"""From layers to rows of the kernels' table of operations, one after the other."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import activations
from tutor.engine.kernels import description as d
from tutor.engine.layers.base import WeightedLayer
from tutor.engine.windows import Window, fit
from tutor.errors import EngineError

if TYPE_CHECKING:
    from tutor.engine.layers import Layer


_MOST_LANES = 16
"""Examples that stand side by side in ``kernels.cpu.columns``, at most; numbers in a line of the cache."""

_WITH_WEIGHTS = (d.DENSE, d.CONV, d.NORMALIZE)


@dataclass(frozen=True)
class Tensor:
    """A weight array in the flat parameter buffer: rows of ``shape[-1]`` numbers, padded to ``stride``."""

    layer: str
    label: str
    """What it is called in reports: ``weights``, ``biases``, ..."""
    shape: tuple[int, ...]
    start: int
    stride: int
    initializer: str
    regularizer: str
    fans: tuple[int, int]
    learned: bool = True
    """Else it is kept behind all that is learned, and has no gradient."""
    measured: bool = False
    """Whether it is no weight but a statistic, which follows the batches."""

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
        block = buffer[self.start : self.start + self.length].reshape(*self.shape[:-1], self.stride)
        return block[..., : self.shape[-1]]


@dataclass(frozen=True)
class Position:
    """Where the next operation takes its input from."""

    place: int
    shape: tuple[int, ...]
    pixel: int


class Planner:
    """Collects operations; the layers call its methods in turn.

    ``layers`` are those of the network; the layers inside of them are numbered from there on.
    """

    def __init__(self, input_shape: tuple[int, ...], layers: int) -> None:
        self.shape = input_shape
        self.layer = 0
        self.layer_names = [""] * layers
        self._kinds: Counter[str] = Counter()
        self.rows: list[list[int]] = []
        self.tensors: list[Tensor] = []
        self.parameters = self.kept = 0
        self._frozen = False
        self.transposed = self.scratch = self.shared = 0
        self.values = d.padded(math.prod(input_shape))
        self._place = 0  # of the present layer's input, per example
        self._pixel = input_shape[-1] if len(input_shape) > 1 else self.values

    @property
    def layer_name(self) -> str:
        """Of the present layer."""
        return self.layer_names[self.layer]

    def add(self, number: int, layer: Layer) -> None:
        """Plan the network's layer of that number."""
        self._kinds[layer.kind] += 1
        self.layer_names[number] = f"{layer.kind}_{self._kinds[layer.kind]}"
        self.layer = number
        self._plan(layer)

    def inside(self, layer: Layer) -> None:
        """Plan a layer that is part of the present one."""
        outer = self.layer
        kind = f"{self.layer_name}/{layer.kind}"
        self._kinds[kind] += 1
        self.layer = len(self.layer_names)
        self.layer_names.append(f"{kind}_{self._kinds[kind]}")
        self._plan(layer)
        self.layer = outer

    def _plan(self, layer: Layer) -> None:
        """What is inside a frozen layer is frozen, too."""
        outside = self._frozen
        self._frozen = outside or (isinstance(layer, WeightedLayer) and not layer.trainable)
        layer.plan(self)
        self._frozen = outside

    def fork(self) -> Position:
        """Go on in two ways; returns the beginning of the second."""
        self._pad_pixels()
        row = self._row(d.FORK, self.shape)
        row[d.SHORTCUT] = self.values
        self.values += row[d.OUT_STRIDE]
        return Position(row[d.SHORTCUT], self.shape, self._pixel)

    def go(self, position: Position) -> Position:
        """Go on somewhere else; returns the present position, with padded pixels."""
        self._pad_pixels()
        present = Position(self._place, self.shape, self._pixel)
        self._place, self.shape, self._pixel = position.place, position.shape, position.pixel
        return present

    def join(self, branch: Position) -> None:
        """The sum of what is at ``branch`` and at the present position."""
        shortcut = self.go(branch)
        if shortcut.shape != branch.shape:
            raise EngineError(
                f"the layers of {self.layer_name} give shape {branch.shape}, "
                f"but its shortcut {shortcut.shape}",
                'keep the shape with padding="same", or give a projection',
            )
        row = self._row(d.JOIN, self.shape)
        row[d.SHORTCUT] = shortcut.place

    def dense(
        self, units: int, use_bias: bool, initializers: tuple[str, str], regularizers: tuple[str, str]
    ) -> None:
        """z = x W + b, to ``units`` numbers, or z = x W; the settings are those of W and of b."""
        if len(self.shape) != 1:
            raise EngineError(
                f"{self.layer_name} needs a row of numbers, but its input has shape {self.shape}",
                "put a Flatten layer before it",
            )
        width = self.shape[0]
        row = self._row(d.DENSE, (units,), d.padded(units))
        fans = (width, units)
        row[d.KERNEL] = self._tensor("weights", (width, units), initializers[0], regularizers[0], fans)
        if use_bias:
            row[d.BIAS] = self._tensor("biases", (units,), initializers[1], regularizers[1], fans)
        else:
            row[d.BIAS] = self.kept  # zeros that nobody sees and nothing changes
            self.kept += d.padded(units)
        row[d.BACKWARD] = self._of_weights(use_bias)
        row[d.TRANSPOSED] = self.transposed
        self.transposed += units * row[d.IN_STRIDE]

    def conv(
        self, filters: int, window: Window, initializers: tuple[str, str], regularizers: tuple[str, str]
    ) -> None:
        """z = a * W + b, a convolution with ``filters`` windows; the settings are those of W and of b."""
        (lines, top), (columns, left) = self._fit(window)
        if self._place:
            self._pad_pixels()  # gradients go into whole lane groups
        channels = self.shape[-1]
        row = self._row(d.CONV, (lines, columns, filters), d.padded(filters))
        _write_window(row, window, top, left)
        area = math.prod(window.size)
        fans = (area * channels, area * filters)
        shape = (*window.size, channels, filters)
        row[d.KERNEL] = self._tensor("weights", shape, initializers[0], regularizers[0], fans)
        row[d.BIAS] = self._tensor("biases", (filters,), initializers[1], regularizers[1], fans)
        row[d.BACKWARD] = self._of_weights()
        row[d.TRANSPOSED] = self.transposed
        self.transposed += area * filters * row[d.IN_PIXEL]
        framed = [
            max(before + size, (out - 1) * step + length)
            for before, size, out, step, length in zip(
                (top, left),
                (row[d.IN_LINES], row[d.IN_COLUMNS]),
                (lines, columns),
                (row[d.STEP_LINES], row[d.STEP_COLUMNS]),
                window.size,
                strict=True,
            )
        ]
        # its room is free again once the operation is done; see kernels.cpu.conv
        here = math.prod(framed) * channels + lines * columns * filters
        self.shared = max(self.shared, _MOST_LANES * here + max(row[d.IN_PIXEL], row[d.OUT_PIXEL]))

    def pool(self, kind: int, window: Window) -> None:
        """MAX_POOL or AVERAGE_POOL of each channel in a window."""
        (lines, top), (columns, left) = self._fit(window)
        self._pad_pixels()
        row = self._row(kind, (lines, columns, self.shape[-1]))
        _write_window(row, window, top, left)

    def global_average(self) -> None:
        """The mean of each channel over the whole image, as a row."""
        self._fit(Window((1, 1), (1, 1), "valid"))
        self._pad_pixels()
        window = Window((self.shape[0], self.shape[1]), (1, 1), "valid")
        row = self._row(d.AVERAGE_POOL, self.shape[-1:])
        _write_window(row, window, 0, 0)

    def normalization(self, momentum: float, epsilon: float) -> None:
        """a = γ (x - mean) / deviation + β for each channel."""
        self._pad_pixels()
        shape = self.shape[-1:]
        row = self._row(d.NORMALIZE, self.shape)
        row[d.KERNEL] = self._tensor("scales", shape, "ones")
        row[d.BIAS] = self._tensor("shifts", shape, "zeros")
        row[d.STATISTICS] = self._tensor("moving means", shape, "zeros", measured=True)
        self._tensor("moving variances", shape, "ones", measured=True)
        row[d.BACKWARD] = self._of_weights()
        row[d.ADDED], row[d.KEPT] = (int(np.float64(value).view(np.int64)) for value in (epsilon, momentum))
        row[d.SCRATCH] = self.scratch
        self.scratch += 2 * row[d.OUT_PIXEL]

    def finish(self) -> tuple[list[list[int]], tuple[Tensor, ...]]:
        """Operations and weight arrays, once all layers are planned."""
        self.pack()
        something_learns = False
        self.scratch = -(-self.scratch // _MOST_LANES) * _MOST_LANES
        for row in self.rows:
            learns = row[d.BACKWARD] & d.OF_WEIGHTS != 0
            if row[d.KIND] in _WITH_WEIGHTS:
                row[d.KERNEL] += 0 if learns else self.parameters
                row[d.BIAS] += 0 if row[d.BACKWARD] & d.OF_BIAS else self.parameters
            row[d.BACKWARD] += d.OF_INPUT if something_learns else 0
            something_learns = something_learns or learns
            if row[d.KIND] == d.NORMALIZE:
                row[d.STATISTICS] += self.parameters
            if row[d.KIND] == d.CONV:
                row[d.SCRATCH] = self.scratch
        for row, following in pairwise(self.rows[:-1]):  # the last one's input is the loss's concern
            same = row[d.KIND] == d.CONV and row[d.LAYER] == following[d.LAYER]
            row[d.WITH_NEXT] = int(same and following[d.KIND] == d.ACTIVATION)
        self.scratch += self.shared
        tensors = (t if t.learned else replace(t, start=t.start + self.parameters) for t in self.tensors)
        return self.rows, tuple(tensors)

    def activation(self, name: str) -> None:
        """a = f(z), of the same shape."""
        if name == "softmax":
            if self.shape[-1] < 2:
                raise EngineError("softmax over one unit is always 1", "take sigmoid, or more units")
            self._pad_pixels()
        row = self._row(d.ACTIVATION, self.shape)
        row[d.FUNCTION] = activations.code(name)

    def dropout(self, rate: float) -> None:
        """Zeros at random, in training."""
        row = self._row(d.DROPOUT, self.shape)
        row[d.FUNCTION] = round(rate * 2**53)

    def flatten(self) -> None:
        """The numbers of an example in one row."""
        self.pack()
        self.shape = (math.prod(self.shape),)
        self._pixel = d.padded(self.shape[0])

    def pack(self) -> None:
        """Let the pixels of an image stand side by side, as they do in arrays."""
        if len(self.shape) > 1 and self._pixel != self.shape[-1]:
            self._row(d.REPACK, self.shape, self.shape[-1])

    def _pad_pixels(self) -> None:
        """Let each pixel of an image begin a lane group."""
        if self._pixel % d.WIDTH:
            self._row(d.REPACK, self.shape, d.padded(self._pixel))

    def _fit(self, window: Window) -> tuple[tuple[int, int], tuple[int, int]]:
        """Output size and zeros before the image, downwards and across."""
        if len(self.shape) != 3:
            raise EngineError(
                f"{self.layer_name} needs images (height, width, channels), "
                f"but its input has shape {self.shape}",
                "put it before Flatten, and give input_shape like (8, 8, 1)",
            )
        return fit(window, self.shape[:2], self.layer_name)

    def _row(self, kind: int, output_shape: tuple[int, ...], pixel: int = 0) -> list[int]:
        """A new operation from the present shape to another, with ``pixel`` numbers per pixel (0: as now)."""
        row = [0] * d.COLUMNS
        row[d.KIND], row[d.LAYER] = kind, self.layer
        row[d.INPUT], row[d.OUTPUT] = self._place, self.values
        _write_grid(row, d.IN_WIDTH, d.IN_LINES, self.shape, self._pixel)
        self.shape, self._pixel = output_shape, pixel or self._pixel
        _write_grid(row, d.OUT_WIDTH, d.OUT_LINES, self.shape, self._pixel)
        self._place = self.values
        self.values += row[d.OUT_STRIDE]
        self.rows.append(row)
        return row

    def _tensor(
        self,
        label: str,
        shape: tuple[int, ...],
        initializer: str,
        regularizer: str = "",
        fans: tuple[int, int] = (1, 1),
        measured: bool = False,
    ) -> int:
        learned = not (measured or self._frozen)
        start, stride = self.parameters if learned else self.kept, d.padded(shape[-1])
        tensor = Tensor(
            self.layer_name, label, shape, start, stride, initializer, regularizer, fans, learned, measured
        )
        self.tensors.append(tensor)
        if learned:
            self.parameters += tensor.length
        else:
            self.kept += tensor.length
        return start

    def _of_weights(self, bias: bool = True) -> int:
        if self._frozen:
            return 0
        return d.OF_WEIGHTS + d.OF_BIAS if bias else d.OF_WEIGHTS


def _write_grid(row: list[int], width: int, lines: int, shape: tuple[int, ...], pixel: int) -> None:
    """The columns WIDTH and STRIDE from ``width`` on, and LINES to PIXEL from ``lines`` on."""
    grid = shape if len(shape) == 3 else (1, math.prod(shape[:-1]), shape[-1])
    row[width : width + 2] = math.prod(shape), d.padded(grid[0] * grid[1] * pixel)
    row[lines : lines + 4] = *grid, pixel


def _write_window(row: list[int], window: Window, top: int, left: int) -> None:
    row[d.WINDOW_LINES], row[d.WINDOW_COLUMNS] = window.size
    # where there is but one place for the window, how far it would move is of no account
    row[d.STEP_LINES] = window.step[0] if row[d.OUT_LINES] > 1 else 1
    row[d.STEP_COLUMNS] = window.step[1] if row[d.OUT_COLUMNS] > 1 else 1
    row[d.TOP], row[d.LEFT] = top, left
