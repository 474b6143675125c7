"""Training step by step: the same bytes however it is cut, settings turned in between, divergence named."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tutor.engine import (
    SGD,
    Adagrad,
    Adam,
    Dense,
    Dropout,
    Optimizer,
    RMSprop,
    Sequential,
    Trainer,
    activations,
    plan,
)
from tutor.errors import EngineError

Array = NDArray[Any]
Pair = tuple[Array, Array]


def moons(n: int = 50) -> Pair:
    """Some points of the plane in two classes."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(n, 2))
    return x, (x[:, 0] * x[:, 1] > 0).astype(float)


def make(
    optimizer: Optimizer | str = "adam", seed: int = 4, dtype: str = "float32", **arguments: Any
) -> Trainer:
    """A trainer of 2-6-1 with dropout, on 50 points in batches of 8: each epoch ends with a batch of 2."""
    layers = [Dense(6, "tanh"), Dropout(0.2), Dense(1, "sigmoid")]
    model = Sequential(layers, (2,), seed=seed, dtype=dtype)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model.trainer(*moons(), **{"batch_size": 8, **arguments})


def weight_bytes(trainer: Trainer) -> bytes:
    return b"".join(array.tobytes() for array in trainer.model.get_weights())


OPTIMIZERS: list[Optimizer] = [
    SGD(0.3, clipnorm=0.1),
    SGD(0.1, momentum=0.9, nesterov=True),
    Adam(0.01),
    Adagrad(0.1),
    RMSprop(0.01, momentum=0.5, weight_decay=0.01),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_pieces_add_up_to_the_same_bytes(optimizer: Optimizer, dtype: str) -> None:
    whole, cut, again = (make(optimizer, dtype=dtype) for _ in range(3))
    whole.run(20)
    for steps in (7, 0, 1, 12):
        cut.run(steps)
    again.run(20)
    assert weight_bytes(whole) == weight_bytes(cut) == weight_bytes(again)
    assert whole.step == cut.step == 20 and whole.epoch == cut.epoch == 2
    other = make(optimizer, seed=5, dtype=dtype)
    other.run(20)
    assert weight_bytes(other) != weight_bytes(whole)


def test_reports_and_predictions_in_between_change_nothing() -> None:
    quiet, watched = make(), make(validation_data=moons(9))
    quiet.run(20)
    for _ in range(20):
        watched.run(1)
        watched.report()
        watched.model.predict(moons()[0])
        watched.model.gradients(*moons())
    assert weight_bytes(quiet) == weight_bytes(watched)


def test_each_epoch_has_its_own_order_and_uses_every_example_once() -> None:
    x, y = np.ones((16, 1)), np.arange(16.0)
    model = Sequential([Dense(1)], (1,), seed=1, dtype="float64")
    model.compile(SGD(0.25), "mean_squared_error")
    trainer = model.trainer(x, y, batch_size=1)
    orders = []
    for _ in range(3):
        trainer.run(16)
        orders.append(tuple(trainer._examples.order))
    assert all(sorted(order) == list(range(16)) for order in orders)
    assert len(set(orders)) == 3
    assert (trainer.step, trainer.epoch) == (48, 3)


def test_snapshots_rewind_to_the_byte() -> None:
    trainer = make(SGD(0.1, momentum=0.9))
    trainer.run(10)
    snapshot = trainer.snapshot()
    trainer.run(10)
    first = weight_bytes(trainer)
    trainer.set_learning_rate(7.0)
    trainer.set_batch_size(20)
    trainer.model.set_activation(0, "relu")
    trainer.run(30)
    trainer.restore(snapshot)
    assert trainer.step == 10 and trainer.batch_size == 8
    trainer.run(10)
    assert weight_bytes(trainer) == first


def test_a_snapshot_tells_what_its_moment_told() -> None:
    trainer = make(SGD(0.1))
    start = trainer.snapshot()
    fresh = repr(trainer.report())
    trainer.run(10)
    snapshot, told, loss = trainer.snapshot(), repr(trainer.report()), trainer.loss
    trainer.set_learning_rate(1e30)
    trainer.run(30)
    broken = trainer.snapshot()
    assert trainer.diverged
    trainer.restore(snapshot)
    assert (repr(trainer.report()), trainer.loss, trainer.diverged) == (told, loss, "")
    trainer.restore(broken)
    assert trainer.diverged == broken.diverged
    trainer.restore(start)
    assert repr(trainer.report()) == fresh and math.isnan(trainer.loss)


def test_a_network_has_one_trainer_at_a_time() -> None:
    """Two would write where the other is: one batch size, one place in the epoch, room for another batch."""
    first = make()
    first.run(3)
    for refused in ({"batch_size": 0}, {"batch_size": 51}, {"shuffle": "no"}, {"augment": "shift"}):
        with pytest.raises(EngineError):
            first.model.trainer(*moons(), **refused)  # type: ignore[arg-type]
    assert (first.step, first.steps_to_epoch_end) == (3, 4), "one that was refused leaves it alone"
    second = first.model.trainer(*moons(), batch_size=50)
    for action in (lambda: first.run(1), lambda: first.set_batch_size(2), first.snapshot, first.report):
        with pytest.raises(EngineError, match="given to another trainer since this trainer was made"):
            action()
    second.run(1)
    assert second.step == 4


def test_examples_of_another_network_are_refused() -> None:
    own = make()
    other = Sequential([Dense(1, "sigmoid")], (9,))
    other.compile("sgd", "binary_crossentropy")
    wide, exact = other.data(np.zeros((20, 9)), np.zeros(20)), make(dtype="float64").data
    for arguments in ((wide, 8), (exact, 8), (None, 8), (own.data, 8, wide)):
        with pytest.raises(EngineError, match="not laid out for this network"):
            Trainer(own.model, *arguments)  # type: ignore[arg-type]
    own.run(1)


def test_weight_decay_is_turned_for_every_optimizer() -> None:
    for kind in (SGD, Adam):
        turned, fixed = make(kind(0.1)), make(kind(0.1, weight_decay=0.5))
        turned.set_weight_decay(0.5)
        turned.run(5)
        fixed.run(5)
        assert weight_bytes(turned) == weight_bytes(fixed)
    with pytest.raises(EngineError, match="weight decay must be 0 or more"):
        turned.set_weight_decay(-0.1)


def test_settings_take_effect_from_the_next_step() -> None:
    turned, fixed = make(SGD(0.1)), make(SGD(0.4))
    turned.set_learning_rate(0.4)
    turned.run(5)
    fixed.run(5)
    assert weight_bytes(turned) == weight_bytes(fixed)
    turned.set_momentum(0.5)
    for same in (True, False):  # the velocity begins at zero, so the first step with momentum is a plain one
        turned.run(1)
        fixed.run(1)
        assert np.allclose(turned.model.get_weights()[0], fixed.model.get_weights()[0], atol=1e-6) == same


def test_batch_size_may_change_within_an_epoch() -> None:
    trainer = make()
    trainer.run(2)
    assert trainer.steps_to_epoch_end == 5
    trainer.set_batch_size(30)
    assert (trainer.steps_per_epoch, trainer.steps_to_epoch_end) == (2, 2)
    trainer.run(1)
    assert trainer.epoch == 0
    trainer.run(1)
    assert (trainer.epoch, trainer.step, trainer.steps_to_epoch_end) == (1, 4, 2)


def test_activation_may_change_while_training() -> None:
    trainer = make()
    trainer.run(3)
    for name in activations.NAMES:
        trainer.model.set_activation(0, name)
        trainer.run(2)
        x = moons()[0][:3]
        fresh = Sequential([Dense(6, name), Dense(1, "sigmoid")], (2,))
        fresh.set_weights(trainer.model.get_weights())
        np.testing.assert_array_equal(trainer.model.predict(x), fresh.predict(x))
    with pytest.raises(EngineError, match="binary_crossentropy needs sigmoid"):
        trainer.model.set_activation(2, "relu")
    for place in (1, 3):
        with pytest.raises(EngineError, match=f"no activation function at layer index {place}"):
            trainer.model.set_activation(place, "relu")


def test_reports_hold_whole_sets_and_layer_norms() -> None:
    trainer = make(validation_data=moons(9))
    before = trainer.report()
    assert (before.step, before.epoch, before.diverged) == (0, 0, "")
    assert math.isnan(trainer.loss) and all(math.isnan(layer.gradient_norm) for layer in before.layers)
    trainer.run(7)
    report = trainer.report()
    model = trainer.model
    scores, val_scores = model.evaluate(*moons()), model.evaluate(*moons(9))
    assert (report.loss, report.metrics) == (scores["loss"], {"accuracy": scores["accuracy"]})
    assert (report.val_loss, report.val_metrics) == (val_scores["loss"], {"accuracy": val_scores["accuracy"]})
    weights = model.get_weights()
    assert report.layers == trainer.health().layers
    for number, layer in enumerate(layer for layer in report.layers if not math.isnan(layer.weight_norm)):
        pair = weights[2 * number : 2 * number + 2]
        assert layer.name == f"dense_{number + 1}"
        assert layer.weight_norm == pytest.approx(math.sqrt(sum(float((w**2).sum()) for w in pair)), rel=1e-6)
        assert layer.gradient_norm > 0


def test_xor_is_learned(xor: Pair) -> None:
    solved = 0
    for seed in range(10):
        model = Sequential([Dense(4, "tanh"), Dense(1, "sigmoid")], (2,), seed=seed)
        model.compile(SGD(0.5, momentum=0.9), "binary_crossentropy", metrics=["accuracy"])
        model.trainer(*xor, batch_size=4).run(1000)
        scores = model.evaluate(*xor)
        solved += scores["accuracy"] == 1 and scores["loss"] < 0.05
    assert solved >= 9


@pytest.mark.parametrize("examples", [7, 1000])
def test_a_report_of_some_examples_tells_what_an_evaluation_of_them_tells(examples: int) -> None:
    trainer = make(validation_data=moons(9))
    trainer.run(7)
    report = trainer.report(examples)
    for (x, y), loss, metrics in [
        (moons(), report.loss, report.metrics),
        (moons(9), report.val_loss, report.val_metrics),
    ]:
        seen = np.linspace(0, len(x) - 1, min(examples, len(x))).astype(int)
        scores = trainer.model.evaluate(x[seen], y[seen])
        assert loss == pytest.approx(scores.pop("loss"), rel=1e-6)
        assert metrics == scores
    assert report.layers == trainer.health(examples).layers


def test_train_yields_reports_at_the_asked_steps(xor: Pair) -> None:
    model = Sequential([Dense(4, "tanh"), Dense(1, "sigmoid")], (2,))
    model.compile("adam", "binary_crossentropy")
    assert [r.step for r in model.train(*xor, batch_size=2, steps=25, report_every=10)] == [10, 20, 25]


def test_fit_keeps_a_history_and_goes_on_where_it_was() -> None:
    x, y = moons()
    once, twice = (Sequential([Dense(6, "tanh"), Dense(1, "sigmoid")], (2,), seed=3) for _ in range(2))
    for model in (once, twice):
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = once.fit(x, y, batch_size=8, epochs=6, validation_data=moons(9)).history
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(values) == 6 for values in history.values())
    assert history["loss"][-1] < history["loss"][0]
    first = twice.fit(x, y, batch_size=8, epochs=2)
    second = twice.fit(x, y, batch_size=8, epochs=4)
    assert first.history["loss"] + second.history["loss"] == history["loss"]


