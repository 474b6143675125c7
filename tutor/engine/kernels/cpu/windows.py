"""Products of a weight matrix with windows of an image, in register tiles: what a convolution is made of."""

from __future__ import annotations

from typing import Any, NamedTuple

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dense import Matrix
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import fill, load, multiply_add, spread, store


class Windows(NamedTuple):
    """Rows that are cut from an image: element (r, j, k) at ``start + r * row + j * outer + k * inner``.

    Some seven rows more than there are may be read, though never used.
    """

    buffer: Any
    start: int
    row: int
    outer: int
    inner: int


@kernel
def add_windows(
    c: Matrix, first: Matrix, a: Windows, b: Matrix, rows: int, outer: int, inner: int, width: int
) -> None:
    """C = FIRST + Σ_jk A(r, j, k) B(j inner + k), C (rows, width).

    j goes up to ``outer``, k up to ``inner``; FIRST may be C itself. As in ``dense.accumulate`` eight running
    sums stay in registers over the whole depth, here for four rows by two lane groups or eight rows by one.
    With fewer rows the sums to spare are thrown away: they cost no more than waiting for a multiply-add.
    """
    for column in range(0, width - d.WIDTH, 2 * d.WIDTH):
        for r in range(0, rows, 4):
            _four_by_two(c, first, a, b, r, rows, column, outer, inner)
    if width % (2 * d.WIDTH):
        for r in range(0, rows, 8):
            _eight_by_one(c, first, a, b, r, rows, width - d.WIDTH, outer, inner)


@inlined
def _finish(c: Matrix, first: Matrix, r: int, rows: int, column: int, total: Any) -> None:
    if r < rows:
        begun = load(first.buffer, first.start + r * first.row + column)
        store(c.buffer, c.start + r * c.row + column, begun + total)


@kernel
def _four_by_two(
    c: Matrix, first: Matrix, a: Windows, b: Matrix, r: int, rows: int, column: int, outer: int, inner: int
) -> None:
    s0 = s1 = s2 = s3 = t0 = t1 = t2 = t3 = fill(c.buffer, 0.0)
    for j in range(outer):
        at = a.start + r * a.row + j * a.outer
        place = b.start + j * inner * b.row + column
        for _ in range(inner):
            left, right = load(b.buffer, place), load(b.buffer, place + d.WIDTH)
            x = spread(a.buffer, at)
            s0, t0 = multiply_add(x, left, s0), multiply_add(x, right, t0)
            x = spread(a.buffer, at + a.row)
            s1, t1 = multiply_add(x, left, s1), multiply_add(x, right, t1)
            x = spread(a.buffer, at + 2 * a.row)
            s2, t2 = multiply_add(x, left, s2), multiply_add(x, right, t2)
            x = spread(a.buffer, at + 3 * a.row)
            s3, t3 = multiply_add(x, left, s3), multiply_add(x, right, t3)
            at += a.inner
            place += b.row
    _finish(c, first, r, rows, column, s0)
    _finish(c, first, r, rows, column + d.WIDTH, t0)
    _finish(c, first, r + 1, rows, column, s1)
    _finish(c, first, r + 1, rows, column + d.WIDTH, t1)
    _finish(c, first, r + 2, rows, column, s2)
    _finish(c, first, r + 2, rows, column + d.WIDTH, t2)
    _finish(c, first, r + 3, rows, column, s3)
    _finish(c, first, r + 3, rows, column + d.WIDTH, t3)


@kernel
def _eight_by_one(
    c: Matrix, first: Matrix, a: Windows, b: Matrix, r: int, rows: int, column: int, outer: int, inner: int
) -> None:
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = fill(c.buffer, 0.0)
    for j in range(outer):
        at = a.start + r * a.row + j * a.outer
        place = b.start + j * inner * b.row + column
        for _ in range(inner):
            group = load(b.buffer, place)
            s0 = multiply_add(spread(a.buffer, at), group, s0)
            s1 = multiply_add(spread(a.buffer, at + a.row), group, s1)
            s2 = multiply_add(spread(a.buffer, at + 2 * a.row), group, s2)
            s3 = multiply_add(spread(a.buffer, at + 3 * a.row), group, s3)
            s4 = multiply_add(spread(a.buffer, at + 4 * a.row), group, s4)
            s5 = multiply_add(spread(a.buffer, at + 5 * a.row), group, s5)
            s6 = multiply_add(spread(a.buffer, at + 6 * a.row), group, s6)
            s7 = multiply_add(spread(a.buffer, at + 7 * a.row), group, s7)
            at += a.inner
            place += b.row
    _finish(c, first, r, rows, column, s0)
    _finish(c, first, r + 1, rows, column, s1)
    _finish(c, first, r + 2, rows, column, s2)
    _finish(c, first, r + 3, rows, column, s3)
    _finish(c, first, r + 4, rows, column, s4)
    _finish(c, first, r + 5, rows, column, s5)
    _finish(c, first, r + 6, rows, column, s6)
    _finish(c, first, r + 7, rows, column, s7)
