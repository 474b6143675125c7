"""Both ends of a residual block, as in ``cpu.residual``; one thread per number."""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda.jit import Array, Span, Workspace, device


@device
def fork(buffer: Array, workspace: Workspace, op: Array, rows: int, back: bool, span: Span) -> None:
    """Forward (values): OUTPUT = SHORTCUT = INPUT. Back (deltas): INPUT = OUTPUT + SHORTCUT."""
    source, target = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    shortcut = op[d.SHORTCUT] * workspace.capacity
    for i in range(span.first, rows * op[d.OUT_STRIDE], span.step):
        if back:
            buffer[source + i] = buffer[target + i] + buffer[shortcut + i]
        else:
            number = buffer[source + i]
            buffer[target + i] = number
            buffer[shortcut + i] = number


@device
def join(buffer: Array, workspace: Workspace, op: Array, rows: int, back: bool, span: Span) -> None:
    """Forward (values): OUTPUT = INPUT + SHORTCUT. Back (deltas): INPUT = SHORTCUT = OUTPUT."""
    source, target = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    shortcut = op[d.SHORTCUT] * workspace.capacity
    for i in range(span.first, rows * op[d.OUT_STRIDE], span.step):
        if back:
            number = buffer[target + i]
            buffer[source + i] = number
            buffer[shortcut + i] = number
        else:
            buffer[target + i] = buffer[source + i] + buffer[shortcut + i]