BLOW_UPS = [
    # layers, loss, learning rate, expected
    ([Dense(4), Dense(1)], "mean_squared_error", 1e30, "the output of dense_1"),
    ([Dense(1)], "mean_squared_error", 1e10, "the loss"),
    ([Dense(4, "tanh"), Dense(1)], "mean_squared_error", 1e38, "the weights of dense_2"),
]


@pytest.mark.parametrize(("layers", "loss", "rate", "expected"), BLOW_UPS)
def test_divergence_stops_and_is_named(layers: list[Dense], loss: str, rate: float, expected: str) -> None:
    x, y = moons()
    model = Sequential(layers, (2,), seed=2)
    model.compile(SGD(rate), loss)
    trainer = model.trainer(1e3 * x, 1e3 * y + 1, batch_size=50)
    trainer.run(1000)
    assert trainer.diverged == expected
    at = trainer.step
    assert at < 10
    before = weight_bytes(trainer)
    trainer.run(5)
    assert trainer.step == at and weight_bytes(trainer) == before
    assert trainer.report().diverged == expected
    fresh = Sequential(layers, (2,), seed=2)
    fresh.compile(SGD(rate), loss)
    with pytest.raises(EngineError, match=f"diverged at step {at + 1}: {expected}"):
        fresh.fit(1e3 * x, 1e3 * y + 1, batch_size=50, epochs=50)


