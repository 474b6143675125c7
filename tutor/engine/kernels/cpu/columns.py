"""Products over examples that stand side by side, a lane for each: what convolutions are made of.

A buffer *of columns* holds each number of an image for a whole lane group of examples at once: number i of
example r is at ``i * LANES + r``. Then a weight is spread over all lanes, the few channels of an image cost
nothing for padding, and a gradient is summed up over the examples at the very end.
"""

from __future__ import annotations

from typing import Any

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.activations import slope_of_output, value_of
from tutor.engine.kernels.cpu.grid import Depth, Places, Rows, next_row
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import (
    count_of,
    fill,
    load,
    load_like,
    multiply_add,
    spread_like,
    store,
    total,
    wide_zero,
)
from tutor.engine.kernels.cpu.tiles import TILE
from tutor.engine.kernels.cpu.transpose import transposed
from tutor.engine.kernels.cpu.views import Pointer, advanced


@kernel
def add_weighted(
    c: Pointer,
    a: Pointer,
    w: Pointer,
    rows: Rows,
    depth: Depth,
    places: Places,
    step: int,
    beside: int,
    numbers: int,
) -> None:
    """C(r, n) (+)= Σ_k A(r, k) w(k, n) for all rows r of columns and ``numbers`` n, in all ``places``.

    w(k, n) stands at k ``step`` + n ``beside``. A tile is eight rows by two numbers. Of an odd count the last
    number is computed twice, and where the rows are no multiple of eight, the last one several times.
    """
    like = wide_zero(c)
    lanes = count_of(like)
    at_c, at_a, x = 0, 0, 0
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
        for line in range(places.lines):
            for column in range(places.columns):
                here = advanced(c, line * places.line + column * places.column)
                there = advanced(w, (line * places.columns + column) * places.weights)
                for n in range(0, numbers, 2):
                    m = min(n + 1, numbers - 1)
                    left, right = advanced(here, n * lanes), advanced(here, m * lanes)
                    w_left, w_right = advanced(there, n * beside), advanced(there, m * beside)
                    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = like
                    t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = like
                    if depth.begun != 0:
                        s0, s1 = load_like(like, left, c0), load_like(like, left, c1)
                        s2, s3 = load_like(like, left, c2), load_like(like, left, c3)
                        s4, s5 = load_like(like, left, c4), load_like(like, left, c5)
                        s6, s7 = load_like(like, left, c6), load_like(like, left, c7)
                        t0, t1 = load_like(like, right, c0), load_like(like, right, c1)
                        t2, t3 = load_like(like, right, c2), load_like(like, right, c3)
                        t4, t5 = load_like(like, right, c4), load_like(like, right, c5)
                        t6, t7 = load_like(like, right, c6), load_like(like, right, c7)
                    k = 0
                    for j in range(depth.outer):
                        at = j * depth.far
                        end = at + depth.inner * depth.near
                        while at < end:
                            v, u = spread_like(like, w_left, k), spread_like(like, w_right, k)
                            x0 = load_like(like, a0, at)
                            s0, t0 = multiply_add(x0, v, s0), multiply_add(x0, u, t0)
                            x1 = load_like(like, a1, at)
                            s1, t1 = multiply_add(x1, v, s1), multiply_add(x1, u, t1)
                            x2 = load_like(like, a2, at)
                            s2, t2 = multiply_add(x2, v, s2), multiply_add(x2, u, t2)
                            x3 = load_like(like, a3, at)
                            s3, t3 = multiply_add(x3, v, s3), multiply_add(x3, u, t3)
                            x4 = load_like(like, a4, at)
                            s4, t4 = multiply_add(x4, v, s4), multiply_add(x4, u, t4)
                            x5 = load_like(like, a5, at)
                            s5, t5 = multiply_add(x5, v, s5), multiply_add(x5, u, t5)
                            x6 = load_like(like, a6, at)
                            s6, t6 = multiply_add(x6, v, s6), multiply_add(x6, u, t6)
                            x7 = load_like(like, a7, at)
                            s7, t7 = multiply_add(x7, v, s7), multiply_add(x7, u, t7)
                            at += depth.near
                            k += step
                    store(left, c0, s0)
                    store(left, c1, s1)
                    store(left, c2, s2)
                    store(left, c3, s3)
                    store(left, c4, s4)
                    store(left, c5, s5)
                    store(left, c6, s6)
                    store(left, c7, s7)
                    store(right, c0, t0)
                    store(right, c1, t1)
                    store(right, c2, t2)
                    store(right, c3, t3)
                    store(right, c4, t4)
                    store(right, c5, t5)
                    store(right, c6, t6)
                    store(right, c7, t7)


