"""Batch normalization: a = γ (x - mean) / sqrt(variance + ε) + β, for each channel over all rows and pixels.

In training mean and (biased) variance are those of the batch, and what is kept moves a little towards them;
else, and where the layer is frozen, they are what was kept.
Source: S. Ioffe, C. Szegedy, "Batch normalization" (2015).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dropout import Mode
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import fill, keep, load, square_root, store
from tutor.engine.kernels.cpu.linking import linked
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, WorkspaceView

_BLOCK = 64
"""Numbers that are added up by themselves before they join the sum: that rounds less."""


@linked
def normalize_forward(
    network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int, mode: Mode
) -> None:
    """The values at OUTPUT from those at INPUT; mean and 1 / deviation stay in the scratch.

    Where what is kept is not finite the values are NaN: over an infinite deviation they would be zeros.
    """
    values, pixel = workspace.values, op[d.OUT_PIXEL]
    count = rows * op[d.OUT_LINES] * op[d.OUT_COLUMNS]
    added = np.int64(op[d.ADDED]).view(np.float64)
    takes_batch = _takes_batch(op, mode)
    for c in range(0, pixel, d.WIDTH):
        x, a = op[d.INPUT] * workspace.capacity + c, op[d.OUTPUT] * workspace.capacity + c
        if takes_batch:
            mean = _sum(values, x, pixel, count, fill(values, 0.0), False) * (1.0 / count)
            variance = _sum(values, x, pixel, count, mean, True) * (1.0 / count)
            trace = _remember(network, op, c, mean, variance) * 0.0
        else:
            mean = load(network.parameters, op[d.STATISTICS] + c)
            variance = load(network.parameters, op[d.STATISTICS] + pixel + c)
            trace = variance * 0.0
        scale = 1.0 / square_root(variance + added) + trace
        store(workspace.scratch, op[d.SCRATCH] + c, mean)
        store(workspace.scratch, op[d.SCRATCH] + pixel + c, scale)
        scale = scale * load(network.parameters, op[d.KERNEL] + c)
        shift = load(network.parameters, op[d.BIAS] + c)
        for i in range(0, count * pixel, pixel):
            store(values, a + i, (load(values, x + i) - mean) * scale + shift)


@linked
def normalize_backward(
    network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int, mode: Mode
) -> None:
    """dβ = Σ da, dγ = Σ da x̂; dx = γ (da - dβ/n - x̂ dγ/n) / deviation, in training, else γ da / deviation."""
    values, deltas, pixel = workspace.values, workspace.deltas, op[d.OUT_PIXEL]
    count = rows * op[d.OUT_LINES] * op[d.OUT_COLUMNS]
    for c in range(0, pixel, d.WIDTH):
        x, a = op[d.INPUT] * workspace.capacity + c, op[d.OUTPUT] * workspace.capacity + c
        mean = load(workspace.scratch, op[d.SCRATCH] + c)
        scale = load(workspace.scratch, op[d.SCRATCH] + pixel + c)
        dgamma = dbeta = fill(values, 0.0)
        for first in range(0, count, _BLOCK):
            part_of_gamma = part_of_beta = fill(values, 0.0)
            for i in range(first * pixel, min(first + _BLOCK, count) * pixel, pixel):
                delta = load(deltas, a + i)
                part_of_beta = part_of_beta + delta
                part_of_gamma = part_of_gamma + delta * ((load(values, x + i) - mean) * scale)
            dgamma, dbeta = dgamma + part_of_gamma, dbeta + part_of_beta
        if op[d.BACKWARD] & d.OF_WEIGHTS:
            store(network.gradients, op[d.KERNEL] + c, dgamma)
            store(network.gradients, op[d.BIAS] + c, dbeta)
        if not op[d.BACKWARD] & d.OF_INPUT:
            continue
        share = fill(values, 1.0 / count if _takes_batch(op, mode) else 0.0)
        slope = scale * load(network.parameters, op[d.KERNEL] + c)
        dbeta, dgamma = dbeta * share, dgamma * share * scale
        for i in range(0, count * pixel, pixel):
            centred = load(values, x + i) - mean
            store(deltas, x + i, slope * (load(deltas, a + i) - dbeta - centred * dgamma))


@kernel
def _takes_batch(op: Pointer, mode: Mode) -> bool:
    """Whether mean and variance are the batch's own."""
    return bool(mode.training and op[d.BACKWARD] & d.OF_WEIGHTS != 0)


@kernel
def _sum(values: Pointer, start: int, pixel: int, count: int, mean: Any, squares: bool) -> Any:
    """Σ (x - mean), or of its squares, over one lane group of each pixel."""
    whole = fill(values, 0.0)
    for first in range(0, count, _BLOCK):
        part = fill(values, 0.0)
        for i in range(first, min(first + _BLOCK, count)):
            centred = load(values, start + i * pixel) - mean
            part = part + (centred * centred if squares else centred)
        whole = whole + part
    return whole


@inlined
def _remember(network: NetworkView, op: Pointer, c: int, mean: Any, variance: Any) -> Any:
    """Let what is kept move towards this batch's statistics, zero in the padding; returns the sum of both."""
    kept = np.int64(op[d.KEPT]).view(np.float64)
    zero, place = fill(mean, 0.0), op[d.STATISTICS] + c
    moved_mean = load(network.parameters, place) * kept + mean * (1.0 - kept)
    moved_mean = keep(moved_mean, op[d.OUT_CHANNELS] - c, zero)
    store(network.parameters, place, moved_mean)
    place += op[d.OUT_PIXEL]
    moved = load(network.parameters, place) * kept + variance * (1.0 - kept)
    moved = keep(moved, op[d.OUT_CHANNELS] - c, zero)
    store(network.parameters, place, moved)
    return moved_mean + moved
