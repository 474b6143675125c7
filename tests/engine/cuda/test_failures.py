"""A GPU that fails in the middle: one clear line, and nothing is lost that was brought back before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.cuda.twins import examples
from tutor.engine import SGD, Dense, Sequential, Trainer, train_many
from tutor.engine.kernels.cuda import launches, many, memory
from tutor.errors import EngineError

X, Y = examples("mean_squared_error", 7, (2,), 2)


class CudaAPIError(Exception):
    """As numba-cuda's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code


class Breaking:
    """Launches work until ``left`` is used up; then they raise, and after a loss whatever touches the GPU."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.left, self.code, self.lost = 1 << 30, 719, True
        launch = memory.launch

        def breaking(*args: Any) -> None:
            self.left -= 1
            self.check()
            launch(*args)

        for module in (launches, many):
            patch.setattr(module, "launch", breaking)
        for module_name, name in [("session", "to_device"), ("session", "to_host"), ("launches", "to_host")]:
            self._guard(patch, f"tutor.engine.kernels.cuda.{module_name}.{name}", getattr(memory, name))

    def _guard(self, patch: pytest.MonkeyPatch, target: str, function: Callable[..., Any]) -> None:
        def guarded(*args: Any) -> Any:
            if self.lost:
                self.check()
            return function(*args)

        patch.setattr(target, guarded)

    def check(self) -> None:
        if self.left < 0:
            raise CudaAPIError(self.code, "Call to cuSomething results in CUDA_ERROR_SOMETHING")


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Breaking:
    return Breaking(monkeypatch)


def trainer() -> Trainer:
    model = Sequential([Dense(3, "tanh"), Dense(2)], (2,), dtype="float64", backend="cuda")
    model.compile(SGD(0.1, momentum=0.9), "mean_squared_error")
    return model.trainer(X, Y, batch_size=3)


def test_a_lost_gpu_leaves_what_was_last_fetched(breaking: Breaking, tmp_path: Path, way: str) -> None:
    run = trainer()
    run.run(5)
    report = run.report()
    kept = run.model.get_weights()
    run.run(4)
    breaking.left = 0
    with pytest.raises(EngineError, match=r"stopped answering \(CUDA error 719\)") as caught:
        run.run(20)
    assert caught.value.message.endswith("the network is back where it was after step 5")
    assert caught.value.hint.endswith("take the backend cpu")
    assert run.step == 5
    for found, expected in zip(run.model.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(EngineError, match="stopped answering"):
        run.model.predict(X)
    run.model.save(tmp_path / "network.npz")
    again = Sequential.load(tmp_path / "network.npz")
    assert again.backend == "cpu"
    assert again.evaluate(X, Y)["loss"] == pytest.approx(report.loss, rel=1e-10)


def test_lost_before_the_first_fetch_is_back_at_the_beginning(breaking: Breaking) -> None:
    run = trainer()
    start = run.model.get_weights()
    breaking.left = 1
    with pytest.raises(EngineError, match="after step 0"):
        for _ in range(3):
            run.run(1)
    np.testing.assert_array_equal(run.model.get_weights()[0], start[0])
    assert run.step == 0


def test_a_loss_that_shows_when_the_weights_are_asked_for(breaking: Breaking) -> None:
    run = trainer()
    start = run.model.get_weights()
    run.run(3)
    breaking.left = -1
    with pytest.raises(EngineError, match="after step 0"):
        run.model.get_weights()
    np.testing.assert_array_equal(run.model.get_weights()[0], start[0])


def test_too_little_memory_loses_nothing(breaking: Breaking) -> None:
    run, twin = trainer(), trainer()
    run.run(5)
    breaking.left, breaking.code, breaking.lost = 0, 2, False
    with pytest.raises(EngineError, match="too little free memory") as caught:
        run.run(1)
    assert "smaller network or batch" in caught.value.hint
    breaking.left = 1 << 30
    assert run.step == 5
    twin.run(5)
    for trained in (run, twin):
        trained.run(2)
    np.testing.assert_array_equal(run.model.get_weights()[0], twin.model.get_weights()[0])


def test_train_many_says_so_too(breaking: Breaking) -> None:
    model = Sequential([Dense(2)], (2,))
    model.compile()
    breaking.left = 1
    with pytest.raises(EngineError, match="stopped answering"):
        train_many(model, X, Y, range(2), steps=4, check_every=1, backend="cuda")
