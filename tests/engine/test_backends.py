"""Where a network is trained, and what is said where there is no GPU, or an unfit one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba.cuda.cudadrv.driver import CudaAPIError
from numba.cuda.cudadrv.error import CudaSupportError, NvvmSupportError

from tutor.engine import Conv2D, Dense, Flatten, Sequential, backends, gpu, parse_layers
from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda import errors
from tutor.engine.plan import Plan, make_plan
from tutor.errors import EngineError


class Driver:
    """What ``libcuda`` answers."""

    def __init__(self, init: int = 0, version: int = 12040, devices: int = 1) -> None:
        self.init, self.version, self.devices = init, version, devices

    def cuInit(self, flags: int) -> int:
        return self.init

    def cuDriverGetVersion(self, version: Any) -> int:
        version._obj.value = self.version
        return 0

    def cuDeviceGetCount(self, count: Any) -> int:
        count._obj.value = self.devices
        return 0

    def cuDeviceGet(self, device: Any, number: int) -> int:
        return 0

    def cuDeviceGetName(self, name: Any, length: int, device: Any) -> int:
        name.value = b"Imaginary 9000"
        return 0


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Callable[[Driver | None], None]:
    monkeypatch.delenv("NUMBA_ENABLE_CUDASIM", raising=False)

    def install(found: Driver | None) -> None:
        monkeypatch.setattr(gpu, "_library", lambda: found)

    return install


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "there is no CUDA driver on this machine"),
        (Driver(init=100), "the CUDA driver finds no GPU"),
        (Driver(devices=0), "the CUDA driver finds no GPU"),
        (Driver(version=11080), "the CUDA driver is too old"),
        (Driver(init=803), "the CUDA driver is too old"),
        (Driver(init=999), r"the GPU stopped answering \(CUDA error 999\)"),
        (Driver(init=304), r"the GPU cannot be used \(CUDA error 304\)"),
    ],
)
def test_a_gpu_that_is_asked_for_and_cannot_be_had(
    found: Driver | None, said: str, driver: Callable[[Driver | None], None]
) -> None:
    driver(found)
    with pytest.raises(EngineError, match=said) as caught:
        Sequential([Dense(1)], (2,), backend="cuda")
    assert "take the backend cpu" in caught.value.hint


def plan_of(layers: str, shape: tuple[int, ...]) -> Plan:
    return make_plan(parse_layers(layers), shape)


SMALL = plan_of("dense 64 relu, dense 10 softmax", (64,))
LENET = plan_of("conv 6 5x5 relu, maxpool 2, conv 16 5x5 relu, maxpool 2, flatten, dense 10", (28, 28, 1))
LARGE = plan_of("conv 64 3x3 same relu, conv 64 3x3 same relu, globalpool, dense 10", (32, 32, 3))


def no_question() -> bool:
    raise AssertionError("asked for a GPU without need")


def test_auto_takes_the_gpu_for_large_work_alone() -> None:
    assert backends.automatic(LARGE, 32, lambda: True) == "cuda"
    assert backends.automatic(LARGE, 32, lambda: False) == "cpu"
    for plan in (SMALL, LENET):
        assert backends.automatic(plan, 32, no_question) == "cpu"
    assert backends.automatic(LENET, 8192, lambda: True) == "cuda"


def test_auto_leaves_to_the_cpu_what_the_gpu_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "_CUDA_KINDS", (d.DENSE,))
    assert backends.automatic(LARGE, 32, no_question) == "cpu"


def test_auto_never_breaks(driver: Callable[[Driver | None], None], monkeypatch: pytest.MonkeyPatch) -> None:
    layers = [Conv2D(64, 3, padding="same"), Conv2D(64, 3, padding="same"), Flatten(), Dense(1)]
    for found in (Driver(init=100), Driver(version=11080), None):
        driver(found)
        assert Sequential(layers, (32, 32, 3), backend="auto").backend == "cpu"
    driver(Driver())
    monkeypatch.setattr(gpu.importlib.util, "find_spec", lambda name: None)  # a GPU, but no numba-cuda
    assert not gpu.is_ready()
    assert Sequential(layers, (32, 32, 3), backend="auto").backend == "cpu"
    monkeypatch.setattr(gpu.importlib.util, "find_spec", lambda name: name)
    assert gpu.is_ready()


def test_a_gpu_is_described(driver: Callable[[Driver | None], None]) -> None:
    driver(Driver())
    assert gpu.find() == gpu.Gpu("Imaginary 9000", "12.4")


def test_operations_that_the_gpu_lacks_are_named(
    driver: Callable[[Driver | None], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    driver(Driver())
    monkeypatch.setattr(backends, "_CUDA_KINDS", (d.DENSE,))
    with pytest.raises(EngineError, match="conv2d_1 cannot be computed on the GPU yet") as caught:
        Sequential([Conv2D(2, 3), Flatten(), Dense(1)], (8, 8, 1), backend="cuda")
    assert caught.value.hint == "take the backend cpu"


class Result(int):
    """As ``cuda.bindings.driver.CUresult``, which prints itself as here also in an f-string."""

    def __repr__(self) -> str:
        return f"<CUresult.CUDA_ERROR_OF_SOME_NAME: {int(self)}>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)


class CUDAError(Exception):
    """As cuda.core's."""


