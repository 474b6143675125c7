"""Figures about the layers for a report: one pass over activations, gradients and weights.

Numbers that are NaN or infinite are counted and left out of everything else; the padding is skipped. Where
all are finite, as nearly always, they are taken in lane groups, and one by one only at the end of a line.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numpy.typing import NDArray

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.gradients import all_finite
from tutor.engine.kernels.cpu.jit import entry, inlined, kernel
from tutor.engine.kernels.cpu.lanes import fill, load, merged, primitive, total, widened, zero_bits
from tutor.engine.kernels.cpu.views import Pointer, advanced, pointer_to

_SIGMOID_LIMIT = 0.05 * 0.25
_TANH_LIMIT = 0.05


@entry
def survey(
    operations: d.Integers,
    layers: d.Integers,
    arrays: d.Integers,
    parameters: d.Floats,
    gradients: d.Floats,
    before: d.Floats,
    values: d.Floats,
    rows: int,
    ranges: NDArray[np.float64],
    figures: NDArray[np.float64],
    counts: d.Integers,
) -> None:
    """Fill ``figures`` and ``counts``, all zero before; see ``description`` for what they hold.

    ``values`` is a workspace for exactly ``rows`` examples, which have just gone through it; ``before`` are
    the parameters before the last update. ``layers`` (n,) tells which of the operations ends each layer;
    ``arrays`` (m, 6) of each weight array its place in ``layers``, its place in the parameters, its rows,
    width and stride, and whether it is learned; ``ranges`` (functions, 2) between which values the outputs of
    an activation function are put into bins. Flat arrays throughout: numba takes them over from Python in
    half the time of tuples.
    """
    to, into = pointer_to(figures), pointer_to(counts)
    for i in range(layers.size):
        op = advanced(pointer_to(operations), layers[i] * d.COLUMNS)
        function = op[d.FUNCTION] if op[d.KIND] == d.ACTIVATION else d.LINEAR
        figures[i, d.OUTPUT_FUNCTION] = function
        _activations(
            op,
            pointer_to(values),
            rows,
            function,
            advanced(pointer_to(ranges), 2 * function),
            advanced(to, i * d.FIGURES),
            advanced(into, i * d.HISTOGRAMS * d.BINS),
        )
    for t in range(arrays.shape[0]):
        array, layer = advanced(pointer_to(arrays), t * arrays.shape[1]), arrays[t, 0]
        _weights(
            array,
            pointer_to(parameters),
            pointer_to(gradients),
            pointer_to(before),
            advanced(to, layer * d.FIGURES),
            advanced(into, layer * d.HISTOGRAMS * d.BINS),
        )


# --------------------------------------------------------------------------- activations


@kernel
def _activations(
    op: Pointer,
    values: Pointer,
    rows: int,
    function: int,
    bounds: Pointer,
    figures: Pointer,
    counts: Pointer,
) -> None:
    width, channels, stride = op[d.OUT_WIDTH], op[d.OUT_CHANNELS], op[d.OUT_STRIDE]
    start = op[d.OUTPUT] * rows
    low, scale = bounds[0], d.BINS / (bounds[1] - bounds[0])
    sums, squares, dead, bad = 0.0, 0.0, 0, 0
    first = np.float64(values[start])
    shift = first if math.isfinite(first) else np.float64(0.0)  # what all have in common does not cancel
    together = channels - channels % d.WIDTH if all_finite(advanced(values, start), rows * stride) else 0
    for pixel in range(width // channels):
        at = start + pixel * op[d.OUT_PIXEL]
        for c in range(at, at + together, d.WIDTH):
            heard, group_sums, group_squares = fill(values, 0.0), _zeros(values), _zeros(values)
            for r in range(rows):
                a = load(values, c + r * stride)
                heard, apart = merged(heard, a), widened(a) - shift
                group_sums, group_squares = group_sums + apart, group_squares + apart * apart
                tally(counts, (widened(a) - low) * scale)
            sums, squares = sums + total(group_sums), squares + total(group_squares)
            dead += count_zeros(heard)
        for c in range(at + together, at + channels):
            silent = True
            for r in range(rows):
                a = np.float64(values[c + r * stride])
                silent = silent and a == 0.0
                if not math.isfinite(a):
                    bad += 1
                    continue
                sums += a - shift
                squares += (a - shift) * (a - shift)
                counts[_bin((a - low) * scale)] += 1
            dead += silent
    n = rows * width - bad
    if n > 0:
        figures[d.MEAN] = shift + sums / n
        figures[d.DEVIATION] = math.sqrt(max(squares / n - (sums / n) ** 2, 0.0))
    if n > 0 and (function == d.SIGMOID or function == d.TANH):
        figures[d.SATURATED] = _saturated(op, values, rows, function) / n
    figures[d.DEAD] = dead / width
    figures[d.BAD_ACTIVATIONS] = bad


@kernel
def _saturated(op: Pointer, values: Pointer, rows: int, function: int) -> int:
    """How many activations lie where the slope is below a twentieth of the steepest; NaN lies nowhere."""
    channels, count = op[d.OUT_CHANNELS], 0
    for c in range(op[d.OUT_WIDTH]):
        at = op[d.OUTPUT] * rows + c // channels * op[d.OUT_PIXEL] + c % channels
        for r in range(rows):
            a = np.float64(values[at + r * op[d.OUT_STRIDE]])
            slope, limit = 1.0 - a * a, _TANH_LIMIT
            if function == d.SIGMOID:
                slope, limit = a * (1.0 - a), _SIGMOID_LIMIT
            if math.isfinite(a) and slope < limit:
                count += 1
    return count


# --------------------------------------------------------------------------- weights


@kernel
def _weights(
    array: Pointer,
    parameters: Pointer,
    gradients: Pointer,
    before: Pointer,
    figures: Pointer,
    counts: Pointer,
) -> None:
    start, rows, width, stride, learned = array[1], array[2], array[3], array[4], array[5] != 0
    scale, sizes, weights = d.BINS / (d.WEIGHTS_HIGH - d.WEIGHTS_LOW), d.BINS, 2 * d.BINS
    g2, w2, u2, bad_g, bad_w = 0.0, 0.0, 0.0, 0, 0
    group_g2, group_w2, group_u2 = _zeros(parameters), _zeros(parameters), _zeros(parameters)
    finite = all_finite(advanced(parameters, start), rows * stride)
    finite = finite and (not learned or all_finite(advanced(gradients, start), rows * stride))
    together = width - width % d.WIDTH if finite else 0
    for line in range(start, start + rows * stride, stride):
        for i in range(line, line + together, d.WIDTH):
            group = widened(load(parameters, i))
            group_w2 = group_w2 + group * group
            tally(advanced(counts, weights), (group - d.WEIGHTS_LOW) * scale)
            if learned:
                slope, change = widened(load(gradients, i)), group - widened(load(before, i))
                group_g2, group_u2 = group_g2 + slope * slope, group_u2 + change * change
                tally(advanced(counts, sizes), (exponent(slope) - d.GRADIENTS_LOW) * 0.5)
        for i in range(line + together, line + width):
            w = np.float64(parameters[i])
            if learned:
                g = np.float64(gradients[i])
                if math.isfinite(g):
                    g2 += g * g
                    counts[sizes + _size_bin(g)] += 1
                else:
                    bad_g += 1
            if math.isfinite(w):
                w2 += w * w
                if learned:
                    change_of_one = w - np.float64(before[i])
                    u2 += change_of_one * change_of_one
                counts[weights + _bin((w - d.WEIGHTS_LOW) * scale)] += 1
            else:
                bad_w += 1
    figures[d.GRADIENT_SQUARES] += g2 + total(group_g2)
    figures[d.WEIGHT_SQUARES] += w2 + total(group_w2)
    figures[d.UPDATE_SQUARES] += u2 + total(group_u2)
    figures[d.BAD_GRADIENTS] += bad_g
    figures[d.BAD_WEIGHTS_COUNT] += bad_w


# --------------------------------------------------------------------------- bins


@inlined
def _zeros(like: Pointer) -> Any:
    return widened(fill(like, 0.0))


@primitive
def tally(typing: Any, counts: Any, places: Any) -> Any:
    """Add 1 to the counter at each place of a group, held within the bins."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer, group = args

        def limit(sign: str, number: float, value: Any) -> Any:
            edge = ir.Constant(value.type, [number] * places.count)
            return builder.select(builder.fcmp_ordered(sign, value, edge), edge, value)

        held = limit(">", d.BINS - 1.0, limit("<", 0.0, group))
        numbers = builder.fptosi(held, ir.VectorType(ir.IntType(64), places.count))
        for i in range(places.count):
            number = builder.extract_element(numbers, ir.Constant(ir.IntType(32), i))
            counter = builder.gep(pointer, [number], inbounds=True)
            one = ir.Constant(ir.IntType(64), 1)
            builder.store(builder.add(builder.load(counter, typ=ir.IntType(64)), one), counter)
        return context.get_dummy_value()

    return types.void(counts, places), generate


