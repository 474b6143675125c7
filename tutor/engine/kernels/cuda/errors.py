"""What numba.cuda raises, as one clear line with the offer of the CPU."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tutor.engine.gpu import TAKE_THE_CPU, error_of
from tutor.errors import EngineError

_OUT_OF_MEMORY = 2
_COMPILER = {
    "NvvmSupportError",
    "NvvmError",
    "NvrtcError",
    "nvvmError",
    "LinkerError",
    "DynamicLibNotFoundError",
}
_DRIVER = {"CudaAPIError", "CudaSupportError", "CudaDriverError", "CudaRuntimeError", "CUDAError"}


@contextmanager
def explained() -> Iterator[None]:
    """Turn what numba.cuda raises inside into an EngineError; everything else passes."""
    try:
        yield
    except Exception as error:
        clear = explain(error)
        if clear is None:
            raise
        raise clear from error


def explain(error: BaseException) -> EngineError | None:
    """The clear error for an exception; None if it does not come from the GPU.

    Exceptions are told by the names of their classes: numba's own CUDA target and the package numba-cuda have
    different ones of the same names.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, MemoryError):
        return error_of(_OUT_OF_MEMORY)
    if names & _COMPILER:
        return EngineError(
            "there is no CUDA compiler that fits",
            "install dltutor[cuda12] or dltutor[cuda13], as the driver is, or " + TAKE_THE_CPU,
        )
    return error_of(_code(error)) if names & _DRIVER else None


def _code(error: BaseException) -> int:
    """The driver's number: the attribute ``code``, or what stands in brackets in the text; else 0."""
    code = getattr(error, "code", None)
    if isinstance(code, int):
        return code
    found = re.search(r"[\[(](\d+)[\])]", str(error))
    return int(found.group(1)) if found else 0
