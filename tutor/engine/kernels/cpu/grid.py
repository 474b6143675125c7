"""Where the rows of a product of columns lie: the windows of an image, or the weights of a window."""

from __future__ import annotations

from typing import NamedTuple

from tutor.engine.kernels.cpu.jit import inlined


class Rows(NamedTuple):
    """Where ``size`` rows of C and A begin: cells of a grid with so many ``columns``, in reading order.

    The row of cell (y, x) begins at ``y * line + x * column``, in C and in A.
    """

    size: int
    columns: int
    c_line: int
    c_column: int
    a_line: int
    a_column: int


class Depth(NamedTuple):
    """The way along a row of A: element (j, i) of ``outer`` by ``inner`` lies at j ``far`` + i ``near``."""

    outer: int
    far: int
    inner: int
    near: int
    begun: int
    """0 where C = A B, 1 where C += A B."""


class Places(NamedTuple):
    """Shifts of C: place (u, v) lies at u ``line`` + v ``column``, and has ``weights`` of its own."""

    lines: int
    line: int
    columns: int
    column: int
    weights: int


ONE_PLACE = Places(1, 0, 1, 0, 0)


@inlined
def next_row(rows: Rows, c: int, a: int, x: int, number: int) -> tuple[int, int, int]:
    """Where the row after ``number`` begins in C and in A, and its column; the last row stays."""
    if number >= rows.size - 1:
        return c, a, x
    if x + 1 < rows.columns:
        return c + rows.c_column, a + rows.a_column, x + 1
    back = rows.columns - 1
    return c + rows.c_line - back * rows.c_column, a + rows.a_line - back * rows.a_column, 0
