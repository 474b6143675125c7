"""Dropout: in training each number becomes 0 with the probability ``rate``, else grows by 1 / (1 - rate).

Which ones depends on the run's seed, the layer, the step and the place alone, so that nothing need be kept
from the way forward to the way back, nor in a snapshot.
Source: N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import kernel
from tutor.engine.kernels.cpu.lanes import load, store
from tutor.engine.kernels.cpu.linking import linked
from tutor.engine.kernels.cpu.random import bits, stream
from tutor.engine.kernels.cpu.views import Pointer, WorkspaceView

FIRST_STREAM = 1 << 40
"""Streams from this number on belong to dropout; those before it order the examples of an epoch."""


class Mode(NamedTuple):
    """Whether the network is being trained, by which seed, in which step; which row of the batch is first."""

    training: bool
    seed: int
    step: int
    row: int


@linked
def dropout_forward(workspace: WorkspaceView, op: Pointer, rows: int, mode: Mode) -> None:
    """The values at OUTPUT from those at INPUT; a plain copy unless in training."""
    target, source = op[d.OUTPUT] * workspace.capacity, op[d.INPUT] * workspace.capacity
    if mode.training:
        _drop(workspace.values, source, target, op, rows, mode)
    else:
        for i in range(0, rows * op[d.OUT_STRIDE], d.WIDTH):
            store(workspace.values, target + i, load(workspace.values, source + i))


@linked
def dropout_backward(workspace: WorkspaceView, op: Pointer, rows: int, mode: Mode) -> None:
    """The deltas at INPUT from those at OUTPUT: what was dropped has no influence."""
    target, source = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    if mode.training:
        _drop(workspace.deltas, source, target, op, rows, mode)
    else:
        for i in range(0, rows * op[d.OUT_STRIDE], d.WIDTH):
            store(workspace.deltas, target + i, load(workspace.deltas, source + i))


@kernel
def _drop(buffer: Pointer, source: int, target: int, op: Pointer, rows: int, mode: Mode) -> None:
    key = bits(stream(mode.seed, FIRST_STREAM + op[d.LAYER]), mode.step)
    threshold = np.uint64(op[d.FUNCTION])
    scale = 1.0 / (1.0 - op[d.FUNCTION] / 9007199254740992.0)  # 2**53
    draw = mode.row * op[d.OUT_LINES] * op[d.OUT_COLUMNS] * op[d.OUT_CHANNELS]
    for r in range(rows):
        for pixel in range(op[d.OUT_LINES] * op[d.OUT_COLUMNS]):
            first = r * op[d.OUT_STRIDE] + pixel * op[d.OUT_PIXEL]
            for place in range(first, first + op[d.OUT_CHANNELS]):
                dropped = (bits(key, draw) >> np.uint64(11)) < threshold
                buffer[target + place] = 0.0 if dropped else buffer[source + place] * scale
                draw += 1
