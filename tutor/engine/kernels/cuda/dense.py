"""The fully connected layer: z = x W + b, and its gradients; one thread per number of the result.

Neighbouring threads work on neighbouring columns, so that they read W, dz and Wᵀ side by side.
"""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda.jit import Array, Span, Workspace, device


@device
def dense_forward(network: d.Network, workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """The values at OUTPUT (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE)."""
    values, parameters = workspace.values, network.parameters
    width, stride = op[d.OUT_WIDTH], op[d.OUT_STRIDE]
    for i in range(span.first, rows * width, span.step):
        r, c = i // width, i % width
        x = op[d.INPUT] * workspace.capacity + r * op[d.IN_STRIDE]
        w = op[d.KERNEL] + c
        z = parameters[op[d.BIAS] + c]
        for k in range(op[d.IN_WIDTH]):
            z += values[x + k] * parameters[w + k * stride]
        values[op[d.OUTPUT] * workspace.capacity + r * stride + c] = z


@device
def dense_backward_weights(
    network: d.Network, workspace: Workspace, op: Array, rows: int, span: Span
) -> None:
    """From dz at OUTPUT: dW = xᵀ dz and db = column sums of dz, as if b were a row of W that meets x = 1.

    Frozen weights get none, nor do biases that there are not. Where dx is wanted, Wᵀ is made on the way for
    :func:`dense_backward_inputs`.
    """
    values, deltas = workspace.values, workspace.deltas
    real = values.dtype.type
    depth, width, stride = op[d.IN_WIDTH], op[d.OUT_WIDTH], op[d.OUT_STRIDE]
    dz = op[d.OUTPUT] * workspace.capacity
    for i in range(span.first, (depth + 1) * width, span.step):
        k, c = i // width, i % width
        x = op[d.INPUT] * workspace.capacity + k
        slope = real(0)
        if k == depth:
            for r in range(rows):
                slope += deltas[dz + r * stride + c]
            if op[d.BACKWARD] & d.OF_BIAS:
                network.gradients[op[d.BIAS] + c] = slope
        else:
            for r in range(rows):
                slope += values[x + r * op[d.IN_STRIDE]] * deltas[dz + r * stride + c]
            place = op[d.KERNEL] + k * stride + c
            if op[d.BACKWARD] & d.OF_WEIGHTS:
                network.gradients[place] = slope
            if op[d.BACKWARD] & d.OF_INPUT:
                workspace.transposed[op[d.TRANSPOSED] + c * op[d.IN_STRIDE] + k] = network.parameters[place]


@device
def dense_backward_inputs(workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """dx = dz Wᵀ."""
    deltas, transposed = workspace.deltas, workspace.transposed
    real = deltas.dtype.type
    width, stride = op[d.IN_WIDTH], op[d.IN_STRIDE]
    for i in range(span.first, rows * width, span.step):
        r, k = i // width, i % width
        dz = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_STRIDE]
        w = op[d.TRANSPOSED] + k
        dx = real(0)
        for c in range(op[d.OUT_WIDTH]):
            dx += deltas[dz + c] * transposed[w + c * stride]
        deltas[op[d.INPUT] * workspace.capacity + r * stride + k] = dx
