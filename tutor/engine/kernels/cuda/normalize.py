"""Batch normalization, as in ``cpu.normalize``; statistics in pieces, the rest one thread per number.

A piece has the mean of its numbers and the sum of their squared distances from it. How those of several sets
are joined without a difference of large numbers: T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for
computing the sample variance" (1983).
"""

from __future__ import annotations

import math

import numpy as np

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dropout import Mode
from tutor.engine.kernels.cuda.jit import Array, Span, Workspace, device
from tutor.engine.kernels.cuda.sums import joined, pieces_of


@device
def normalize_forward(
    network: d.Network, workspace: Workspace, op: Array, phase: int, rows: int, mode: Mode, span: Span
) -> None:
    """The values at OUTPUT from those at INPUT; mean and 1 / deviation stay in the scratch.

    Phase 0 looks at the pieces, phase 1 joins them, phase 2 computes the outputs.
    """
    count = rows * op[d.OUT_LINES] * op[d.OUT_COLUMNS]
    pieces = pieces_of(2 * op[d.OUT_CHANNELS], count, span)
    if phase == 0 and _takes_batch(op, mode):
        _look_at_pieces(workspace, op, count, pieces, span)
    elif phase == 1:
        _find_statistics(network, workspace, op, count, pieces, mode, span)
    elif phase == 2:
        _apply(network, workspace, op, count, span)


@device
def normalize_backward(
    network: d.Network, workspace: Workspace, op: Array, phase: int, rows: int, mode: Mode, span: Span
) -> None:
    """dβ = Σ da, dγ = Σ da x̂; dx = γ (da - dβ/n - x̂ dγ/n) / deviation, in training, else γ da / deviation.

    Phase 0 adds up pieces of the sums, phase 1 joins them at the front of the partials, phase 2 computes dx.
    """
    count, width = rows * op[d.OUT_LINES] * op[d.OUT_COLUMNS], op[d.OUT_CHANNELS]
    pieces = pieces_of(2 * width, count, span)
    if phase == 0:
        _add_pieces(workspace, op, count, pieces, span)
    elif phase == 1:
        for which in range(span.first, 2 * width, span.step):
            total = joined(workspace.partials, which, 2 * width, pieces)
            workspace.partials[which] = total
            if op[d.BACKWARD] & d.OF_WEIGHTS:
                place = op[d.KERNEL] + which if which < width else op[d.BIAS] + which - width
                network.gradients[place] = total
    elif op[d.BACKWARD] & d.OF_INPUT:
        _input_slopes(network, workspace, op, count, mode, span)


@device
def _takes_batch(op: Array, mode: Mode) -> bool:
    """Whether mean and variance are the batch's own: in training, unless the layer is frozen."""
    return mode.training and op[d.BACKWARD] & d.OF_WEIGHTS != 0


# --------------------------------------------------------------------------- forward


@device
def _look_at_pieces(workspace: Workspace, op: Array, count: int, pieces: int, span: Span) -> None:
    """Means, then sums of squared distances: (pieces, 2, OUT_CHANNELS) in the partials."""
    values, width = workspace.values, op[d.OUT_CHANNELS]
    real = values.dtype.type
    for i in range(span.first, width * pieces, span.step):
        piece, c = i // width, i % width
        x = op[d.INPUT] * workspace.capacity + c
        mean, squares = real(0), real(0)
        for n in range(piece, count, pieces):
            mean += values[x + n * op[d.IN_PIXEL]]
        mean /= real(_size(count, piece, pieces))
        for n in range(piece, count, pieces):
            centred = values[x + n * op[d.IN_PIXEL]] - mean
            squares += centred * centred
        workspace.partials[2 * piece * width + c] = mean
        workspace.partials[(2 * piece + 1) * width + c] = squares


@device
def _size(count: int, piece: int, pieces: int) -> int:
    """How many of ``count`` numbers are in a piece."""
    return (count - piece + pieces - 1) // pieces


