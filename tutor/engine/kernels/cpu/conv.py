"""Convolution: z(y, x) = b + Σ_uv a(S y + u - top, S x + v - left) W(u, v), a row of channels times a matrix.

The examples of a batch stand side by side, a lane for each (``columns``): in the operation's room lie first
the image, with its frame of zeros, then the numbers of the output, both without padding. Nothing is unfolded;
each tile takes eight windows, or eight weights of a window, from wherever they lie.
"""

from __future__ import annotations

from typing import NamedTuple

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.columns import (
    activate_columns,
    add_columns,
    add_products,
    add_weighted,
    gather,
    gather_slopes,
    scatter,
)
from tutor.engine.kernels.cpu.dense import clear
from tutor.engine.kernels.cpu.grid import ONE_PLACE, Depth, Places, Rows
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import count_of, wide_zero
from tutor.engine.kernels.cpu.linking import linked
from tutor.engine.kernels.cpu.tiles import Matrix
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


@linked
def conv_forward(
    network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int, output: int, function: int
) -> None:
    """The values at ``output`` (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE).

    They are z, or a where ``function`` is the code of an activation function and not LINEAR.
    """
    room = _room(workspace, op)
    filters, width, pixels = op[d.OUT_CHANNELS], op[d.OUT_PIXEL], op[d.OUT_LINES] * op[d.OUT_COLUMNS]
    bias = advanced(network.parameters, op[d.BIAS])
    w = advanced(network.parameters, op[d.KERNEL])
    windows = Rows(
        pixels,
        op[d.OUT_COLUMNS],
        op[d.OUT_COLUMNS] * filters * room.lanes,
        filters * room.lanes,
        op[d.STEP_LINES] * room.line,
        op[d.STEP_COLUMNS] * room.pixel,
    )
    window = Depth(op[d.WINDOW_LINES], room.line, op[d.WINDOW_COLUMNS] * op[d.IN_CHANNELS], room.lanes, 0)
    nothing = _zeros(workspace, op, room)
    for first in range(0, rows, room.lanes):
        here = min(room.lanes, rows - first)
        _gather_image(workspace, op, room, first, here)
        add_weighted(room.output, room.image, w, windows, window, ONE_PLACE, width, 1, filters)
        if function != d.LINEAR:
            activate_columns(function, room.output, bias, pixels, filters)
        to = advanced(workspace.values, output * workspace.capacity + first * op[d.OUT_STRIDE])
        added = bias if function == d.LINEAR else nothing
        scatter(to, room.output, op[d.OUT_STRIDE], here, filters, pixels, width, added)


@linked
def conv_backward(
    network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int, output: int, function: int
) -> None:
    """From the deltas at ``output`` what is wanted of db = Σ dz, dW(u, v) = Σ aᵀ dz, and da.

    They are dz, or the activation's da where ``function`` is its code and not LINEAR.
    """
    room = _room(workspace, op)
    filters, pixels = op[d.OUT_CHANNELS], op[d.OUT_LINES] * op[d.OUT_COLUMNS]
    weights = op[d.WINDOW_LINES] * op[d.WINDOW_COLUMNS] * op[d.IN_CHANNELS]
    if op[d.BACKWARD] & d.OF_WEIGHTS:  # here, for a shard of no rows has gradients, too
        clear(Matrix(network.gradients, op[d.BIAS], op[d.OUT_PIXEL], 1), 1, op[d.OUT_PIXEL])
        clear(Matrix(network.gradients, op[d.KERNEL], op[d.OUT_PIXEL], 1), weights, op[d.OUT_PIXEL])
    for first in range(0, rows, room.lanes):
        here = min(room.lanes, rows - first)
        place = output * workspace.capacity + first * op[d.OUT_STRIDE]
        delta, step = advanced(workspace.deltas, place), op[d.OUT_PIXEL]
        if function == d.LINEAR:
            gather(room.output, delta, op[d.OUT_STRIDE], here, filters, pixels, filters, step)
        else:
            a = advanced(workspace.values, place)
            gather_slopes(function, room.output, delta, a, op[d.OUT_STRIDE], here, filters, pixels, step)
        if op[d.BACKWARD] & d.OF_WEIGHTS:
            add_columns(advanced(network.gradients, op[d.BIAS]), room.output, pixels, filters)
            _gather_image(workspace, op, room, first, here)
            _add_weight_gradients(network, op, room)
        if op[d.BACKWARD] & d.OF_INPUT:
            _input_gradients(network, workspace, op, room, first, here)


@inlined
def _add_weight_gradients(network: NetworkView, op: Pointer, room: Room) -> None:
    """dW(u, v) += Σ_yx a(S y + u, S x + v)ᵀ dz(y, x).

    The weights (v, channel) of one u lie side by side in a.
    """
    run, width = op[d.WINDOW_COLUMNS] * op[d.IN_CHANNELS], op[d.OUT_PIXEL]
    dw = advanced(network.gradients, op[d.KERNEL])
    weights = Rows(op[d.WINDOW_LINES] * run, run, run * width, width, room.line, room.lanes)
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
        op[d.STEP_LINES] * room.line,
        op[d.STEP_COLUMNS] * room.pixel,
        op[d.OUT_COLUMNS] * filters * room.lanes,
        filters * room.lanes,
    )
    places = Places(op[d.WINDOW_LINES], room.line, op[d.WINDOW_COLUMNS], room.pixel, channels * width)
    w = advanced(network.parameters, op[d.KERNEL])
    depth = Depth(1, 0, filters, room.lanes, 1)
    add_weighted(room.image, room.output, w, windows, depth, places, 1, width, channels)
    nothing = _zeros(workspace, op, room)
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


@inlined
def _zeros(workspace: WorkspaceView, op: Pointer, room: Room) -> Pointer:
    """A pixel of zeros, behind the columns; for ``scatter`` where nothing is to be added."""
    size = max(op[d.IN_PIXEL], op[d.OUT_PIXEL])
    nothing = advanced(room.output, op[d.OUT_LINES] * op[d.OUT_COLUMNS] * op[d.OUT_CHANNELS] * room.lanes)
    clear(Matrix(nothing, 0, size, 1), 1, size)
    return nothing


@kernel
def _room(workspace: WorkspaceView, op: Pointer) -> Room:
    lanes = count_of(wide_zero(workspace.scratch))
    lines = max(op[d.TOP] + op[d.IN_LINES], (op[d.OUT_LINES] - 1) * op[d.STEP_LINES] + op[d.WINDOW_LINES])
    reached = (op[d.OUT_COLUMNS] - 1) * op[d.STEP_COLUMNS] + op[d.WINDOW_COLUMNS]
    pixel = op[d.IN_CHANNELS] * lanes
    line = max(op[d.LEFT] + op[d.IN_COLUMNS], reached) * pixel
    image = advanced(workspace.scratch, op[d.SCRATCH])
    inside = op[d.TOP] * line + op[d.LEFT] * pixel
    return Room(image, advanced(image, lines * line), lanes, lines, line, pixel, inside)