class DynamicLibNotFoundError(RuntimeError):
    """As cuda.pathfinder's."""


NO_DRIVER = "Error at driver init: \n\nCUDA driver library cannot be found.\nEnsure that a compatible"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CudaAPIError(2, "Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY"), "too little free memory"),
        (MemoryError(), "too little free memory"),
        (CudaAPIError(719, "CUDA_ERROR_LAUNCH_FAILED"), r"stopped answering \(CUDA error 719\)"),
        (CudaAPIError(214, "CUDA_ERROR_ECC_UNCORRECTABLE"), "stopped answering"),
        (CudaAPIError(222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"), "driver is too old"),
        (CudaSupportError("Error at driver init: Call to cuInit results in ERROR (100)"), "finds no GPU"),
        (CudaSupportError("Error at driver init: [35] CUDA_ERROR_INSUFFICIENT_DRIVER:"), "driver is too old"),
        (CudaSupportError("nobody knows"), "the GPU cannot be used$"),
        (
            CudaAPIError(Result(719), "Call to cuMemcpyDtoH results in"),
            r"stopped answering \(CUDA error 719\)",
        ),
        (CudaAPIError(Result(701), "too many resources"), r"the GPU cannot be used \(CUDA error 701\)"),
        (CudaSupportError(f"Error at driver init: no ({Result(100)})"), "finds no GPU"),
        (CudaSupportError(NO_DRIVER), "there is no CUDA driver on this machine"),
        (DynamicLibNotFoundError('"cuda" is an NVIDIA driver library and'), "there is no CUDA driver"),
        (DynamicLibNotFoundError('Failure finding "libnvvm.so"'), "no CUDA compiler that fits"),
        (CUDAError("CUDA_ERROR_OUT_OF_MEMORY: The API call failed"), "too little free memory"),
        (CUDAError("CUDA_ERROR_LAUNCH_FAILED: An exception"), r"stopped answering \(CUDA error 719\)"),
        (NvvmSupportError("libNVVM cannot be found"), "no CUDA compiler that fits"),
    ],
)
def test_what_numba_raises_becomes_one_clear_line(error: Exception, said: str) -> None:
    with pytest.raises(EngineError, match=said) as caught, errors.explained():
        raise error
    assert "cpu" in caught.value.hint
    text = caught.value.message + caught.value.hint
    assert "\n" not in text and text.isprintable()


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError), errors.explained():
        raise ZeroDivisionError
    with pytest.raises(EngineError, match="mine"), errors.explained():
        raise EngineError("mine")


def test_the_cpu_never_loads_numba_cuda() -> None:
    script = """
import sys
from tutor.engine import Dense, Sequential
for backend in ("cpu", "auto"):
    model = Sequential([Dense(2)], (2,), backend=backend)
    model.compile()
    model.fit([[0.0, 1.0]], [[1.0, 1.0]])
    assert model.backend == "cpu"
print([name for name in sys.modules if name.startswith("numba.cuda") or "kernels.cuda" in name])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "[]"


def test_reading_the_network_leaves_the_cpus_arrays_alone() -> None:
    model = Sequential([Dense(2)], (2,), backend="cpu")
    assert model.network is model.network
    assert np.shares_memory(model.network.parameters, model.network.parameters)
