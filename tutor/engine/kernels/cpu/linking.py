"""Linked kernels: compiled once, each for itself, and called where they stand in memory.

Of whatever else a kernel calls, numba puts a copy into it, which is optimized and assembled there anew. The
call of a linked kernel is the call of a symbol, as of a function in another library. So they can be compiled
in any order and by any process, as long as all of them stand before the first is run; ``ahead`` names them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from llvmlite import binding
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.core.typing.templates import signature as signature_of
from numba.extending import intrinsic

from tutor.engine.kernels.cpu.jit import kept

Function = TypeVar("Function", bound=Callable[..., Any])
Types = tuple[Any, ...]

RETURNED: dict[str, Any] = {
    "None": types.none,
    "bool": types.boolean,
    "int": types.int64,
    "float": types.float64,
}
"""What numba makes of a return annotation, which is all that the compiler of a caller is told."""


def linked(function: Function) -> Function:
    """Decorator of a large kernel that other kernels call."""
    compiled: Any = kept(function)
    returned = RETURNED[function.__annotations__["return"]]

    def called(_context: Any, *arguments: Any) -> Any:
        symbol = _symbol(compiled, arguments)
        if not binding.address_of_symbol(symbol):
            raise TypingError(f"{symbol} does not stand")
        signature = signature_of(returned, *arguments)  # type: ignore[no-untyped-call]
        return signature, _call_of(symbol)

    context = inspect.Parameter("_context", inspect.Parameter.POSITIONAL_ONLY)
    parameters = inspect.signature(function).parameters.values()
    called.__signature__ = inspect.Signature([context, *parameters])  # type: ignore[attr-defined]
    called.__name__ = function.__name__
    call: Any = intrinsic(called)
    call.compiled = compiled
    return cast(Function, call)


def dispatcher(kernel: Any) -> Any:
    """What numba makes of a linked kernel, or of an entry."""
    return getattr(kernel, "compiled", kernel)


def stand(kernel: Any, arguments: Types) -> None:
    """Have a linked kernel for arguments of these types in memory, compiled or out of the cache.

    Those that it calls must stand already.
    """
    compiled = kernel.compiled
    compiled.compile(arguments)
    overload = compiled.overloads[arguments]
    address = overload.library.get_pointer_to_function(overload.fndesc.llvm_func_name)
    binding.add_symbol(_symbol(compiled, arguments), address)


def pretend(kernel: Any, arguments: Types) -> None:
    """In a process that compiles but runs nothing: let a linked kernel pass for one that stands."""
    binding.add_symbol(_symbol(kernel.compiled, arguments), 1)


def _symbol(compiled: Any, arguments: Types) -> str:
    function = compiled.py_func
    return f"{function.__module__}.{function.__name__}{arguments}"


def _call_of(symbol: str) -> Callable[..., Any]:
    """The code of a call of what stands there."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        convention, returned = context.call_conv, signature.return_type
        kind = convention.get_function_type(returned, signature.args)
        callee = cgutils.get_or_insert_function(builder.module, kind, symbol)  # type: ignore[no-untyped-call]
        status, value = convention.call_function(builder, callee, returned, signature.args, arguments)
        with cgutils.if_unlikely(builder, status.is_error):  # type: ignore[no-untyped-call]
            convention.return_status_propagate(builder, status)
        return value

    return code
