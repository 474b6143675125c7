"""Numbers too small for the format's usual precision count as zero while a network trains.

What shrinks for long ends there: Adam's moments of a unit that is dead, say, after some thousand steps. Many
processors then take a hundred times as long for each operation (Intel, "Intel 64 and IA-32 Architectures
Software Developer's Manual", volume 1, section 11.5.2; Arm, "Architecture Reference Manual", FPCR.FZ).
"""

from __future__ import annotations

import platform
from typing import Any

from llvmlite import ir
from numba.core import types

from tutor.engine.kernels.cpu.atomics import declared
from tutor.engine.kernels.cpu.lanes import primitive

_MACHINE = platform.machine().lower()
_X86 = _MACHINE in ("x86_64", "amd64")
_ARM = _MACHINE in ("aarch64", "arm64")
_WORD = ir.IntType(32)
_LONG = ir.IntType(64)
_ON = (1 << 15 | 1 << 6) if _X86 else 1 << 24
"""Flush results to zero and take arguments for zero: two bits of MXCSR, one of FPCR."""


def _call(builder: Any, name: str, result: Any, *args: Any) -> Any:
    kind = ir.FunctionType(result, [arg.type for arg in args])
    return builder.call(declared(builder, name, kind), args)


def _read(builder: Any) -> Any:
    """The control word, as 64 bits; 0 on a processor that is not known."""
    if _X86:
        place = builder.alloca(_WORD)
        _call(
            builder, "llvm.x86.sse.stmxcsr", ir.VoidType(), builder.bitcast(place, ir.IntType(8).as_pointer())
        )
        return builder.zext(builder.load(place), _LONG)
    return _call(builder, "llvm.aarch64.get.fpcr", _LONG) if _ARM else _LONG(0)


def _write(builder: Any, word: Any) -> None:
    if _X86:
        place = builder.alloca(_WORD)
        builder.store(builder.trunc(word, _WORD), place)
        _call(
            builder, "llvm.x86.sse.ldmxcsr", ir.VoidType(), builder.bitcast(place, ir.IntType(8).as_pointer())
        )
    elif _ARM:
        _call(builder, "llvm.aarch64.set.fpcr", ir.VoidType(), word)


@primitive
def flush_denormals(typing: Any) -> Any:
    """From here on, in this thread; returns what :func:`restore_denormals` wants."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        before = _read(builder)
        _write(builder, builder.or_(before, _LONG(_ON)))
        return before

    return types.int64(), generate


@primitive
def restore_denormals(typing: Any, before: Any) -> Any:
    """As it was: NumPy, in the same thread, counts with the numbers that are not flushed."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _write(builder, args[0])
        return context.get_dummy_value()

    return types.void(types.int64), generate
