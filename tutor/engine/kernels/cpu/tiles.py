"""Products of matrices in register tiles: what dense layers are made of.

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
    load_like,
    multiply_add,
    prefetch,
    spread_like,
    store,
    wide_zero,
)
from tutor.engine.kernels.cpu.views import Pointer, advanced

TILE = 8
"""Rows of a tile."""

# What a product is added to.
NOTHING = 0
ITSELF = 1
"""What C holds."""
A_ROW = 2
"""In each row of C the same."""


class Matrix(NamedTuple):
    """A matrix inside a flat buffer: element (r, c) stands at ``start + r * row + c * column``."""

    buffer: Any
    start: int
    row: int
    column: int


class Added(NamedTuple):
    """To what a product is added, and where the row begins if it is one."""

    to: int
    row: Pointer


@kernel
def multiply(c: Matrix, a: Matrix, b: Matrix, rows: int, depth: int, width: int, added: Added) -> None:
    """C = A B, added to what is said; B's and C's columns lie side by side, as those of the row do.

    C is (rows, width), A (rows, depth), B (depth, width), the width whole lane groups. Where the rows are no
    multiple of eight, the last one is computed several times. The columns of B that a tile needs stay in the
    cache for all rows; meanwhile the next ones are fetched, whose lines lie too far apart to be foreseen.
    """
    wide = wide_zero(c.buffer)
    group = count_of(wide)
    column = 0
    if WIDE:
        while column + 2 * group <= width:
            _two_groups(wide, c, a, b, column, rows, depth, added)
            column += 2 * group
    while column + group <= width:
        _one_group(wide, c, a, b, column, rows, depth, added)
        column += group
    if column < width:
        _one_group(fill(c.buffer, 0.0), c, a, b, column, rows, depth, added)


@kernel
def _one_group(
    zero: Any, c: Matrix, a: Matrix, b: Matrix, column: int, rows: int, depth: int, added: Added
) -> None:
    here = advanced(c.buffer, c.start + column)
    for first in range(0, rows, TILE):
        c0, a0 = first * c.row, advanced(a.buffer, a.start + first * a.row)
        step = _one_if(first + 1 < rows)
        c1, a1 = c0 + step * c.row, advanced(a0, step * a.row)
        step = _one_if(first + 2 < rows)
        c2, a2 = c1 + step * c.row, advanced(a1, step * a.row)
        step = _one_if(first + 3 < rows)
        c3, a3 = c2 + step * c.row, advanced(a2, step * a.row)
        step = _one_if(first + 4 < rows)
        c4, a4 = c3 + step * c.row, advanced(a3, step * a.row)
        step = _one_if(first + 5 < rows)
        c5, a5 = c4 + step * c.row, advanced(a4, step * a.row)
        step = _one_if(first + 6 < rows)
        c6, a6 = c5 + step * c.row, advanced(a5, step * a.row)
        step = _one_if(first + 7 < rows)
        c7, a7 = c6 + step * c.row, advanced(a6, step * a.row)
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = zero
        if added.to == A_ROW:
            s0 = load_like(zero, added.row, column)
            s1 = s2 = s3 = s4 = s5 = s6 = s7 = s0
        elif added.to == ITSELF:
            s0, s1 = load_like(zero, here, c0), load_like(zero, here, c1)
            s2, s3 = load_like(zero, here, c2), load_like(zero, here, c3)
            s4, s5 = load_like(zero, here, c4), load_like(zero, here, c5)
            s6, s7 = load_like(zero, here, c6), load_like(zero, here, c7)
        at, place = 0, b.start + column
        for _ in range(depth):
            group = load_like(zero, b.buffer, place)
            s0 = multiply_add(spread_like(zero, a0, at), group, s0)
            s1 = multiply_add(spread_like(zero, a1, at), group, s1)
            s2 = multiply_add(spread_like(zero, a2, at), group, s2)
            s3 = multiply_add(spread_like(zero, a3, at), group, s3)
            s4 = multiply_add(spread_like(zero, a4, at), group, s4)
            s5 = multiply_add(spread_like(zero, a5, at), group, s5)
            s6 = multiply_add(spread_like(zero, a6, at), group, s6)
            s7 = multiply_add(spread_like(zero, a7, at), group, s7)
            at += a.column
            place += b.row
        store(here, c0, s0)
        store(here, c1, s1)
        store(here, c2, s2)
        store(here, c3, s3)
        store(here, c4, s4)
        store(here, c5, s5)
        store(here, c6, s6)
        store(here, c7, s7)


@kernel
def _two_groups(
    zero: Any, c: Matrix, a: Matrix, b: Matrix, column: int, rows: int, depth: int, added: Added
) -> None:
    here = advanced(c.buffer, c.start + column)
    beside = advanced(here, count_of(zero))
    for first in range(0, rows, TILE):
        c0, a0 = first * c.row, advanced(a.buffer, a.start + first * a.row)
        step = _one_if(first + 1 < rows)
        c1, a1 = c0 + step * c.row, advanced(a0, step * a.row)
        step = _one_if(first + 2 < rows)
        c2, a2 = c1 + step * c.row, advanced(a1, step * a.row)
        step = _one_if(first + 3 < rows)
        c3, a3 = c2 + step * c.row, advanced(a2, step * a.row)
        step = _one_if(first + 4 < rows)
        c4, a4 = c3 + step * c.row, advanced(a3, step * a.row)
        step = _one_if(first + 5 < rows)
        c5, a5 = c4 + step * c.row, advanced(a4, step * a.row)
        step = _one_if(first + 6 < rows)
        c6, a6 = c5 + step * c.row, advanced(a5, step * a.row)
        step = _one_if(first + 7 < rows)
        c7, a7 = c6 + step * c.row, advanced(a6, step * a.row)
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = zero
        t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = zero
        if added.to == A_ROW:
            s0 = load_like(zero, added.row, column)
            s1 = s2 = s3 = s4 = s5 = s6 = s7 = s0
            t0 = load_like(zero, added.row, column + count_of(zero))
            t1 = t2 = t3 = t4 = t5 = t6 = t7 = t0
        elif added.to == ITSELF:
            s0, s1 = load_like(zero, here, c0), load_like(zero, here, c1)
            s2, s3 = load_like(zero, here, c2), load_like(zero, here, c3)
            s4, s5 = load_like(zero, here, c4), load_like(zero, here, c5)
            s6, s7 = load_like(zero, here, c6), load_like(zero, here, c7)
            t0, t1 = load_like(zero, beside, c0), load_like(zero, beside, c1)
            t2, t3 = load_like(zero, beside, c2), load_like(zero, beside, c3)
            t4, t5 = load_like(zero, beside, c4), load_like(zero, beside, c5)
            t6, t7 = load_like(zero, beside, c6), load_like(zero, beside, c7)
        at, place = 0, b.start + column
        for _ in range(depth):
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
            at += a.column
            place += b.row
        store(here, c0, s0)
        store(here, c1, s1)
        store(here, c2, s2)
        store(here, c3, s3)
        store(here, c4, s4)
        store(here, c5, s5)
        store(here, c6, s6)
        store(here, c7, s7)
        store(beside, c0, t0)
        store(beside, c1, t1)
        store(beside, c2, t2)
        store(beside, c3, t3)
        store(beside, c4, t4)
        store(beside, c5, t5)
        store(beside, c6, t6)
        store(beside, c7, t7)


@inlined
def _one_if(condition: bool) -> int:
    return 1 if condition else 0
