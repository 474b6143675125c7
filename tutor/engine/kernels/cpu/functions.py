"""exp, tanh and log on lanes, for the arguments that activation functions and losses need.

exp rests on y = n ln 2 + r with |r| <= ln 2 / 2 and p = exp(r) - 1: exp(y) is ``2**n (p + 1)``, and
exp(y) - 1 is ``2**n p + (2**n - 1)``, which for n = 0 is p, so that small arguments keep all their digits.

In float64 the polynomials are Taylor's series. In float32 they have the least greatest relative error over
their interval (by Lawson's iteration), and are added up by halves instead of one term after the other: a
small network waits for each result, and so for the longest chain of operations. NaN stays NaN everywhere.
"""

from __future__ import annotations

import math
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import overload

from tutor.engine.kernels.cpu.jit import inlined
from tutor.engine.kernels.cpu.lanes import (
    count_of,
    fill,
    lane,
    magnitude,
    multiply_add,
    primitive,
    where_less,
    with_lane,
    with_sign,
)

_LOG2_E = 1.4426950408889634
_EXPONENT_BITS = {"float": (23, 127), "double": (52, 1023)}


@primitive
def power_of_two(typing: Any, rounded: Any) -> Any:
    """``2 ** n`` where ``rounded`` is ``n + 1.5 * 2 ** mantissa_bits``.

    Adding that constant puts the whole number n into the low bits of the mantissa; shifted up, they are an
    exponent.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        shift, bias = _EXPONENT_BITS[str(args[0].type.element)]
        integer = ir.IntType(rounded.element.bitwidth)
        integers = ir.VectorType(integer, rounded.count)
        bits = builder.bitcast(args[0], integers)
        shifted = builder.shl(bits, ir.Constant(integers, [shift] * rounded.count))
        scaled = builder.add(shifted, ir.Constant(integers, [bias << shift] * rounded.count))
        return builder.bitcast(scaled, args[0].type)

    return rounded(rounded), generate


def reduced_exp(y: Any) -> Any:
    """``(p, 2**n)`` for y <= 0 (below -87 in float32, -708 in float64: as there)."""
    raise NotImplementedError("compiled code only")


def log1p_unit(u: Any) -> Any:
    """``log(1 + u)`` for 0 <= u <= 1."""
    raise NotImplementedError("compiled code only")


def tanh(z: Any) -> Any:
    """The hyperbolic tangent."""
    raise NotImplementedError("compiled code only")


@overload(reduced_exp, jit_options={"forceinline": True})
def _choose_reduced_exp(y: Any) -> Any:
    return _reduced_single if y.element == types.float32 else _reduced_double


@overload(log1p_unit, jit_options={"forceinline": True})
def _choose_log1p(u: Any) -> Any:
    return _log1p_single if u.element == types.float32 else _log1p_double


@overload(tanh, jit_options={"forceinline": True})
def _choose_tanh(z: Any) -> Any:
    return _tanh_single if z.element == types.float32 else _tanh_double


def _reduced_single(y: Any) -> Any:
    y = where_less(y, fill(y, -87.0), fill(y, -87.0), y)
    shifted = y * _LOG2_E + 12582912.0  # 1.5 * 2**23: what is added here rounds to a whole number
    n = shifted - 12582912.0
    # ln 2 in two parts; the first is so short that n times it is exact
    r = multiply_add(n, fill(y, -0.693359375), y)
    r = multiply_add(n, fill(y, 2.12194440e-4), r)
    q = r * r
    p = (r * 1.66665437e-1 + 0.5) + q * ((r * 8.36651408e-3 + 4.16671997e-2) + q * 1.38825229e-3)
    return multiply_add(q, p, r), power_of_two(shifted)


def _reduced_double(y: Any) -> Any:
    y = where_less(y, fill(y, -708.0), fill(y, -708.0), y)
    shifted = y * _LOG2_E + 6755399441055744.0  # 1.5 * 2**52
    n = shifted - 6755399441055744.0
    r = multiply_add(n, fill(y, -6.93145751953125e-1), y)
    r = multiply_add(n, fill(y, -1.42860682030941723212e-6), r)
    p = r * (1 / 6227020800) + 1 / 479001600
    p = p * r + 1 / 39916800
    p = p * r + 1 / 3628800
    p = p * r + 1 / 362880
    p = p * r + 1 / 40320
    p = p * r + 1 / 5040
    p = p * r + 1 / 720
    p = p * r + 1 / 120
    p = p * r + 1 / 24
    p = p * r + 1 / 6
    p = p * r + 1 / 2
    p = multiply_add(p * r, r, r)
    return p, power_of_two(shifted)


def _log1p_single(u: Any) -> Any:
    q = u * u
    low = (u * -4.99999024e-1 + 1.0) + q * (u * -2.49541339e-1 + 3.33299625e-1)
    high = (u * -1.53055943e-1 + 1.96759401e-1) + q * (u * -5.69595464e-2 + 1.06036569e-1)
    high = high + (q * q) * (u * -3.24402552e-3 + 1.98514655e-2)
    return u * (low + (q * q) * high)


def _log1p_double(u: Any) -> Any:
    """Twice the inverse hyperbolic tangent of u / (2 + u), by its series."""
    s = u / (u + 2.0)
    q = s * s
    p = q * (1 / 33) + 1 / 31
    p = p * q + 1 / 29
    p = p * q + 1 / 27
    p = p * q + 1 / 25
    p = p * q + 1 / 23
    p = p * q + 1 / 21
    p = p * q + 1 / 19
    p = p * q + 1 / 17
    p = p * q + 1 / 15
    p = p * q + 1 / 13
    p = p * q + 1 / 11
    p = p * q + 1 / 9
    p = p * q + 1 / 7
    p = p * q + 1 / 5
    p = p * q + 1 / 3
    return (s + s) * (p * q + 1.0)


def _tanh_single(z: Any) -> Any:
    """A ratio of polynomials, within 4 units of rounding; from 8 on it stays at 1 - 2**-22."""
    z = where_less(z, fill(z, -8.0), fill(z, -8.0), z)
    z = where_less(fill(z, 8.0), z, fill(z, 8.0), z)
    s = z * z
    q = s * s
    p = (s * 1.34444961e-1 + 1.0) + q * ((s * 2.18946258e-5 + 3.57159584e-3) + q * 1.52303667e-8)
    r = (s * 4.67778235e-1 + 1.0) + q * ((s * 3.41128844e-4 + 2.61644346e-2) + q * 8.52242596e-7)
    return z * p / r


def _tanh_double(z: Any) -> Any:
    """From ``m = exp(-2|z|) - 1`` as ``-m / (m + 2)`` with the sign of z."""
    m = expm1_nonpositive(magnitude(z) * -2.0)
    return with_sign(-m / (m + 2.0), z)


@inlined
def exp_nonpositive(y: Any) -> Any:
    """``exp(y)`` for y <= 0."""
    p, scale = reduced_exp(y)
    return multiply_add(scale, p, scale)


@inlined
def expm1_nonpositive(y: Any) -> Any:
    """``exp(y) - 1`` for y <= 0."""
    p, scale = reduced_exp(y)
    return multiply_add(scale, p, scale - 1.0)


@inlined
def sigmoid(z: Any) -> Any:
    """``1 / (1 + exp(-z))``, computed from ``exp(-|z|)``, which cannot overflow."""
    e = exp_nonpositive(-magnitude(z))
    return where_less(z, fill(z, 0.0), e, fill(z, 1.0)) / (e + 1.0)


@inlined
def softplus(z: Any) -> Any:
    """``log(1 + exp(z))`` as ``max(z, 0) + log(1 + exp(-|z|))``."""
    positive = where_less(z, fill(z, 0.0), fill(z, 0.0), z)
    return positive + log1p_unit(exp_nonpositive(-magnitude(z)))


@inlined
def normal_share(z: Any) -> Any:
    """The share of a standard normal distribution that lies below z, by the C library's error function."""
    scaled = z * math.sqrt(0.5)
    for place in range(count_of(z)):
        scaled = with_lane(scaled, place, math.erf(lane(scaled, place)))
    return (scaled + 1.0) * 0.5
