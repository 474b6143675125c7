"""Both ends of a residual block: the way forks into branch and shortcut, and their numbers are added."""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import kernel
from tutor.engine.kernels.cpu.lanes import load, store
from tutor.engine.kernels.cpu.views import Pointer, WorkspaceView


@kernel
def fork(buffer: Pointer, workspace: WorkspaceView, op: Pointer, rows: int, back: bool) -> None:
    """Forward (values): OUTPUT = SHORTCUT = INPUT. Back (deltas): INPUT = OUTPUT + SHORTCUT."""
    source, target = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    shortcut = op[d.SHORTCUT] * workspace.capacity
    for i in range(0, rows * op[d.OUT_STRIDE], d.WIDTH):
        if back:
            store(buffer, source + i, load(buffer, target + i) + load(buffer, shortcut + i))
        else:
            group = load(buffer, source + i)
            store(buffer, target + i, group)
            store(buffer, shortcut + i, group)


@kernel
def join(buffer: Pointer, workspace: WorkspaceView, op: Pointer, rows: int, back: bool) -> None:
    """Forward (values): OUTPUT = INPUT + SHORTCUT. Back (deltas): INPUT = SHORTCUT = OUTPUT."""
    source, target = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    shortcut = op[d.SHORTCUT] * workspace.capacity
    for i in range(0, rows * op[d.OUT_STRIDE], d.WIDTH):
        if back:
            group = load(buffer, target + i)
            store(buffer, source + i, group)
            store(buffer, shortcut + i, group)
        else:
            store(buffer, target + i, load(buffer, source + i) + load(buffer, shortcut + i))