def test_divergence_names_outputs_and_gradients() -> None:
    model = Sequential([Dense(2, "relu"), Dense(1)], (1,))
    model.compile("sgd", "mean_squared_error")
    model.set_weights([[[1e30, 1e30]], [0, 0], [[1.0], [1.0]], [0]])
    trainer = model.trainer([1e10], [0.0])
    trainer.run(1)
    assert (trainer.diverged, trainer.step) == ("the output of dense_1", 0)
    model.set_weights(
        [[[2e-38, 0]], [0, 0], [[1e20], [0]], [0]]
    )  # answers 20, and 40 * 1e20 * 1e19 overflows
    trainer = model.trainer([1e19], [0.0])
    trainer.run(1)
    assert (trainer.diverged, trainer.step) == ("the gradient of dense_1's weights", 0)


@pytest.mark.parametrize("cut", [True, False], ids=["in shards", "whole"])
def test_what_adam_remembers_of_a_weight_without_gradient_ends_at_zero_and_slows_nothing(
    cut: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "shards_pay", lambda *_: cut)
    model = Sequential([Dense(1)], (1,))
    model.compile("adam", "mean_squared_error")
    x = np.zeros((1200 * 16, 1), np.float32)
    x[0] = 1.0  # the weight's one gradient; nine tenths of its mean are left after each step
    trainer = model.trainer(x, np.ones(len(x)), batch_size=16, shuffle=False)
    trainer.run(1200)
    slots = np.abs(trainer.snapshot().slots)
    assert slots.any()
    assert not ((slots > 0) & (slots < np.finfo(np.float32).tiny)).any(), "a denormal number is left"
    assert np.float32(1e-30) * np.float32(1e-10) > 0, "NumPy's own denormal numbers are gone"
