"""What two threads need to agree: numbers that change in one piece, and ways to wait.

The orderings are those of C11: what a thread wrote before ``publish`` or ``add`` is seen by the thread that
then reads the number with ``look`` or changes it with ``exchange``.
"""

from __future__ import annotations

import os
import platform
from typing import Any

from llvmlite import ir
from numba.core import types

from tutor.engine.kernels.cpu.lanes import primitive

_HAS_PAUSE = platform.machine().lower() in ("x86_64", "amd64")
_HAS_USLEEP = os.name == "posix"
_BYTES = 8


def _place(builder: Any, args: Any) -> Any:
    return builder.gep(args[0], [args[1]], inbounds=True)


@primitive
def look(typing: Any, pointer: Any, index: Any) -> Any:
    """``pointer[index]``, and all that was written before it was published."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(_place(builder, args), "acquire", _BYTES, typ=ir.IntType(64))

    return types.int64(pointer, types.intp), generate


@primitive
def publish(typing: Any, pointer: Any, index: Any, value: Any) -> Any:
    """``pointer[index] = value``, for others to see with all that was written before."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store_atomic(args[2], _place(builder, args), "release", _BYTES)
        return context.get_dummy_value()

    return types.void(pointer, types.intp, types.int64), generate


@primitive
def add(typing: Any, pointer: Any, index: Any, value: Any) -> Any:
    """``pointer[index] += value``, whoever else does the same; returns what it was."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.atomic_rmw("add", _place(builder, args), args[2], "acq_rel")

    return types.int64(pointer, types.intp, types.int64), generate


@primitive
def exchange(typing: Any, pointer: Any, index: Any, known: Any, value: Any) -> Any:
    """``pointer[index] = value`` if it still is ``known``; whether it was."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        result = builder.cmpxchg(_place(builder, args), args[2], args[3], "acq_rel", "acquire")
        return builder.extract_value(result, 1)

    return types.boolean(pointer, types.intp, types.int64, types.int64), generate


def declared(builder: Any, name: str, function_type: Any) -> Any:
    """The function of that name, which LLVM or the C library brings."""
    return builder.module.globals.get(name) or ir.Function(builder.module, function_type, name)


@primitive
def pause(typing: Any) -> Any:
    """Tell the processor that this thread waits for a number to change; takes some ten nanoseconds."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if _HAS_PAUSE:
            kind = ir.FunctionType(ir.VoidType(), [])
            builder.call(declared(builder, "llvm.x86.sse2.pause", kind), [])
        return context.get_dummy_value()

    return types.void(), generate


@primitive
def nap(typing: Any, microseconds: Any) -> Any:
    """Leave the core to others for at least so long, where the system offers that."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if _HAS_USLEEP:
            kind = ir.FunctionType(ir.IntType(32), [ir.IntType(32)])
            builder.call(declared(builder, "usleep", kind), [builder.trunc(args[0], ir.IntType(32))])
        return context.get_dummy_value()

    return types.void(types.int64), generate
