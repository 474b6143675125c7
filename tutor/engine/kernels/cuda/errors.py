"""What numba.cuda raises, as one clear line with the offer of the CPU."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tutor.engine.gpu import TAKE_THE_CPU, error_of
from tutor.errors import GpuError

_OUT_OF_MEMORY = 2
_NO_DRIVER = 34  # there is but a stand-in for its library
_COMPILER = {
    "NvvmSupportError",
    "NvvmError",
    "NvrtcError",
    "NvrtcSupportError",
    "nvvmError",
    "CCSupportError",
    "LinkerError",
    "DynamicLibNotFoundError",
}
_DRIVER = {"CudaAPIError", "CudaSupportError", "CudaDriverError", "CudaRuntimeError", "CUDAError"}

_NUMBER = re.compile(r"CUresult\.\w+: (\d+)|[\[(](\d+)[\])]")
_NAMES = {
    "OUT_OF_MEMORY": _OUT_OF_MEMORY,
    "NO_DEVICE": 100,
    "ECC_UNCORRECTABLE": 214,
    "UNSUPPORTED_PTX_VERSION": 222,
    "ILLEGAL_ADDRESS": 700,
    "LAUNCH_TIMEOUT": 702,
    "LAUNCH_FAILED": 719,
    "SYSTEM_DRIVER_MISMATCH": 803,
    "UNKNOWN": 999,
}
"""Where the text of an error has the name CUDA_ERROR_... alone."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn what numba.cuda raises inside into a GpuError; everything else passes."""
    try:
        yield
    except Exception as error:
        clear = explain(error)
        if clear is None:
            raise
        raise clear from error


def explain(error: BaseException) -> GpuError | None:
    """The clear error for an exception; None if it does not come from the GPU.

    Exceptions are told by the names of their classes: numba's own CUDA target and the package numba-cuda have
    different ones of the same names.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, MemoryError):
        return error_of(_OUT_OF_MEMORY)
    if names & (_COMPILER | _DRIVER) and re.search(r"driver library", str(error)):
        return error_of(_NO_DRIVER)
    if names & _COMPILER:
        return GpuError(
            "there is no CUDA compiler that fits",
            "install dltutor[cuda12] or dltutor[cuda13], as the driver is, or " + TAKE_THE_CPU,
        )
    return error_of(_code(error)) if names & _DRIVER else None


def _code(error: BaseException) -> int:
    """The driver's number: the attribute ``code``, or as it stands in the text; else 0."""
    code = getattr(error, "code", None)
    if isinstance(code, int):
        return int(code)  # numba-cuda's is an enumeration's member, which prints itself otherwise
    found = _NUMBER.search(str(error))
    if found:
        return int(found.group(1) or found.group(2))
    return next((_NAMES[name] for name in re.findall(r"CUDA_ERROR_(\w+)", str(error)) if name in _NAMES), 0)