@kernel
def add_products(c: Pointer, a: Pointer, b: Pointer, rows: Rows, depth: Depth, numbers: int) -> None:
    """C(t, n) += Σ_p Σ_r A(t, p) B(p, n) for all rows t, places p, examples r and ``numbers`` n.

    B(p, n) is number p ``numbers`` + n of its columns; C holds plain numbers, n beside each other.
    """
    like = wide_zero(c)
    lanes = count_of(like)
    at_c, at_a, x = 0, 0, 0
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
        for n in range(0, numbers, 2):
            m = min(n + 1, numbers - 1)
            left, right = advanced(b, n * lanes), advanced(b, m * lanes)
            s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = like
            t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = like
            place = 0
            for j in range(depth.outer):
                at = j * depth.far
                end = at + depth.inner * depth.near
                while at < end:
                    v, u = load_like(like, left, place), load_like(like, right, place)
                    x0 = load_like(like, a0, at)
                    s0, t0 = multiply_add(x0, v, s0), multiply_add(x0, u, t0)
                    x1 = load_like(like, a1, at)
                    s1, t1 = multiply_add(x1, v, s1), multiply_add(x1, u, t1)
                    x2 = load_like(like, a2, at)
                    s2, t2 = multiply_add(x2, v, s2), multiply_add(x2, u, t2)
                    x3 = load_like(like, a3, at)
                    s3, t3 = multiply_add(x3, v, s3), multiply_add(x3, u, t3)
                    x4 = load_like(like, a4, at)
                    s4, t4 = multiply_add(x4, v, s4), multiply_add(x4, u, t4)
                    x5 = load_like(like, a5, at)
                    s5, t5 = multiply_add(x5, v, s5), multiply_add(x5, u, t5)
                    x6 = load_like(like, a6, at)
                    s6, t6 = multiply_add(x6, v, s6), multiply_add(x6, u, t6)
                    x7 = load_like(like, a7, at)
                    s7, t7 = multiply_add(x7, v, s7), multiply_add(x7, u, t7)
                    at += depth.near
                    place += numbers * lanes
            n0, m0 = c[c0 + n] + total(s0), c[c0 + m] + total(t0)
            n1, m1 = c[c1 + n] + total(s1), c[c1 + m] + total(t1)
            n2, m2 = c[c2 + n] + total(s2), c[c2 + m] + total(t2)
            n3, m3 = c[c3 + n] + total(s3), c[c3 + m] + total(t3)
            n4, m4 = c[c4 + n] + total(s4), c[c4 + m] + total(t4)
            n5, m5 = c[c5 + n] + total(s5), c[c5 + m] + total(t5)
            n6, m6 = c[c6 + n] + total(s6), c[c6 + m] + total(t6)
            n7, m7 = c[c7 + n] + total(s7), c[c7 + m] + total(t7)
            c[c0 + n], c[c0 + m] = n0, m0
            c[c1 + n], c[c1 + m] = n1, m1
            c[c2 + n], c[c2 + m] = n2, m2
            c[c3 + n], c[c3 + m] = n3, m3
            c[c4 + n], c[c4 + m] = n4, m4
            c[c5 + n], c[c5 + m] = n5, m5
            c[c6 + n], c[c6 + m] = n6, m6
            c[c7 + n], c[c7 + m] = n7, m7


@kernel
def gather(
    to: Pointer, source: Pointer, stride: int, rows: int, count: int, pixels: int, to_step: int, step: int
) -> None:
    """Columns of ``count`` numbers of each pixel, from ``rows`` examples that lie ``stride`` apart.

    Examples that are missing to fill the lanes are zeros.
    """
    lanes = count_of(wide_zero(to))
    zero = fill(to, 0.0)
    for p in range(pixels):
        for i in range(0, count, d.WIDTH):
            for half in range(0, lanes, d.WIDTH):
                here, left = advanced(source, half * stride), rows - half
                at, place = p * step + i, (p * to_step + i) * lanes + half
                columns = transposed(
                    load(here, at + 0 * stride) if left > 0 else zero,
                    load(here, at + 1 * stride) if left > 1 else zero,
                    load(here, at + 2 * stride) if left > 2 else zero,
                    load(here, at + 3 * stride) if left > 3 else zero,
                    load(here, at + 4 * stride) if left > 4 else zero,
                    load(here, at + 5 * stride) if left > 5 else zero,
                    load(here, at + 6 * stride) if left > 6 else zero,
                    load(here, at + 7 * stride) if left > 7 else zero,
                )
                _store_columns(to, place, lanes, count - i, columns)


@kernel
def gather_slopes(
    function: int,
    to: Pointer,
    da: Pointer,
    a: Pointer,
    stride: int,
    rows: int,
    count: int,
    pixels: int,
    step: int,
) -> None:
    """As :func:`gather`, of da f'(z), where f(z) = a and ``function`` is the code of f."""
    lanes = count_of(wide_zero(to))
    zero = fill(to, 0.0)
    for p in range(pixels):
        for i in range(0, count, d.WIDTH):
            for half in range(0, lanes, d.WIDTH):
                here, there, left = advanced(da, half * stride), advanced(a, half * stride), rows - half
                at, place = p * step + i, (p * count + i) * lanes + half
                columns = transposed(
                    _sloped(function, here, there, at + 0 * stride) if left > 0 else zero,
                    _sloped(function, here, there, at + 1 * stride) if left > 1 else zero,
                    _sloped(function, here, there, at + 2 * stride) if left > 2 else zero,
                    _sloped(function, here, there, at + 3 * stride) if left > 3 else zero,
                    _sloped(function, here, there, at + 4 * stride) if left > 4 else zero,
                    _sloped(function, here, there, at + 5 * stride) if left > 5 else zero,
                    _sloped(function, here, there, at + 6 * stride) if left > 6 else zero,
                    _sloped(function, here, there, at + 7 * stride) if left > 7 else zero,
                )
                _store_columns(to, place, lanes, count - i, columns)


