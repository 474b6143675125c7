"""Convolution: z(y, x) = b + Σ_uv a(S y + u - top, S x + v - left) W(u, v), a row of channels times a matrix.

Nothing is unfolded: the rows of the matrix products are windows that overlap in the image itself, or in a
packed copy of it with its frame of zeros, made for one example at a time.
"""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dense import Matrix, clear
from tutor.engine.kernels.cpu.jit import kernel, spliced
from tutor.engine.kernels.cpu.lanes import fill, load, store
from tutor.engine.kernels.cpu.pixels import Grid, copy_pixels
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, WorkspaceView
from tutor.engine.kernels.cpu.windows import Windows, add_windows


@kernel
def conv_forward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The values at OUTPUT (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE)."""
    channels, width = op[d.IN_CHANNELS], op[d.OUT_PIXEL]
    bias = Matrix(network.parameters, op[d.BIAS], 0, 1)
    w = Matrix(network.parameters, op[d.KERNEL], width, 1)
    for r in range(rows):
        image = _framed_image(workspace, op, r)
        z = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_STRIDE]
        for y in range(op[d.OUT_LINES]):
            add_windows(
                Matrix(workspace.values, z + y * op[d.OUT_COLUMNS] * width, width, 1),
                bias,
                Windows(
                    image.buffer,
                    image.start + y * op[d.STEP_LINES] * image.line,
                    op[d.STEP_COLUMNS] * channels,
                    image.line,
                    1,
                ),
                w,
                op[d.OUT_COLUMNS],
                op[d.WINDOW_LINES],
                op[d.WINDOW_COLUMNS] * channels,
                width,
            )


@kernel
def conv_backward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """From dz at OUTPUT what is wanted of db = Σ dz, dW(u, v) = Σ aᵀ dz, and da."""
    width = op[d.OUT_PIXEL]
    dz = op[d.OUTPUT] * workspace.capacity
    if op[d.BACKWARD] & d.OF_WEIGHTS:
        _clear_weight_gradients(network, workspace, op, rows)
    if op[d.BACKWARD] & d.OF_INPUT:
        _transpose(network, workspace, op)
    for r in range(rows):
        at = Matrix(workspace.deltas, dz + r * op[d.OUT_STRIDE], width, 1)
        if op[d.BACKWARD] & d.OF_WEIGHTS:
            _add_weight_gradients(network, op, _framed_image(workspace, op, r), at)
        if op[d.BACKWARD] & d.OF_INPUT:
            _input_gradients(workspace, op, at, r)


@kernel
def _clear_weight_gradients(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """db = Σ dz, and dW = 0."""
    width = op[d.OUT_PIXEL]
    dz = op[d.OUTPUT] * workspace.capacity
    for c in range(0, width, d.WIDTH):
        column_sum = fill(workspace.deltas, 0.0)
        for i in range(rows * op[d.OUT_LINES] * op[d.OUT_COLUMNS]):
            column_sum = column_sum + load(workspace.deltas, dz + i * width + c)
        store(network.gradients, op[d.BIAS] + c, column_sum)
    weights = op[d.WINDOW_LINES] * op[d.WINDOW_COLUMNS] * op[d.IN_CHANNELS]
    clear(Matrix(network.gradients, op[d.KERNEL], width, 1), weights, width)


@spliced
def _add_weight_gradients(network: NetworkView, op: Pointer, image: Grid, dz: Matrix) -> None:
    """dW(u, v) += Σ_yx a(S y + u, S x + v)ᵀ dz(y, x).

    The rows (v, channel) of one u lie side by side in a.
    """
    run = op[d.WINDOW_COLUMNS] * op[d.IN_CHANNELS]
    for u in range(op[d.WINDOW_LINES]):
        dw = Matrix(network.gradients, op[d.KERNEL] + u * run * dz.row, dz.row, 1)
        a = Windows(
            image.buffer,
            image.start + u * image.line,
            1,
            op[d.STEP_LINES] * image.line,
            op[d.STEP_COLUMNS] * op[d.IN_CHANNELS],
        )
        add_windows(dw, dw, a, dz, run, op[d.OUT_LINES], op[d.OUT_COLUMNS], dz.row)


@spliced
def _input_gradients(workspace: WorkspaceView, op: Pointer, dz: Matrix, r: int) -> None:
    """da(S y + u, S x + v) += dz(y, x) W(u, v)ᵀ for each place of the window.

    Where windows reach over the edge, that is done in a frame and its inside copied.
    """
    pixel = op[d.IN_PIXEL]
    target = op[d.INPUT] * workspace.capacity + r * op[d.IN_STRIDE]
    image = Grid(workspace.deltas, target, op[d.IN_COLUMNS] * pixel, pixel)
    frame = image
    if _has_frame(op):
        frame = Grid(workspace.scratch, op[d.SCRATCH], _framed_columns(op) * pixel, pixel)
    lines = _framed_lines(op) if _has_frame(op) else op[d.IN_LINES]
    clear(Matrix(frame.buffer, frame.start, frame.line, 1), lines, frame.line)
    for y in range(op[d.OUT_LINES]):
        line = Windows(dz.buffer, dz.start + y * op[d.OUT_COLUMNS] * dz.row, dz.row, 0, 1)
        for u in range(op[d.WINDOW_LINES]):
            for v in range(op[d.WINDOW_COLUMNS]):
                start = frame.start + (y * op[d.STEP_LINES] + u) * frame.line + v * pixel
                da = Matrix(frame.buffer, start, op[d.STEP_COLUMNS] * pixel, 1)
                place = (u * op[d.WINDOW_COLUMNS] + v) * op[d.OUT_CHANNELS] * pixel
                w = Matrix(workspace.transposed, op[d.TRANSPOSED] + place, pixel, 1)
                add_windows(da, da, line, w, op[d.OUT_COLUMNS], 1, op[d.OUT_CHANNELS], pixel)
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
    """W(u, v)ᵀ (OUT_CHANNELS, IN_PIXEL) for each place of the window; its padding was zero from the start."""
    channels, pixel = op[d.IN_CHANNELS], op[d.IN_PIXEL]
    for window in range(op[d.WINDOW_LINES] * op[d.WINDOW_COLUMNS]):
        for j in range(op[d.OUT_CHANNELS]):
            target = op[d.TRANSPOSED] + (window * op[d.OUT_CHANNELS] + j) * pixel
            source = op[d.KERNEL] + window * channels * op[d.OUT_PIXEL] + j
            for i in range(channels):
                workspace.transposed[target + i] = network.parameters[source + i * op[d.OUT_PIXEL]]
