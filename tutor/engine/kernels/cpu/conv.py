"""Convolution: z(y, x) = b + Σ_uv a(S y + u - top, S x + v - left) W(u, v), a row of channels times a matrix.

Nothing is unfolded: the rows of the matrix products are windows that overlap in the image itself, or in a
packed copy of it with its frame of zeros, made for one example at a time. Each tile takes eight windows,
eight weights of a window, or eight lines, from wherever they lie.
"""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dense import clear
from tutor.engine.kernels.cpu.jit import kernel, spliced
from tutor.engine.kernels.cpu.lanes import fill, load, store
from tutor.engine.kernels.cpu.pixels import Grid, copy_pixels
from tutor.engine.kernels.cpu.tiles import Depth, Matrix, Rows, add_product
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, WorkspaceView, advanced


@kernel
def conv_forward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The values at OUTPUT (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE)."""
    channels, width, columns = op[d.IN_CHANNELS], op[d.OUT_PIXEL], op[d.OUT_COLUMNS]
    pixels = op[d.OUT_LINES] * columns
    w = Matrix(network.parameters, op[d.KERNEL], width, 1)
    for r in range(rows):
        image = _framed_image(workspace, op, r)
        z = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_STRIDE]
        for c in range(0, width, d.WIDTH):
            bias = load(network.parameters, op[d.BIAS] + c)
            for p in range(pixels):
                store(workspace.values, z + p * width + c, bias)
        cells = Rows(
            pixels,
            columns,
            z,
            columns * width,
            width,
            image.start,
            op[d.STEP_LINES] * image.line,
            op[d.STEP_COLUMNS] * channels,
        )
        window = Depth(op[d.WINDOW_LINES], image.line, op[d.WINDOW_COLUMNS] * channels, 1, 1)
        add_product(workspace.values, image.buffer, w, cells, window, width)


@kernel
def conv_backward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """From dz at OUTPUT what is wanted of db = Σ dz, dW(u, v) = Σ aᵀ dz, and da."""
    width = op[d.OUT_PIXEL]
    dz = op[d.OUTPUT] * workspace.capacity
    if op[d.BACKWARD] & d.OF_WEIGHTS:
        _clear_weight_gradients(network, workspace, op, rows)
    if op[d.BACKWARD] & d.OF_INPUT:
        _transpose(network, workspace, op)
    if op[d.BACKWARD] & d.OF_WEIGHTS:
        for r in range(rows):
            at = Matrix(workspace.deltas, dz + r * op[d.OUT_STRIDE], width, 1)
            _add_weight_gradients(network, op, _framed_image(workspace, op, r), at)
    if op[d.BACKWARD] & d.OF_INPUT:
        together = 1 if _has_frame(op) else rows
        for r in range(0, rows, together):
            _input_gradients(workspace, op, r, together)


@kernel
def _clear_weight_gradients(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """db = Σ dz, and dW = 0."""
    width = op[d.OUT_PIXEL]
    dz = op[d.OUTPUT] * workspace.capacity
    for c in range(0, width, d.WIDTH):
        s0 = s1 = s2 = s3 = fill(workspace.deltas, 0.0)  # four sums: an addition waits for the one before
        pixels = rows * op[d.OUT_LINES] * op[d.OUT_COLUMNS]
        for i in range(0, pixels - 3, 4):
            at = dz + i * width + c
            s0, s1 = s0 + load(workspace.deltas, at), s1 + load(workspace.deltas, at + width)
            s2 = s2 + load(workspace.deltas, at + 2 * width)
            s3 = s3 + load(workspace.deltas, at + 3 * width)
        for i in range(pixels - pixels % 4, pixels):
            s0 = s0 + load(workspace.deltas, dz + i * width + c)
        store(network.gradients, op[d.BIAS] + c, (s0 + s1) + (s2 + s3))
    weights = op[d.WINDOW_LINES] * op[d.WINDOW_COLUMNS] * op[d.IN_CHANNELS]
    clear(Matrix(network.gradients, op[d.KERNEL], width, 1), weights, width)


@spliced
def _add_weight_gradients(network: NetworkView, op: Pointer, image: Grid, dz: Matrix) -> None:
    """dW(u, v) += Σ_yx a(S y + u, S x + v)ᵀ dz(y, x).

    The weights (v, channel) of one u lie side by side in a.
    """
    run = op[d.WINDOW_COLUMNS] * op[d.IN_CHANNELS]
    weights = Rows(
        op[d.WINDOW_LINES] * run, run, op[d.KERNEL], run * dz.row, dz.row, image.start, image.line, 1
    )
    cells = Depth(
        op[d.OUT_LINES],
        op[d.STEP_LINES] * image.line,
        op[d.OUT_COLUMNS],
        op[d.STEP_COLUMNS] * op[d.IN_CHANNELS],
        1,
    )
    add_product(network.gradients, image.buffer, dz, weights, cells, dz.row)


@spliced
def _input_gradients(workspace: WorkspaceView, op: Pointer, first: int, rows: int) -> None:
    """da(S y + u, S x + v) += dz(y, x) W(u, v)ᵀ for the examples ``first`` and after.

    What a tile adds to lies in lines of its own, for the pixels of a line overlap. Where windows reach over
    the edge, that is done in a frame, for one example at a time, and its inside copied.
    """
    pixel, width = op[d.IN_PIXEL], op[d.OUT_PIXEL]
    target = op[d.INPUT] * workspace.capacity + first * op[d.IN_STRIDE]
    image = Grid(workspace.deltas, target, op[d.IN_COLUMNS] * pixel, pixel)
    frame, stride, lines = image, op[d.IN_STRIDE], op[d.IN_LINES]
    if _has_frame(op):
        frame = Grid(workspace.scratch, op[d.SCRATCH], _framed_columns(op) * pixel, pixel)
        stride, lines = 0, _framed_lines(op)
        clear(Matrix(frame.buffer, frame.start, frame.line, 1), lines, frame.line)
    else:
        clear(Matrix(frame.buffer, frame.start, stride, 1), rows, stride)
    dz = op[d.OUTPUT] * workspace.capacity + first * op[d.OUT_STRIDE]
    run = op[d.WINDOW_COLUMNS] * pixel
    every_line = Rows(
        rows * op[d.OUT_LINES],
        op[d.OUT_LINES],
        frame.start,
        stride,
        op[d.STEP_LINES] * frame.line,
        dz,
        op[d.OUT_STRIDE],
        op[d.OUT_COLUMNS] * width,
    )
    for x in range(op[d.OUT_COLUMNS]):
        for u in range(op[d.WINDOW_LINES]):
            w = Matrix(workspace.transposed, op[d.TRANSPOSED] + u * op[d.OUT_CHANNELS] * run, run, 1)
            da = advanced(frame.buffer, u * frame.line + x * op[d.STEP_COLUMNS] * pixel)
            at = advanced(workspace.deltas, x * width)
            add_product(da, at, w, every_line, Depth(1, 0, op[d.OUT_CHANNELS], 1, 1), run)
    if _has_frame(op):
        inside = Grid(
            frame.buffer, frame.start + op[d.TOP] * frame.line + op[d.LEFT] * pixel, frame.line, pixel
        )
        copy_pixels(image, inside, op[d.IN_LINES], op[d.IN_COLUMNS], pixel)


@kernel
def _framed_image(workspace: WorkspaceView, op: Pointer, r: int) -> Grid:
    """Example ``r`` of the input, packed and with the zeros around it; in place if it stands so already."""
    channels, pixel = op[d.IN_CHANNELS], op[d.IN_PIXEL]
    source = op[d.INPUT] * workspace.capacity + r * op[d.IN_STRIDE]
    image = Grid(workspace.values, source, op[d.IN_COLUMNS] * pixel, pixel)
    if pixel == channels and not _has_frame(op):
        return image
    line, lines = _framed_columns(op) * channels, _framed_lines(op)
    if _has_frame(op):
        clear(Matrix(workspace.scratch, op[d.SCRATCH], line, 1), 1, lines * line)
    start = op[d.SCRATCH] + op[d.TOP] * line + op[d.LEFT] * channels
    inside = Grid(workspace.scratch, start, line, channels)
    copy_pixels(inside, image, op[d.IN_LINES], op[d.IN_COLUMNS], channels)
    return Grid(workspace.scratch, op[d.SCRATCH], line, channels)


@kernel
def _framed_lines(op: Pointer) -> int:
    reached = (op[d.OUT_LINES] - 1) * op[d.STEP_LINES] + op[d.WINDOW_LINES]
    return int(max(op[d.TOP] + op[d.IN_LINES], reached))


@kernel
def _framed_columns(op: Pointer) -> int:
    reached = (op[d.OUT_COLUMNS] - 1) * op[d.STEP_COLUMNS] + op[d.WINDOW_COLUMNS]
    return int(max(op[d.LEFT] + op[d.IN_COLUMNS], reached))


@kernel
def _has_frame(op: Pointer) -> bool:
    """Whether windows reach over the edge of the image; with "valid" they never do."""
    return bool(_framed_lines(op) > op[d.IN_LINES] or _framed_columns(op) > op[d.IN_COLUMNS])


@kernel
def _transpose(network: NetworkView, workspace: WorkspaceView, op: Pointer) -> None:
    """W(u)ᵀ (OUT_CHANNELS, WINDOW_COLUMNS, IN_PIXEL) for each u; its padding was zero from the start."""
    channels, pixel, columns = op[d.IN_CHANNELS], op[d.IN_PIXEL], op[d.WINDOW_COLUMNS]
    for u in range(op[d.WINDOW_LINES]):
        for v in range(columns):
            for j in range(op[d.OUT_CHANNELS]):
                target = op[d.TRANSPOSED] + ((u * op[d.OUT_CHANNELS] + j) * columns + v) * pixel
                source = op[d.KERNEL] + (u * columns + v) * channels * op[d.OUT_PIXEL] + j
                for i in range(channels):
                    workspace.transposed[target + i] = network.parameters[source + i * op[d.OUT_PIXEL]]
