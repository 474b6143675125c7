"""These tests are collected only where a GPU is to be had: simulated, or asked for by ``make test-gpu``."""

from __future__ import annotations

import os

import pytest

from tutor.engine import gpu
from tutor.errors import EngineError

_ON_A_GPU = bool(os.environ.get("DLTUTOR_TEST_GPU"))

collect_ignore_glob = [] if gpu.simulated() or _ON_A_GPU else ["test_*.py"]


def pytest_configure() -> None:
    """Say once, where a GPU is asked for, why there is none."""
    if _ON_A_GPU and not gpu.simulated():
        try:
            gpu.find()
        except EngineError as error:
            raise pytest.UsageError(f"{error.message}: `make test` uses a simulated GPU") from None


@pytest.fixture(params=["one block", "many blocks"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test runs in both ways of working, whatever the network's size."""
    from tutor.engine.kernels.cuda import sizes

    many = request.param == "many blocks"
    monkeypatch.setattr(sizes, "needs_many_blocks", lambda operations, rows: many)
    return str(request.param)