@primitive
def exponent(typing: Any, value: Any) -> Any:
    """n where the absolute value lies from ``2**n`` to ``2**(n + 1)``, for float64; -1023 for zeros."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        integers = ir.VectorType(ir.IntType(64), value.count)

        def constant(number: int) -> Any:
            return ir.Constant(integers, [number] * value.count)

        shifted = builder.lshr(builder.bitcast(args[0], integers), constant(52))
        unbiased = builder.sub(builder.and_(shifted, constant(0x7FF)), constant(1023))
        return builder.sitofp(unbiased, args[0].type)

    return value(value), generate


@primitive
def count_zeros(typing: Any, value: Any) -> Any:
    """How many lanes are 0."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.zext(builder.ctpop(zero_bits(builder, args[0])), ir.IntType(64))

    return types.intp(value), generate


@kernel
def _bin(place: float) -> int:
    """``place`` as a whole number, held within the bins."""
    return 0 if place < 0.0 else d.BINS - 1 if place > d.BINS - 1.0 else int(place)


@kernel
def _size_bin(g: float) -> int:
    """The bin of ``abs(g)``: each is a factor of 4 wide, so that the exponent's bits tell it."""
    exponent = (np.float64(g).view(np.int64) >> 52) & 0x7FF
    place = (int(exponent) - 1023 - d.GRADIENTS_LOW) >> 1
    return 0 if place < 0 else d.BINS - 1 if place > d.BINS - 1 else place
