"""Many networks at once: each as if it were alone, whatever the threads; goals, cancelling, refusals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tutor.engine import SGD, Activation, Adam, CosineDecay, Dense, Dropout, Goal, Sequential, train_many
from tutor.errors import EngineError

Array = NDArray[Any]
Pair = tuple[Array, Array]


def network(seed: int = 0, units: int = 4, optimizer: Any = None, **arguments: Any) -> Sequential:
    model = Sequential(
        [Dense(units, "tanh"), Dropout(0.1), Dense(1, "sigmoid")], (2,), seed=seed, **arguments
    )
    model.compile(optimizer or SGD(0.5, momentum=0.9), "binary_crossentropy")
    return model


def alone(seed: int, xor: Pair, steps: int, batch_size: int = 4, **arguments: Any) -> Sequential:
    model = network(seed, **arguments)
    model.trainer(*xor, batch_size=batch_size).run(steps)
    return model


def as_bytes(weights: list[Array]) -> bytes:
    return b"".join(array.tobytes() for array in weights)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_each_is_byte_for_byte_as_if_alone(xor: Pair, threads: int, dtype: str) -> None:
    found = train_many(
        network(dtype=dtype),
        *xor,
        range(40),
        steps=130,
        check_every=17,
        goal=Goal(loss=0.1),
        threads=threads,
        keep_weights=True,
    )
    assert found.loss.shape == found.converged_at.shape == (40,)
    assert found.finished.all() and not found.diverged.any()
    for seed in range(40):
        single = alone(seed, xor, 130, dtype=dtype)
        assert as_bytes(found.weights[seed]) == as_bytes(single.get_weights())
        assert found.loss[seed] == single.evaluate(*xor)["loss"]


def test_settings_and_seeds_make_a_grid(xor: Pair) -> None:
    rates: list[dict[str, Any]] = [{"learning_rate": 0.1}, {"learning_rate": 0.4, "batch_size": 2}]
    found = train_many(network(optimizer=Adam()), *xor, [3, 8, 9], rates, steps=50)
    assert found.loss.shape == (2, 3) and found.weights == []
    assert found.loss[0, 1] == alone(8, xor, 50, 4, optimizer=Adam(0.1)).evaluate(*xor)["loss"]
    assert found.loss[1, 2] == alone(9, xor, 50, 2, optimizer=Adam(0.4)).evaluate(*xor)["loss"]


def test_a_function_may_vary_anything(xor: Pair) -> None:
    schedules: list[dict[str, Any]] = [{"units": 3}, {"units": 9, "optimizer": SGD(CosineDecay(0.9, 50))}]
    found = train_many(network, *xor, [1, 2], schedules, steps=50, batch_size=2)
    for row, setting in enumerate(schedules):
        for column, seed in enumerate((1, 2)):
            assert found.loss[row, column] == alone(seed, xor, 50, 2, **setting).evaluate(*xor)["loss"]


def test_convergence_is_the_first_check_at_which_the_goal_held(xor: Pair) -> None:
    goal = Goal(loss=0.2, accuracy=1.0)
    found = train_many(network(), *xor, range(12), steps=300, check_every=40, goal=goal)
    for seed in range(12):
        model = network(seed)
        trainer, expected = model.trainer(*xor, batch_size=4), math.nan
        for step in (40, 80, 120, 160, 200, 240, 280, 300):
            trainer.run(step - trainer.step)
            right = ((model.predict(xor[0])[:, 0] > 0.5) == xor[1]).mean()
            if math.isnan(expected) and model.evaluate(*xor)["loss"] <= 0.2 and right == 1:
                expected = step
        np.testing.assert_equal(found.converged_at[seed], expected)
        assert found.accuracy[seed] == right
    assert np.isfinite(found.converged_at).any()
    assert np.isnan(train_many(network(), *xor, [0], steps=300).converged_at).all()
    assert np.isnan(train_many(network(), *xor, [0], steps=9, goal=Goal(loss=0.0)).converged_at).all()


def test_divergence_is_said_and_stays_with_its_network() -> None:
    x = np.linspace(-1, 1, 20) * 1e3
    model = Sequential([Dense(4), Dense(1)], (1,))
    model.compile(SGD(1e-7), "mean_squared_error")
    found = train_many(model, x, x, [0], [{}, {"learning_rate": 1e30}], steps=100)
    assert found.diverged.tolist() == [[False], [True]] and found.finished.all()
    assert math.isfinite(found.loss[0, 0])


def test_progress_and_cancelling(xor: Pair) -> None:
    seen: list[tuple[int, int]] = []
    train_many(network(), *xor, range(100), steps=10, progress=lambda *counts: seen.append(counts))
    assert seen[-1] == (100, 100) and seen == sorted(seen) and len(seen) > 3
    seen.clear()
    found = train_many(
        network(),
        *xor,
        range(200),
        steps=50,
        threads=2,
        progress=lambda *counts: seen.append(counts),
        cancelled=lambda: bool(seen) and seen[-1][0] > 20,
    )
    assert 0 < found.finished.sum() < 200
    assert np.isnan(found.loss[~found.finished]).all() and np.isfinite(found.loss[found.finished]).all()
    single = alone(0, xor, 50)
    assert found.loss[0] == single.evaluate(*xor)["loss"]


def test_an_error_in_one_thread_ends_all(xor: Pair) -> None:
    def make(seed: int) -> Sequential:
        if seed == 30:
            raise EngineError("no thirty")
        return network(seed)

    with pytest.raises(EngineError, match="no thirty"):
        train_many(make, *xor, range(1000), steps=1000, threads=2)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_many(network(), *xor, range(1000), steps=1000, progress=stop)


def other_loss(seed: int) -> Sequential:
    model = Sequential([Activation("tanh"), Dense(1)], (2,))
    model.compile("sgd", "mean_squared_error" if seed else "hinge")
    return model


def many(make: Any = None, seeds: Any = (0, 1), settings: Any = None, **arguments: Any) -> None:
    x, y = np.zeros((4, 2)), np.array([0.0, 1.0, 1.0, 0.0])
    train_many(make or network(), x, y, seeds, settings, **{"steps": 5, **arguments})


REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    "no seeds": (lambda: many(seeds=[]), "no network to train"),
    "no settings": (lambda: many(settings=[]), "no network to train"),
    "one seed": (lambda: many(seeds=3), "seeds must be a list"),
    "seed below 0": (lambda: many(seeds=[-1]), "each seed must be 0 or more"),
    "too many": (lambda: many(seeds=range(2000), settings=[{}] * 1000), "2,000,000 networks are too many"),
    "no setting": (lambda: many(settings=["fast"]), "'fast' is no setting"),
    "unknown setting": (lambda: many(settings=[{"rate": 1.0}]), "unknown setting of sgd 'rate'"),
    "bad rate": (lambda: many(settings=[{"learning_rate": -1.0}]), "learning rate must be greater than 0"),
    "batch too large": (lambda: many(batch_size=5), "larger than the 4 examples"),
    "no steps": (lambda: many(steps=-1), "number of steps must be 0 or more"),
    "half a step": (lambda: many(steps=1.5), "number of steps must be a whole number"),
    "no threads": (lambda: many(threads=0), "threads must be 1 or more"),
    "never a check": (lambda: many(check_every=0), "check_every must be 1 or more"),
    "not compiled": (lambda: many(Sequential([Dense(1)], (2,))), "not compiled"),
    "no network": (lambda: many(lambda seed: None), "must return a compiled network"),
    "others": (lambda: many(other_loss), "cannot share their examples"),
    "seeds None": (lambda: many(seeds=None), "seeds must be a list"),
    "astronomic seed": (lambda: many(seeds=[2**70]), "each seed is too large"),
    "one setting by itself": (lambda: many(settings=0.1), "settings must be a list"),
    "made of words": (lambda: many("network"), "'network' makes no network"),
    "goal in words": (lambda: many(goal="xor"), "'xor' is no goal"),
    "progress in words": (lambda: many(progress="bar"), "progress must be a function, not 'bar'"),
    "cancelled at once": (lambda: many(cancelled=True), "cancelled must be a function"),
    "perhaps shuffled": (lambda: many(shuffle="no"), "shuffle must be True or False"),
    "perhaps kept": (lambda: many(keep_weights="no"), "keep_weights must be True or False"),
    "no goal": (lambda: Goal(), "asks for nothing"),
    "goal above 1": (lambda: Goal(accuracy=99), "accuracy is at most 1, not 99"),
    "goal below 0": (lambda: Goal(loss=-0.1), "loss of the goal must be 0 or more"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_trained(case: str) -> None:
    call, message = REFUSALS[case]
    with pytest.raises(EngineError, match=message):
        call()


@pytest.mark.parametrize("last", [{"learning_rate": -1.0}, {"batch_size": 5}, {"rate": 0.1}])
def test_a_setting_that_cannot_be_is_refused_before_any_other_is_trained(last: dict[str, Any]) -> None:
    done: list[int] = []
    with pytest.raises(EngineError):
        many(
            seeds=range(60),
            settings=[{}, last],
            threads=1,
            progress=lambda finished, _: done.append(finished),
        )
    assert not done
