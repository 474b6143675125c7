"""Products of matrices in register tiles: what dense layers and convolutions are made of.

A tile is eight rows of C by one or two lane groups. Its running sums stay in registers over the whole depth:
so many hide the latency of the multiply-adds, and each number loaded is used several times.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import (
    WIDE,
    count_of,
    fill,
    fill_wide,
    load_like,
    multiply_add,
    prefetch,
    spread_like,
    store,
)
from tutor.engine.kernels.cpu.views import Pointer, advanced

TILE = 8
"""Rows of a tile."""


class Matrix(NamedTuple):
    """A matrix inside a flat buffer: element (r, c) stands at ``start + r * row + c * column``."""

    buffer: Any
    start: int
    row: int
    column: int


class Rows(NamedTuple):
    """Where ``size`` rows of C and A begin: cells of a grid with so many ``columns``, in reading order.

    The row of cell (y, x) begins at ``start + y * line + x * column``, in C and in A.
    """

    size: int
    columns: int
    c_start: int
    c_line: int
    c_column: int
    a_start: int
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


@kernel
def accumulate(c: Matrix, a: Matrix, b: Matrix, rows: int, depth: int, width: int, begun: bool) -> None:
    """C += A B, or C = A B unless C is ``begun``; B's and C's columns lie side by side.

    C is (rows, width), A (rows, depth), B (depth, width), the width whole lane groups. Where the rows are no
    multiple of eight, the last one is computed several times. The columns of B that a tile needs stay in the
    cache for all rows; meanwhile the next ones are fetched, whose lines lie too far apart to be foreseen.
    """
    grid = Rows(rows, rows, c.start, 0, c.row, a.start, 0, a.row)
    way = Depth(1, 0, depth, a.column, 1 if begun else 0)
    wide = fill_wide(c.buffer, 0.0) if WIDE else fill(c.buffer, 0.0)
    group = count_of(wide)
    column = 0
    if WIDE:
        while column + 2 * group <= width:
            _two_groups(wide, advanced(c.buffer, column), a.buffer, b, column, grid, way)
            column += 2 * group
    while column + group <= width:
        _one_group(wide, advanced(c.buffer, column), a.buffer, b, column, grid, way)
        column += group
    if column < width:
        _one_group(fill(c.buffer, 0.0), advanced(c.buffer, column), a.buffer, b, column, grid, way)


@kernel
def _one_group(zero: Any, c: Pointer, a: Pointer, b: Matrix, column: int, rows: Rows, depth: Depth) -> None:
    at_c, at_a, x = rows.c_start, rows.a_start, 0
    for first in range(0, rows.size, TILE):
        c0, a0 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 0)
        c1, a1 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 1)
        c2, a2 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 2)
        c3, a3 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 3)
        c4, a4 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 4)
        c5, a5 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 5)
        c6, a6 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 6)
        c7, a7 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 7)
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = zero
        if depth.begun != 0:
            s0, s1 = load_like(zero, c, c0), load_like(zero, c, c1)
            s2, s3 = load_like(zero, c, c2), load_like(zero, c, c3)
            s4, s5 = load_like(zero, c, c4), load_like(zero, c, c5)
            s6, s7 = load_like(zero, c, c6), load_like(zero, c, c7)
        place = b.start + column
        for j in range(depth.outer):
            at = j * depth.far
            end = at + depth.inner * depth.near
            while at < end:
                group = load_like(zero, b.buffer, place)
                s0 = multiply_add(spread_like(zero, a0, at), group, s0)
                s1 = multiply_add(spread_like(zero, a1, at), group, s1)
                s2 = multiply_add(spread_like(zero, a2, at), group, s2)
                s3 = multiply_add(spread_like(zero, a3, at), group, s3)
                s4 = multiply_add(spread_like(zero, a4, at), group, s4)
                s5 = multiply_add(spread_like(zero, a5, at), group, s5)
                s6 = multiply_add(spread_like(zero, a6, at), group, s6)
                s7 = multiply_add(spread_like(zero, a7, at), group, s7)
                at += depth.near
                place += b.row
        store(c, c0, s0)
        store(c, c1, s1)
        store(c, c2, s2)
        store(c, c3, s3)
        store(c, c4, s4)
        store(c, c5, s5)
        store(c, c6, s6)
        store(c, c7, s7)


@kernel
def _two_groups(zero: Any, c: Pointer, a: Pointer, b: Matrix, column: int, rows: Rows, depth: Depth) -> None:
    beside = advanced(c, count_of(zero))
    at_c, at_a, x = rows.c_start, rows.a_start, 0
    for first in range(0, rows.size, TILE):
        c0, a0 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 0)
        c1, a1 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 1)
        c2, a2 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 2)
        c3, a3 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 3)
        c4, a4 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 4)
        c5, a5 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 5)
        c6, a6 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 6)
        c7, a7 = at_c, advanced(a, at_a)
        at_c, at_a, x = next_row(rows, at_c, at_a, x, first + 7)
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = zero
        t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = zero
        if depth.begun != 0:
            s0, s1 = load_like(zero, c, c0), load_like(zero, c, c1)
            s2, s3 = load_like(zero, c, c2), load_like(zero, c, c3)
            s4, s5 = load_like(zero, c, c4), load_like(zero, c, c5)
            s6, s7 = load_like(zero, c, c6), load_like(zero, c, c7)
            t0, t1 = load_like(zero, beside, c0), load_like(zero, beside, c1)
            t2, t3 = load_like(zero, beside, c2), load_like(zero, beside, c3)
            t4, t5 = load_like(zero, beside, c4), load_like(zero, beside, c5)
            t6, t7 = load_like(zero, beside, c6), load_like(zero, beside, c7)
        place = b.start + column
        for j in range(depth.outer):
            at = j * depth.far
            end = at + depth.inner * depth.near
            while at < end:
                left = load_like(zero, b.buffer, place)
                right = load_like(zero, b.buffer, place + count_of(zero))
                prefetch(b.buffer, place + 2 * count_of(zero))
                prefetch(b.buffer, place + 3 * count_of(zero))
                number = spread_like(zero, a0, at)
                s0, t0 = multiply_add(number, left, s0), multiply_add(number, right, t0)
                number = spread_like(zero, a1, at)
                s1, t1 = multiply_add(number, left, s1), multiply_add(number, right, t1)
                number = spread_like(zero, a2, at)
                s2, t2 = multiply_add(number, left, s2), multiply_add(number, right, t2)
                number = spread_like(zero, a3, at)
                s3, t3 = multiply_add(number, left, s3), multiply_add(number, right, t3)
                number = spread_like(zero, a4, at)
                s4, t4 = multiply_add(number, left, s4), multiply_add(number, right, t4)
                number = spread_like(zero, a5, at)
                s5, t5 = multiply_add(number, left, s5), multiply_add(number, right, t5)
                number = spread_like(zero, a6, at)
                s6, t6 = multiply_add(number, left, s6), multiply_add(number, right, t6)
                number = spread_like(zero, a7, at)
                s7, t7 = multiply_add(number, left, s7), multiply_add(number, right, t7)
                at += depth.near
                place += b.row
        store(c, c0, s0)
        store(c, c1, s1)
        store(c, c2, s2)
        store(c, c3, s3)
        store(c, c4, s4)
        store(c, c5, s5)
        store(c, c6, s6)
        store(c, c7, s7)
        store(beside, c0, t0)
        store(beside, c1, t1)
        store(beside, c2, t2)
        store(beside, c3, t3)
        store(beside, c4, t4)
        store(beside, c5, t5)
        store(beside, c6, t6)
        store(beside, c7, t7)


@inlined
def next_row(rows: Rows, c: int, a: int, x: int, number: int) -> tuple[int, int, int]:
    """Where the row after ``number`` begins in C and in A, and its column; the last row stays."""
    if number >= rows.size - 1:
        return c, a, x
    if x + 1 < rows.columns:
        return c + rows.c_column, a + rows.a_column, x + 1
    back = rows.columns - 1
    return c + rows.c_line - back * rows.c_column, a + rows.a_line - back * rows.a_column, 0