@inlined
def _store_columns(to: Pointer, place: int, lanes: int, left: int, columns: Any) -> None:
    """The first ``left`` of eight columns, ``lanes`` numbers apart."""
    store(to, place, columns[0])
    if left > 1:
        store(to, place + 1 * lanes, columns[1])
    if left > 2:
        store(to, place + 2 * lanes, columns[2])
    if left > 3:
        store(to, place + 3 * lanes, columns[3])
    if left > 4:
        store(to, place + 4 * lanes, columns[4])
    if left > 5:
        store(to, place + 5 * lanes, columns[5])
    if left > 6:
        store(to, place + 6 * lanes, columns[6])
    if left > 7:
        store(to, place + 7 * lanes, columns[7])


@inlined
def _sloped(function: int, da: Pointer, a: Pointer, place: int) -> Any:
    return load(da, place) * slope_of_output(function, load(a, place))


@kernel
def activate_columns(function: int, columns: Pointer, biases: Pointer, pixels: int, numbers: int) -> None:
    """a = f(z + b) in place, each of the ``numbers`` of a pixel with its bias; examples side by side."""
    if function == d.TANH:
        _activate_columns(d.TANH, columns, biases, pixels, numbers)
    elif function == d.SIGMOID:
        _activate_columns(d.SIGMOID, columns, biases, pixels, numbers)
    else:
        _activate_columns(d.RELU, columns, biases, pixels, numbers)


@inlined
def _activate_columns(function: int, columns: Pointer, biases: Pointer, pixels: int, numbers: int) -> None:
    like = wide_zero(columns)
    at = 0
    for _ in range(pixels):
        for n in range(numbers):
            z = load_like(like, columns, at) + spread_like(like, biases, n)
            store(columns, at, value_of(function, z))
            at += count_of(like)


@kernel
def add_columns(to: Pointer, source: Pointer, pixels: int, numbers: int) -> None:
    """Add to each of the ``numbers`` of a pixel the sum over all pixels and examples."""
    like = wide_zero(source)
    lanes = count_of(like)
    for n in range(numbers):
        s0 = s1 = s2 = s3 = like  # four sums: an addition waits for the one before
        at, step = n * lanes, numbers * lanes
        for _ in range(pixels // 4):
            s0, s1 = s0 + load_like(like, source, at), s1 + load_like(like, source, at + step)
            s2, s3 = s2 + load_like(like, source, at + 2 * step), s3 + load_like(like, source, at + 3 * step)
            at += 4 * step
        for _ in range(pixels % 4):
            s0 = s0 + load_like(like, source, at)
            at += step
        to[n] = to[n] + total((s0 + s1) + (s2 + s3))


@kernel
def scatter(
    to: Pointer, source: Pointer, stride: int, rows: int, count: int, pixels: int, step: int, first: Pointer
) -> None:
    """Back to ``rows`` examples: ``count`` numbers of each pixel, which are ``step`` apart, and zeros behind.

    ``first`` (step,) is added to each pixel.
    """
    lanes = count_of(wide_zero(to))
    zero = fill(to, 0.0)
    for p in range(pixels):
        for i in range(0, step, d.WIDTH):
            added = load(first, i)
            for half in range(0, lanes, d.WIDTH):
                here, left = advanced(to, half * stride), rows - half
                at, place = p * step + i, (p * count + i) * lanes + half
                lines = transposed(
                    load(source, place + 0 * lanes) if count - i > 0 else zero,
                    load(source, place + 1 * lanes) if count - i > 1 else zero,
                    load(source, place + 2 * lanes) if count - i > 2 else zero,
                    load(source, place + 3 * lanes) if count - i > 3 else zero,
                    load(source, place + 4 * lanes) if count - i > 4 else zero,
                    load(source, place + 5 * lanes) if count - i > 5 else zero,
                    load(source, place + 6 * lanes) if count - i > 6 else zero,
                    load(source, place + 7 * lanes) if count - i > 7 else zero,
                )
                if left > 0:
                    store(here, at + 0 * stride, lines[0] + added)
                if left > 1:
                    store(here, at + 1 * stride, lines[1] + added)
                if left > 2:
                    store(here, at + 2 * stride, lines[2] + added)
                if left > 3:
                    store(here, at + 3 * stride, lines[3] + added)
                if left > 4:
                    store(here, at + 4 * stride, lines[4] + added)
                if left > 5:
                    store(here, at + 5 * stride, lines[5] + added)
                if left > 6:
                    store(here, at + 6 * stride, lines[6] + added)
                if left > 7:
                    store(here, at + 7 * stride, lines[7] + added)
