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


@primitive
def transposed(typing: Any, r0: Any, r1: Any, r2: Any, r3: Any, r4: Any, r5: Any, r6: Any, r7: Any) -> Any:
    """The columns of the square whose lines are r0 .. r7: quarters change places, then quarters of those."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        lines = list(args)
        places = ir.VectorType(ir.IntType(32), WIDTH)
        for half in (4, 2, 1):
            upper = [i for i in range(WIDTH) if not i & half]
            left = [i if not i & half else WIDTH + i - half for i in range(WIDTH)]
            right = [i + half if not i & half else WIDTH + i for i in range(WIDTH)]
            for i in upper:
                pair = lines[i], lines[i + half]
                lines[i] = builder.shuffle_vector(*pair, ir.Constant(places, left))
                lines[i + half] = builder.shuffle_vector(*pair, ir.Constant(places, right))
        return context.make_tuple(builder, signature.return_type, lines)

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
            _transpose_square(square, source.row, lines - i, target, to.row, columns - j)


@kernel
def _transpose_square(w: Pointer, stride: int, lines: int, to: Pointer, to_stride: int, columns: int) -> None:
    """Eight lines by eight columns; lines that W does not have become zeros, such columns are left out."""
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
