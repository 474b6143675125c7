"""Eight numbers at once, or a whole vector register of them: a SIMD vector as a numba type.

The compiled loops of this package read, combine and write numbers in groups of eight, the *lanes* of a vector
register; the innermost ones of matrix products in *wide* groups of 64 bytes where the processor has such
registers. Saying so by hand, instead of hoping for LLVM's loop vectorizer, keeps short rows (two inputs, four
hidden units) as quick as long ones, needs no fast-math flag that would let NaN slip by, and fixes the order
of every sum. (A product may be fused with the sum it goes into: that rounds less, and hides no NaN.)

``Lanes`` of float32 or float64 know ``+ - * /`` and unary ``-`` (also with a plain number, which is spread
over all lanes) and the functions below. Memory is addressed by a pointer and an index and is *not* checked:
every buffer of the engine has rows padded to a multiple of ``WIDTH``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba.core import types
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable

WIDTH = 8

WIDE = "+avx512f" in get_host_cpu_features().flatten()
"""Whether there are 32 registers of 64 bytes."""


def primitive(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator of a function that gives the type and the LLVM instructions of an operation on lanes.

    In kernels it is called without the first parameter, numba's typing context.
    """
    return cast(Callable[..., Any], intrinsic(function))


class Lanes(types.Type):
    """The numba type of ``count`` numbers of type ``element``."""

    def __init__(self, element: Any, count: int = WIDTH) -> None:
        self.element = element
        self.count = count
        super().__init__(name=f"Lanes({element}, {count})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    """In LLVM: ``<8 x float>``, ``<16 x float>`` or ``<8 x double>``."""

    def __init__(self, manager: Any, lanes: Lanes) -> None:
        element = manager.lookup(lanes.element).get_value_type()
        super().__init__(manager, lanes, ir.VectorType(element, lanes.count))  # type: ignore[no-untyped-call]


# --------------------------------------------------------------------------- memory


def _address(builder: Any, pointer: Any, index: Any, as_type: Any) -> Any:
    return builder.bitcast(builder.gep(pointer, [index], inbounds=True), as_type.as_pointer())


def _number_size(pointer: Any) -> int:
    return int(pointer.dtype.bitwidth) // 8


@primitive
def load(typing: Any, pointer: Any, index: Any) -> Any:
    """The numbers from ``pointer[index]`` on."""
    lanes = Lanes(pointer.dtype)
    return lanes(pointer, types.intp), _loading(lanes)


@primitive
def load_like(typing: Any, like: Any, pointer: Any, index: Any) -> Any:
    """As many numbers from ``pointer[index]`` on as ``like`` has."""
    return like(like, pointer, types.intp), _loading(like)


def _loading(lanes: Lanes) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vector = context.get_value_type(lanes)
        address = _address(builder, args[-2], args[-1], vector)
        return builder.load(address, align=int(lanes.element.bitwidth) // 8, typ=vector)

    return generate


@primitive
def store(typing: Any, pointer: Any, index: Any, value: Any) -> Any:
    """Put the lanes of ``value`` from ``pointer[index]`` on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address = _address(builder, args[0], args[1], context.get_value_type(value))
        builder.store(args[2], address, align=_number_size(pointer))
        return context.get_dummy_value()

    return types.void(pointer, types.intp, value), generate


@primitive
def prefetch(typing: Any, pointer: Any, index: Any) -> Any:
    """Let the cache fetch the line of ``pointer[index]``, which may be outside the buffer; nobody waits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address = builder.bitcast(builder.gep(args[0], [args[1]]), ir.IntType(8).as_pointer())
        reading, soon, data = (ir.Constant(ir.IntType(32), number) for number in (0, 3, 1))
        _call(builder, "llvm.prefetch.p0", ir.VoidType(), [address, reading, soon, data])
        return context.get_dummy_value()

    return types.void(pointer, types.intp), generate


@primitive
def spread(typing: Any, pointer: Any, index: Any) -> Any:
    """``pointer[index]`` in every lane."""
    lanes = Lanes(pointer.dtype)
    return lanes(pointer, types.intp), _spreading(lanes)


@primitive
def spread_like(typing: Any, like: Any, pointer: Any, index: Any) -> Any:
    """``pointer[index]`` in every lane of a group like ``like``."""
    return like(like, pointer, types.intp), _spreading(like)


def _spreading(lanes: Lanes) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        number = context.get_value_type(lanes.element)
        address = _address(builder, args[-2], args[-1], number)
        return _splat(builder, builder.load(address, typ=number), lanes.count)

    return generate


@primitive
def fill(typing: Any, like: Any, value: Any) -> Any:
    """The number ``value`` in every lane, of the type of ``like``: a pointer or lanes."""
    lanes = like if isinstance(like, Lanes) else Lanes(like.dtype)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _splat(builder, context.cast(builder, args[1], value, lanes.element), lanes.count)

    return lanes(like, value), generate


@primitive
def wide_zero(typing: Any, pointer: Any) -> Any:
    """0 in every lane of a wide group; where the processor has none, of a group of ``WIDTH``."""
    lanes = Lanes(pointer.dtype, max(64 // _number_size(pointer), WIDTH) if WIDE else WIDTH)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return ir.Constant(context.get_value_type(lanes), [0.0] * lanes.count)

    return lanes(pointer), generate


@primitive
def count_of(typing: Any, value: Any) -> Any:
    """How many lanes a group has."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.get_constant(types.intp, value.count)

    return types.intp(value), generate


def _splat(builder: Any, number: Any, count: int = WIDTH) -> Any:
    undefined = ir.Constant(ir.VectorType(number.type, count), ir.Undefined)
    first = builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), count), [0] * count)
    return builder.shuffle_vector(first, undefined, zeros)


