"""The transpose of a matrix, by squares of eight lines and eight columns."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import WIDTH, fill, load, primitive, store
from tutor.engine.kernels.cpu.tiles import Matrix
from tutor.engine.kernels.cpu.views import Pointer, advanced

# Places in two lines, of which the second begins with 8.
_HALVES = (0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15)
_NUMBERS = (0, 8, 1, 9, 4, 12, 5, 13), (2, 10, 3, 11, 6, 14, 7, 15)
_PAIRS = (0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15)


@primitive
def transposed(typing: Any, r0: Any, r1: Any, r2: Any, r3: Any, r4: Any, r5: Any, r6: Any, r7: Any) -> Any:
    """The columns of the square whose lines are r0 .. r7.

    First the halves of lines four apart come together, then four by four numbers change places in each half,
    which no processor finds hard.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        def chosen(first: Any, second: Any, places: tuple[int, ...]) -> Any:
            vector = ir.VectorType(ir.IntType(32), WIDTH)
            return builder.shuffle_vector(first, second, ir.Constant(vector, places))

        columns = []
        for half in _HALVES:
            a, b, c, e = (chosen(args[i], args[i + 4], half) for i in range(4))
            for numbers in _NUMBERS:
                ab, ce = chosen(a, b, numbers), chosen(c, e, numbers)
                columns += [chosen(ab, ce, pairs) for pairs in _PAIRS]
        return context.make_tuple(builder, signature.return_type, columns)

    square: Any = types.UniTuple(r0, WIDTH)  # type: ignore[no-untyped-call]
    return square(r0, r1, r2, r3, r4, r5, r6, r7), generate


@kernel
def transpose(source: Matrix, to: Matrix, lines: int, columns: int) -> None:
    """Aᵀ (columns, lines), its lines padded with zeros, from A (lines, columns); columns lie side by side."""
    if columns == 1:
        for i in range(lines):
            to.buffer[to.start + i] = source.buffer[source.start + i * source.row]
        return
    for i in range(0, lines, d.WIDTH):
        for j in range(0, columns, d.WIDTH):
            square = advanced(source.buffer, source.start + i * source.row + j)
            target = advanced(to.buffer, to.start + j * to.row + i)
            if lines - i >= d.WIDTH and columns - j >= d.WIDTH:
                _transpose_square(square, source.row, target, to.row)
            else:
                _transpose_part(square, source.row, lines - i, target, to.row, columns - j)


@kernel
def _transpose_square(w: Pointer, stride: int, to: Pointer, to_stride: int) -> None:
    """Eight lines by eight columns."""
    c0, c1, c2, c3, c4, c5, c6, c7 = transposed(
        load(w, 0 * stride),
        load(w, 1 * stride),
        load(w, 2 * stride),
        load(w, 3 * stride),
        load(w, 4 * stride),
        load(w, 5 * stride),
        load(w, 6 * stride),
        load(w, 7 * stride),
    )
    store(to, 0 * to_stride, c0)
    store(to, 1 * to_stride, c1)
    store(to, 2 * to_stride, c2)
    store(to, 3 * to_stride, c3)
    store(to, 4 * to_stride, c4)
    store(to, 5 * to_stride, c5)
    store(to, 6 * to_stride, c6)
    store(to, 7 * to_stride, c7)


@kernel
def _transpose_part(w: Pointer, stride: int, lines: int, to: Pointer, to_stride: int, columns: int) -> None:
    """The same where there are fewer: lines that W does not have become zeros, such columns are left out."""
    c0, c1, c2, c3, c4, c5, c6, c7 = transposed(
        _line(w, stride, 0, lines),
        _line(w, stride, 1, lines),
        _line(w, stride, 2, lines),
        _line(w, stride, 3, lines),
        _line(w, stride, 4, lines),
        _line(w, stride, 5, lines),
        _line(w, stride, 6, lines),
        _line(w, stride, 7, lines),
    )
    store(to, 0, c0)
    if columns > 1:
        store(to, to_stride, c1)
    if columns > 2:
        store(to, 2 * to_stride, c2)
    if columns > 3:
        store(to, 3 * to_stride, c3)
    if columns > 4:
        store(to, 4 * to_stride, c4)
    if columns > 5:
        store(to, 5 * to_stride, c5)
    if columns > 6:
        store(to, 6 * to_stride, c6)
    if columns > 7:
        store(to, 7 * to_stride, c7)


@inlined
def _line(w: Pointer, stride: int, i: int, lines: int) -> Any:
    return load(w, i * stride) if i < lines else fill(w, 0.0)
