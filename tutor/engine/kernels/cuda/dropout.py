"""Dropout: the same numbers are dropped as on the CPU, by the same key of seed, layer, step and place."""

from __future__ import annotations

import numpy as np

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dropout import FIRST_STREAM, Mode
from tutor.engine.kernels.cuda.jit import Array, Span, Workspace, device
from tutor.engine.kernels.cuda.pixels import place_of
from tutor.engine.kernels.cuda.random import bits, stream


@device
def dropout_forward(workspace: Workspace, op: Array, rows: int, mode: Mode, span: Span) -> None:
    """The values at OUTPUT from those at INPUT; a plain copy unless in training."""
    target, source = op[d.OUTPUT] * workspace.capacity, op[d.INPUT] * workspace.capacity
    _drop(workspace.values, source, target, op, rows, mode, span)


@device
def dropout_backward(workspace: Workspace, op: Array, rows: int, mode: Mode, span: Span) -> None:
    """The deltas at INPUT from those at OUTPUT: what was dropped has no influence."""
    target, source = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    _drop(workspace.deltas, source, target, op, rows, mode, span)


@device
def _drop(buffer: Array, source: int, target: int, op: Array, rows: int, mode: Mode, span: Span) -> None:
    real = buffer.dtype.type
    channels, pixels = op[d.OUT_CHANNELS], op[d.OUT_LINES] * op[d.OUT_COLUMNS]
    key = bits(stream(mode.seed, FIRST_STREAM + op[d.LAYER]), mode.step)
    threshold = np.uint64(op[d.FUNCTION])
    scale = real(1.0 / (1.0 - op[d.FUNCTION] / 9007199254740992.0))  # 2**53
    for i in range(span.first, rows * op[d.OUT_WIDTH], span.step):
        place = place_of(i, channels, pixels, op[d.OUT_PIXEL], op[d.OUT_STRIDE])
        if not mode.training:
            buffer[target + place] = buffer[source + place]
        elif (bits(key, i) >> np.uint64(11)) < threshold:
            buffer[target + place] = real(0)
        else:
            buffer[target + place] = buffer[source + place] * scale