# --------------------------------------------------------------------------- arithmetic


def _is_operand(operand: Any) -> bool:
    return isinstance(operand, Lanes | types.Float | types.Integer)


def _define(operation: Any, instruction: str) -> None:
    """Give ``operation`` to Lanes, with Lanes or with a plain number on either side."""

    @type_callable(operation)
    def typer_of(context: Any) -> Any:
        def typer(left: Any, right: Any) -> Any:
            if not (_is_operand(left) and _is_operand(right)):
                return None
            if isinstance(left, Lanes):
                return left if not isinstance(right, Lanes) or right == left else None
            return right if isinstance(right, Lanes) else None

        return typer

    def lower(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        element, count = signature.return_type.element, signature.return_type.count
        operands = [
            value
            if isinstance(kind, Lanes)
            else _splat(builder, context.cast(builder, value, kind, element), count)
            for kind, value in zip(signature.args, args, strict=True)
        ]
        return getattr(builder, instruction)(*operands, flags=("contract",))

    for left, right in [(Lanes, Lanes), *((Lanes, n) for n in _NUMBERS), *((n, Lanes) for n in _NUMBERS)]:
        lower_builtin(operation, left, right)(lower)  # type: ignore[no-untyped-call]


_NUMBERS = (types.Float, types.Integer)
_define(operator.add, "fadd")
_define(operator.sub, "fsub")
_define(operator.mul, "fmul")
_define(operator.truediv, "fdiv")


@type_callable(operator.neg)
def _type_of_negative(context: Any) -> Any:
    def typer(value: Any) -> Any:
        return value if isinstance(value, Lanes) else None

    return typer


@lower_builtin(operator.neg, Lanes)  # type: ignore[no-untyped-call]
def _lower_negative(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    return builder.fneg(args[0])


def _call(builder: Any, name: str, returns: Any, args: Any) -> Any:
    """Call the LLVM intrinsic ``name``."""
    function_type = ir.FunctionType(returns, [arg.type for arg in args])
    function = builder.module.globals.get(name) or ir.Function(builder.module, function_type, name)
    return builder.call(function, args)


def _suffix(value: Any) -> str:
    """``v8f32``, ``v16f32`` or ``v8f64``, as LLVM's names of intrinsics end."""
    return f"v{value.type.count}f{'32' if value.type.element.intrinsic_name == 'f32' else '64'}"


@primitive
def multiply_add(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """``a * b + c``, rounded once where the processor can."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _call(builder, f"llvm.fmuladd.{_suffix(args[0])}", args[0].type, args)

    return a(a, a, a), generate


@primitive
def square_root(typing: Any, value: Any) -> Any:
    """The root in each lane."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _call(builder, f"llvm.sqrt.{_suffix(args[0])}", args[0].type, args)

    return value(value), generate


@primitive
def magnitude(typing: Any, value: Any) -> Any:
    """The absolute value in each lane."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _call(builder, f"llvm.fabs.{_suffix(args[0])}", args[0].type, args)

    return value(value), generate


@primitive
def with_sign(typing: Any, value: Any, sign: Any) -> Any:
    """``value`` with the sign of ``sign`` in each lane."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _call(builder, f"llvm.copysign.{_suffix(args[0])}", args[0].type, args)

    return value(value, value), generate


@primitive
def where_less(typing: Any, left: Any, right: Any, yes: Any, no: Any) -> Any:
    """``yes`` in lanes where ``left < right``, else ``no``; a comparison with NaN is false."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", args[0], args[1]), args[2], args[3])

    return yes(left, left, yes, yes), generate


@primitive
def keep(typing: Any, value: Any, count: Any, otherwise: Any) -> Any:
    """The first ``count`` lanes of ``value``, and ``otherwise`` in the rest."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        integers = ir.VectorType(ir.IntType(64), WIDTH)
        places = ir.Constant(integers, list(range(WIDTH)))
        mask = builder.icmp_signed("<", places, _splat(builder, args[1]))
        return builder.select(mask, args[0], args[2])

    return value(value, types.intp, value), generate


@primitive
def lane(typing: Any, value: Any, place: Any) -> Any:
    """The number in one lane."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.extract_element(args[0], args[1])

    return value.element(value, types.intp), generate


@primitive
def with_lane(typing: Any, value: Any, place: Any, number: Any) -> Any:
    """``value`` with another number in one lane."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.insert_element(args[0], args[2], args[1])

    return value(value, types.intp, value.element), generate


@primitive
def widened(typing: Any, value: Any) -> Any:
    """The lanes as float64, in which the square of no float32 overflows."""
    wide = Lanes(types.float64)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return args[0] if value == wide else builder.fpext(args[0], context.get_value_type(wide))

    return wide(value), generate


@primitive
def total(typing: Any, value: Any) -> Any:
    """The sum of the lanes, in a fixed order (halves added to halves)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _fold(builder, args[0], lambda a, b: builder.fadd(a, b))

    return value.element(value), generate


@primitive
def merged(typing: Any, left: Any, right: Any) -> Any:
    """Every bit that is set in either: of zeros a zero, with NaN in a lane NaN.

    So a loop notes what is not finite, as x * 0, without waiting for each addition before the next.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        integers = ir.VectorType(ir.IntType(left.element.bitwidth), left.count)
        bits = builder.or_(*(builder.bitcast(value, integers) for value in args))
        return builder.bitcast(bits, args[0].type)

    return left(left, left), generate


def zero_bits(builder: Any, vector: Any) -> Any:
    """A bit for each lane, set where it is 0."""
    zeros = builder.fcmp_ordered("==", vector, ir.Constant(vector.type, [0.0] * vector.type.count))
    return builder.bitcast(zeros, ir.IntType(vector.type.count))


@primitive
def all_zero(typing: Any, value: Any) -> Any:
    """Whether every lane is 0; NaN is not."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        bits = zero_bits(builder, args[0])
        return builder.icmp_unsigned("==", bits, ir.Constant(bits.type, -1))

    return types.boolean(value), generate


@primitive
def largest(typing: Any, value: Any) -> Any:
    """The greatest of the lanes; NaN if the last compared one is NaN."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _fold(builder, args[0], lambda a, b: builder.select(builder.fcmp_ordered(">", a, b), a, b))

    return value.element(value), generate


def _fold(builder: Any, vector: Any, combine: Any) -> Any:
    """Combine the upper half of the lanes with the lower, until one is left."""
    size = vector.type.count
    while size > 1:
        size //= 2
        indices = ir.VectorType(ir.IntType(32), size)
        lower = ir.Constant(indices, list(range(size)))
        upper = ir.Constant(indices, list(range(size, 2 * size)))
        vector = combine(
            builder.shuffle_vector(vector, vector, lower), builder.shuffle_vector(vector, vector, upper)
        )
    return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))
