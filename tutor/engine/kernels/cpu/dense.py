"""The fully connected layer: z = x W + b, and its gradients; all three products are ``tiles.accumulate``.

Layers of at most eight inputs and units have loops of their own in ``narrow``.
"""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import fill, load, store
from tutor.engine.kernels.cpu.tiles import Matrix, accumulate
from tutor.engine.kernels.cpu.transpose import transpose
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, WorkspaceView

LARGE = 16384
"""So many weights, padding included, have one gradient for a batch instead of one for each of its shards."""


@inlined
def is_large(op: Pointer) -> bool:
    """Whether the shards of a batch leave the gradient of the operation's weights to ``sums``."""
    return bool(
        op[d.KIND] == d.DENSE and op[d.BACKWARD] & d.OF_WEIGHTS and op[d.IN_WIDTH] * op[d.OUT_STRIDE] >= LARGE
    )


@kernel
def dense_forward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The values at OUTPUT (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE)."""
    width = op[d.OUT_STRIDE]
    start = op[d.OUTPUT] * workspace.capacity
    for r in range(rows):
        for c in range(0, width, d.WIDTH):
            store(workspace.values, start + r * width + c, load(network.parameters, op[d.BIAS] + c))
    x = Matrix(workspace.values, op[d.INPUT] * workspace.capacity, op[d.IN_STRIDE], 1)
    w = Matrix(network.parameters, op[d.KERNEL], width, 1)
    accumulate(Matrix(workspace.values, start, width, 1), x, w, rows, op[d.IN_WIDTH], width, True)


@kernel
def dense_backward(
    network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int, with_weights: bool
) -> None:
    """From dz at OUTPUT what is wanted of db = column sums of dz, dW = xᵀ dz, and dx = dz Wᵀ.

    Without weights dW is left to whoever calls :func:`weight_gradient` later.
    """
    width = op[d.OUT_STRIDE]
    dz = Matrix(workspace.deltas, op[d.OUTPUT] * workspace.capacity, width, 1)
    place = op[d.INPUT] * workspace.capacity
    if op[d.BACKWARD] & d.OF_BIAS:
        for c in range(0, width, d.WIDTH):
            column_sum = fill(workspace.deltas, 0.0)
            for r in range(rows):
                column_sum = column_sum + load(workspace.deltas, dz.start + r * width + c)
            store(network.gradients, op[d.BIAS] + c, column_sum)
    if with_weights and op[d.BACKWARD] & d.OF_WEIGHTS:
        weight_gradient(network.gradients, workspace, op, 0, op[d.IN_WIDTH], rows, False)
    if not op[d.BACKWARD] & d.OF_INPUT:
        return
    transpose(network, workspace, op)
    w_transposed = Matrix(workspace.transposed, op[d.TRANSPOSED], op[d.IN_STRIDE], 1)
    dx = Matrix(workspace.deltas, place, op[d.IN_STRIDE], 1)
    accumulate(dx, dz, w_transposed, rows, op[d.OUT_WIDTH], op[d.IN_STRIDE], False)


@kernel
def weight_gradient(
    gradients: Pointer,
    workspace: WorkspaceView,
    op: Pointer,
    first: int,
    lines: int,
    rows: int,
    begun: bool,
) -> None:
    """Of dW = xᵀ dz so many lines from ``first`` on; added to what is there if that is ``begun``."""
    width = op[d.OUT_STRIDE]
    x_transposed = Matrix(workspace.values, op[d.INPUT] * workspace.capacity + first, 1, op[d.IN_STRIDE])
    dz = Matrix(workspace.deltas, op[d.OUTPUT] * workspace.capacity, width, 1)
    dw = Matrix(gradients, op[d.KERNEL] + first * width, width, 1)
    accumulate(dw, x_transposed, dz, lines, rows, width, begun)


@kernel
def clear(c: Matrix, rows: int, width: int) -> None:
    """C = 0, its padded rows lying one behind the other."""
    for place in range(c.start, c.start + rows * width, d.WIDTH):
        store(c.buffer, place, fill(c.buffer, 0.0))