@device
def _find_statistics(
    network: d.Network, workspace: Workspace, op: Array, count: int, pieces: int, mode: Mode, span: Span
) -> None:
    """Mean and 1 / deviation of each channel to the scratch; what is kept moves a little towards them.

    Where that is not finite, 1 / deviation is NaN: the outputs would be zeros.
    """
    parameters, partials, width = network.parameters, workspace.partials, op[d.OUT_CHANNELS]
    real = parameters.dtype.type
    added = real(np.int64(op[d.ADDED]).view(np.float64))
    kept = np.int64(op[d.KEPT]).view(np.float64)
    for c in range(span.first, width, span.step):
        place = op[d.STATISTICS] + c
        mean, variance = parameters[place], parameters[place + op[d.OUT_PIXEL]]
        if _takes_batch(op, mode):
            mean, variance = real(0), real(0)
            for piece in range(pieces):
                share = real(_size(count, piece, pieces)) / real(count)
                mean += partials[2 * piece * width + c] * share
            for piece in range(pieces):
                apart = partials[2 * piece * width + c] - mean
                variance += partials[(2 * piece + 1) * width + c]
                variance += apart * apart * real(_size(count, piece, pieces))
            variance /= real(count)
            parameters[place] = parameters[place] * real(kept) + mean * real(1.0 - kept)
            other = place + op[d.OUT_PIXEL]
            parameters[other] = parameters[other] * real(kept) + variance * real(1.0 - kept)
        trace = (parameters[place] + parameters[place + op[d.OUT_PIXEL]]) * real(0)
        workspace.scratch[op[d.SCRATCH] + c] = mean
        scale = real(1) / real(math.sqrt(variance + added))
        workspace.scratch[op[d.SCRATCH] + op[d.OUT_PIXEL] + c] = scale + trace


@device
def _apply(network: d.Network, workspace: Workspace, op: Array, count: int, span: Span) -> None:
    """a = (x - mean) γ / deviation + β."""
    values, parameters, width = workspace.values, network.parameters, op[d.OUT_CHANNELS]
    x, a = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    for i in range(span.first, count * width, span.step):
        c = i % width
        place = i // width * op[d.OUT_PIXEL] + c
        scale = workspace.scratch[op[d.SCRATCH] + op[d.OUT_PIXEL] + c] * parameters[op[d.KERNEL] + c]
        centred = values[x + place] - workspace.scratch[op[d.SCRATCH] + c]
        values[a + place] = centred * scale + parameters[op[d.BIAS] + c]


# --------------------------------------------------------------------------- back


@device
def _add_pieces(workspace: Workspace, op: Array, count: int, pieces: int, span: Span) -> None:
    """Pieces of dγ, then of dβ: (pieces, 2, OUT_CHANNELS) in the partials."""
    values, deltas, width = workspace.values, workspace.deltas, op[d.OUT_CHANNELS]
    real = values.dtype.type
    for i in range(span.first, width * pieces, span.step):
        piece, c = i // width, i % width
        x, a = op[d.INPUT] * workspace.capacity + c, op[d.OUTPUT] * workspace.capacity + c
        mean = workspace.scratch[op[d.SCRATCH] + c]
        scale = workspace.scratch[op[d.SCRATCH] + op[d.OUT_PIXEL] + c]
        dgamma, dbeta = real(0), real(0)
        for n in range(piece, count, pieces):
            delta = deltas[a + n * op[d.OUT_PIXEL]]
            dbeta += delta
            dgamma += delta * ((values[x + n * op[d.IN_PIXEL]] - mean) * scale)
        workspace.partials[2 * piece * width + c] = dgamma
        workspace.partials[(2 * piece + 1) * width + c] = dbeta


@device
def _input_slopes(
    network: d.Network, workspace: Workspace, op: Array, count: int, mode: Mode, span: Span
) -> None:
    """dx of each number, from dγ and dβ at the front of the partials."""
    values, deltas, width = workspace.values, workspace.deltas, op[d.OUT_CHANNELS]
    real = values.dtype.type
    share = real(1.0 / count) if _takes_batch(op, mode) else real(0)
    x, a = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    for i in range(span.first, count * width, span.step):
        c = i % width
        place = i // width * op[d.OUT_PIXEL] + c
        scale = workspace.scratch[op[d.SCRATCH] + op[d.OUT_PIXEL] + c]
        normal = (values[x + place] - workspace.scratch[op[d.SCRATCH] + c]) * scale
        dgamma, dbeta = workspace.partials[c] * share, workspace.partials[width + c] * share
        slope = scale * network.parameters[op[d.KERNEL] + c]
        deltas[x + place] = slope * (deltas[a + place] - dbeta - normal * dgamma)
