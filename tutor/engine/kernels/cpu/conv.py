"""Convolution: z(y, x) = b + Σ_uv a(S y + u - top, S x + v - left) W(u, v), a row of channels times a matrix.

The examples of a batch stand side by side, a lane for each (``columns``): in the operation's room lie first
the image, with its frame of zeros, then the numbers of the output, both without padding. Nothing is unfolded;
each tile takes eight windows, or eight weights of a window, from wherever they lie.
"""

from __future__ import annotations

from typing import NamedTuple

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.columns import add_products, add_weighted, gather, lanes_of, scatter
from tutor.engine.kernels.cpu.dense import clear
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import count_of, fill, load, store
from tutor.engine.kernels.cpu.tiles import Depth, Matrix, Rows
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, WorkspaceView, advanced


class Room(NamedTuple):
    """Where the columns lie, and how far apart; all distances are those of single numbers."""

    image: Pointer
    output: Pointer
    lanes: int
    lines: int
    """Lines of the framed image."""
    line: int
    """From one line of it to the next."""
    pixel: int
    """From one pixel of it to the next."""
    inside: int
    """The first pixel that is not frame."""


@kernel
def conv_forward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The values at OUTPUT (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE)."""
    room = _room(workspace, op)
    filters, width, pixels = op[d.OUT_CHANNELS], op[d.OUT_PIXEL], op[d.OUT_LINES] * op[d.OUT_COLUMNS]
    bias = advanced(network.parameters, op[d.BIAS])
    w = advanced(network.parameters, op[d.KERNEL])
    windows = Rows(
        pixels,
        op[d.OUT_COLUMNS],
        0,
        op[d.OUT_COLUMNS] * filters * room.lanes,
        filters * room.lanes,
        0,
        op[d.STEP_LINES] * room.line,
        op[d.STEP_COLUMNS] * room.pixel,
    )
    window = Depth(op[d.WINDOW_LINES], room.line, op[d.WINDOW_COLUMNS] * op[d.IN_CHANNELS], room.lanes, 0)
    for first in range(0, rows, room.lanes):
        here = min(room.lanes, rows - first)
        _gather_image(workspace, op, room, first, here)
        add_weighted(room.output, room.image, w, windows, window, width, 1, filters)
        place = op[d.OUTPUT] * workspace.capacity + first * op[d.OUT_STRIDE]
        z = advanced(workspace.values, place)
        scatter(z, room.output, op[d.OUT_STRIDE], here, filters, pixels, width, bias)


@kernel
def conv_backward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """From dz at OUTPUT what is wanted of db = Σ dz, dW(u, v) = Σ aᵀ dz, and da."""
    room = _room(workspace, op)
    filters, pixels = op[d.OUT_CHANNELS], op[d.OUT_LINES] * op[d.OUT_COLUMNS]
    if op[d.BACKWARD] & d.OF_WEIGHTS:
        _clear_weight_gradients(network, workspace, op, rows)
    for first in range(0, rows, room.lanes):
        here = min(room.lanes, rows - first)
        place = op[d.OUTPUT] * workspace.capacity + first * op[d.OUT_STRIDE]
        dz = advanced(workspace.deltas, place)
        gather(room.output, dz, op[d.OUT_STRIDE], here, filters, pixels, filters, op[d.OUT_PIXEL])
        if op[d.BACKWARD] & d.OF_WEIGHTS:
            _gather_image(workspace, op, room, first, here)
            _add_weight_gradients(network, op, room)
        if op[d.BACKWARD] & d.OF_INPUT:
            _input_gradients(network, workspace, op, room, first, here)


@kernel
def _clear_weight_gradients(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """db = Σ dz, and dW = 0."""
    width, pixels = op[d.OUT_PIXEL], rows * op[d.OUT_LINES] * op[d.OUT_COLUMNS]
    dz = advanced(workspace.deltas, op[d.OUTPUT] * workspace.capacity)
    for c in range(0, width, d.WIDTH):
        s0 = s1 = s2 = s3 = fill(dz, 0.0)  # four sums: an addition waits for the one before
        for at in range(c, c + (pixels - pixels % 4) * width, 4 * width):
            s0, s1 = s0 + load(dz, at), s1 + load(dz, at + width)
            s2, s3 = s2 + load(dz, at + 2 * width), s3 + load(dz, at + 3 * width)
        for i in range(pixels - pixels % 4, pixels):
            s0 = s0 + load(dz, c + i * width)
        store(network.gradients, op[d.BIAS] + c, (s0 + s1) + (s2 + s3))
    weights = op[d.WINDOW_LINES] * op[d.WINDOW_COLUMNS] * op[d.IN_CHANNELS]
    clear(Matrix(network.gradients, op[d.KERNEL], width, 1), weights, width)


@inlined
def _add_weight_gradients(network: NetworkView, op: Pointer, room: Room) -> None:
    """dW(u, v) += Σ_yx a(S y + u, S x + v)ᵀ dz(y, x).

    The weights (v, channel) of one u lie side by side in a.
    """
    run, width = op[d.WINDOW_COLUMNS] * op[d.IN_CHANNELS], op[d.OUT_PIXEL]
    dw = advanced(network.gradients, op[d.KERNEL])
    weights = Rows(op[d.WINDOW_LINES] * run, run, 0, run * width, width, 0, room.line, room.lanes)
    step = op[d.STEP_COLUMNS] * room.pixel
    places = Depth(op[d.OUT_LINES], op[d.STEP_LINES] * room.line, op[d.OUT_COLUMNS], step, 1)
    add_products(dw, room.image, room.output, weights, places, op[d.OUT_CHANNELS])


@inlined
def _input_gradients(
    network: NetworkView, workspace: WorkspaceView, op: Pointer, room: Room, first: int, rows: int
) -> None:
    """da(S y + u, S x + v) += dz(y, x) W(u, v)ᵀ for each place of the window."""
    filters, channels, width = op[d.OUT_CHANNELS], op[d.IN_CHANNELS], op[d.OUT_PIXEL]
    clear(Matrix(room.image, 0, room.line, 1), room.lines, room.line)
    windows = Rows(
        op[d.OUT_LINES] * op[d.OUT_COLUMNS],
        op[d.OUT_COLUMNS],
        0,
        op[d.STEP_LINES] * room.line,
        op[d.STEP_COLUMNS] * room.pixel,
        0,
        op[d.OUT_COLUMNS] * filters * room.lanes,
        filters * room.lanes,
    )
    for u in range(op[d.WINDOW_LINES]):
        for v in range(op[d.WINDOW_COLUMNS]):
            place = (u * op[d.WINDOW_COLUMNS] + v) * channels * width
            w = advanced(network.parameters, op[d.KERNEL] + place)
            da = advanced(room.image, u * room.line + v * room.pixel)
            add_weighted(da, room.output, w, windows, Depth(1, 0, filters, room.lanes, 1), 1, width, channels)
    nothing = advanced(workspace.scratch, op[d.SCRATCH] + room.lines * room.line)
    clear(Matrix(nothing, 0, op[d.IN_PIXEL], 1), 1, op[d.IN_PIXEL])
    for y in range(op[d.IN_LINES]):
        place = op[d.INPUT] * workspace.capacity + first * op[d.IN_STRIDE]
        to = advanced(workspace.deltas, place + y * op[d.IN_COLUMNS] * op[d.IN_PIXEL])
        source = advanced(room.image, room.inside + y * room.line)
        scatter(to, source, op[d.IN_STRIDE], rows, channels, op[d.IN_COLUMNS], op[d.IN_PIXEL], nothing)


@kernel
def _gather_image(workspace: WorkspaceView, op: Pointer, room: Room, first: int, rows: int) -> None:
    """The columns of the image, in its frame of zeros."""
    channels, pixel, columns = op[d.IN_CHANNELS], op[d.IN_PIXEL], op[d.IN_COLUMNS]
    if room.lines > op[d.IN_LINES] or room.line > columns * room.pixel:
        clear(Matrix(room.image, 0, room.line, 1), room.lines, room.line)
    for y in range(op[d.IN_LINES]):
        place = op[d.INPUT] * workspace.capacity + first * op[d.IN_STRIDE]
        source = advanced(workspace.values, place + y * columns * pixel)
        to = advanced(room.image, room.inside + y * room.line)
        if pixel == channels:  # the whole line lies side by side
            gather(to, source, op[d.IN_STRIDE], rows, columns * channels, 1, 0, 0)
        else:
            gather(to, source, op[d.IN_STRIDE], rows, channels, columns, channels, pixel)


@kernel
def _room(workspace: WorkspaceView, op: Pointer) -> Room:
    lanes = count_of(lanes_of(workspace.scratch))
    lines = max(op[d.TOP] + op[d.IN_LINES], (op[d.OUT_LINES] - 1) * op[d.STEP_LINES] + op[d.WINDOW_LINES])
    reached = (op[d.OUT_COLUMNS] - 1) * op[d.STEP_COLUMNS] + op[d.WINDOW_COLUMNS]
    pixel = op[d.IN_CHANNELS] * lanes
    line = max(op[d.LEFT] + op[d.IN_COLUMNS], reached) * pixel
    image = advanced(workspace.scratch, op[d.SCRATCH])
    inside = op[d.TOP] * line + op[d.LEFT] * pixel
    return Room(image, advanced(image, lines * line), lanes, lines, line, pixel, inside)
