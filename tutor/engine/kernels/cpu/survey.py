"""Figures about the layers for a report: one pass over activations, gradients and weights.

Numbers that are NaN or infinite are counted and left out of everything else; the padding is skipped.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import entry, kernel
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
    width, channels = op[d.OUT_WIDTH], op[d.OUT_CHANNELS]
    start = op[d.OUTPUT] * rows
    low, scale = bounds[0], d.BINS / (bounds[1] - bounds[0])
    n, sums, squares, saturated, dead, bad = 0, 0.0, 0.0, 0, 0, 0
    first = np.float64(values[start])
    shift = first if math.isfinite(first) else np.float64(0.0)  # what all have in common does not cancel
    for c in range(width):
        silent = True
        at = start + c // channels * op[d.OUT_PIXEL] + c % channels
        for r in range(rows):
            a = np.float64(values[at + r * op[d.OUT_STRIDE]])
            silent = silent and a == 0.0
            if not math.isfinite(a):
                bad += 1
                continue
            n += 1
            sums += a - shift
            squares += (a - shift) * (a - shift)
            saturated += _is_saturated(function, a)
            counts[_bin((a - low) * scale)] += 1
        dead += silent
    if n > 0:
        figures[d.MEAN] = shift + sums / n
        figures[d.DEVIATION] = math.sqrt(max(squares / n - (sums / n) ** 2, 0.0))
        figures[d.SATURATED] = saturated / n
    figures[d.DEAD] = dead / width
    figures[d.BAD_ACTIVATIONS] = bad


@kernel
def _is_saturated(function: int, a: float) -> bool:
    """Whether the slope at the output ``a`` is below a twentieth of the steepest."""
    if function == d.SIGMOID:
        return bool(a * (1.0 - a) < _SIGMOID_LIMIT)
    return bool(function == d.TANH and 1.0 - a * a < _TANH_LIMIT)


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
    scale = d.BINS / (d.WEIGHTS_HIGH - d.WEIGHTS_LOW)
    g2, w2, u2, bad_g, bad_w = 0.0, 0.0, 0.0, 0, 0
    for r in range(rows):
        for i in range(start + r * stride, start + r * stride + width):
            w = np.float64(parameters[i])
            if learned:
                g = np.float64(gradients[i])
                if math.isfinite(g):
                    g2 += g * g
                    counts[d.BINS + _size_bin(g)] += 1
                else:
                    bad_g += 1
            if math.isfinite(w):
                w2 += w * w
                if learned:
                    change = w - np.float64(before[i])
                    u2 += change * change
                counts[2 * d.BINS + _bin((w - d.WEIGHTS_LOW) * scale)] += 1
            else:
                bad_w += 1
    figures[d.GRADIENT_SQUARES] += g2
    figures[d.WEIGHT_SQUARES] += w2
    figures[d.UPDATE_SQUARES] += u2
    figures[d.BAD_GRADIENTS] += bad_g
    figures[d.BAD_WEIGHTS_COUNT] += bad_w


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
