"""Whether there is a GPU: the driver's own library is asked, so that numba.cuda need not be imported."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from dataclasses import dataclass
from typing import Any

from tutor.errors import EngineError, GpuError

TAKE_THE_CPU = "take the backend cpu"

LEAST_DRIVER = 12000
"""CUDA 12.0, as the driver counts: what the extra ``cuda12`` needs."""

_NO_DRIVER = 34
_TOO_OLD = (18, 35, 36, 222, 803, 804)
_NO_DEVICE = (3, 100, 101)
_NO_MEMORY = (2,)
_LOST = (4, 46, 201, 214, 220, 226, 700, *range(702, 720), 800, 999)
"""Numbers of the driver's CUresult; 46 and 800: another program holds the GPU, or it may not be used."""


@dataclass(frozen=True)
class Gpu:
    """The first GPU, and what the driver can do."""

    name: str
    driver: str
    """The newest CUDA version that the driver knows, as in "12.4"."""


def simulated() -> bool:
    """Whether numba's simulator stands in for a GPU (``NUMBA_ENABLE_CUDASIM=1``)."""
    return os.environ.get("NUMBA_ENABLE_CUDASIM", "0") not in ("", "0")


def find() -> Gpu:
    """The first GPU; EngineError with the reason if none can be used."""
    library = _library()
    if library is None:
        raise error_of(_NO_DRIVER)
    version, count, device = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    name = ctypes.create_string_buffer(100)
    _check(library.cuInit(0))
    _check(library.cuDriverGetVersion(ctypes.byref(version)))
    if version.value < LEAST_DRIVER:
        raise error_of(_TOO_OLD[0])
    _check(library.cuDeviceGetCount(ctypes.byref(count)))
    if count.value == 0:
        raise error_of(_NO_DEVICE[0])
    _check(library.cuDeviceGet(ctypes.byref(device), 0))
    _check(library.cuDeviceGetName(name, len(name), device))
    return Gpu(name.value.decode(errors="replace"), f"{version.value // 1000}.{version.value % 1000 // 10}")


def is_ready() -> bool:
    """Whether a GPU answers, and numba-cuda is there to compile for it; never raises, and loads neither."""
    try:
        find()
    except EngineError:
        return False
    return importlib.util.find_spec("numba_cuda") is not None


def error_of(code: int) -> GpuError:
    """The clear error for a number of the driver's CUresult; 0 where it is not known."""
    if code == _NO_DRIVER:
        return GpuError("there is no CUDA driver on this machine", TAKE_THE_CPU)
    if code in _TOO_OLD:
        return GpuError("the CUDA driver is too old", "update it to CUDA 12.0 or newer, or " + TAKE_THE_CPU)
    if code in _NO_DEVICE:
        return GpuError("the CUDA driver finds no GPU", TAKE_THE_CPU)
    if code in _NO_MEMORY:
        return GpuError(
            "the GPU has too little free memory", "take a smaller network or batch, or the backend cpu"
        )
    if code in _LOST:
        return GpuError(
            f"the GPU stopped answering (CUDA error {code})", "start the program again, or " + TAKE_THE_CPU
        )
    reason = f" (CUDA error {code})" if code else ""
    return GpuError("the GPU cannot be used" + reason, TAKE_THE_CPU)


def _library() -> Any:
    """The driver's library; None if there is none."""
    name = {"win32": "nvcuda.dll", "darwin": ""}.get(sys.platform, "libcuda.so.1")
    try:
        return ctypes.CDLL(name) if name else None
    except OSError:
        return None


def _check(code: int) -> None:
    if code != 0:
        raise error_of(code)
