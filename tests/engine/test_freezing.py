"""Frozen layers: nothing moves them, and nothing else notices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engine.test_images import STACKS, compiled, stir
from tutor.engine import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    Optimizer,
    Residual,
    RMSprop,
    Sequential,
)
from tutor.engine.layers import WeightedLayer, with_trainable
from tutor.errors import EngineError

Array = NDArray[Any]


def examples(shape: tuple[int, ...], outputs: int, count: int = 12) -> tuple[Array, Array]:
    rng = np.random.default_rng(5)
    return rng.normal(size=(count, *shape)), rng.normal(size=(count, outputs))


def small(**arguments: Any) -> Sequential:
    """Penalties on all weights, so that forgetting one shows."""
    penalty = "l1 0.01 l2 0.1"
    layers = [Dense(n, name, kernel_regularizer=penalty) for n, name in ((9, "tanh"), (5, "relu"))]
    return compiled([*layers, Dense(2)], (3,), "mean_squared_error", seed=2, dtype="float64", **arguments)


# ------------------------------------------------------------------- gradients


@pytest.mark.parametrize("name", STACKS)
def test_what_learns_has_the_gradients_of_the_unfrozen_network_and_the_rest_none(name: str) -> None:
    """Each layer frozen in turn, then all below it."""
    shape, stack = STACKS[name]
    layers: list[Layer] = [*stack, Flatten(), Dense(2)]
    free = compiled(layers, shape, "mean_squared_error", seed=3, dtype="float64")
    stir(free, np.random.default_rng(1))
    x, y = examples(shape, 2, count=3)
    loss, wanted = free.gradients(x, y)
    places = [place for place, layer in enumerate(layers) if isinstance(layer, WeightedLayer)]
    for place in places:
        for frozen in ({place}, set(range(place + 1))):
            changed = [with_trainable(layer, at not in frozen) for at, layer in enumerate(layers)]
            model = compiled(changed, shape, "mean_squared_error", seed=3, dtype="float64")
            model.set_weights(free.get_weights())
            found_loss, found = model.gradients(x, y)
            assert found_loss == loss
            for tensor, one, other in zip(model.plan.tensors, found, wanted, strict=True):
                outer = model.plan.layer_names.index(tensor.layer.partition("/")[0])
                assert not (tensor.learned and outer in frozen)
                np.testing.assert_array_equal(one, 0 * other if outer in frozen else other)


def test_frozen_normalization_takes_and_keeps_its_moving_statistics_in_training() -> None:
    layers = [Conv2D(3, 2), BatchNormalization(0.5, trainable=False), Flatten(), Dense(2)]
    model = compiled(layers, (4, 4, 1), "mean_squared_error", dtype="float64")
    stir(model, np.random.default_rng(1))
    x, y = examples((4, 4, 1), 2)
    asked, training = model.gradients(x, y), model.gradients(x, y, training=True)
    assert asked[0] == training[0]
    for one, other in zip(asked[1], training[1], strict=True):
        np.testing.assert_array_equal(one, other)
    before = model.get_layer_weights(1)
    model.trainer(x, y, batch_size=4).run(10)
    for one, other in zip(before, model.get_layer_weights(1), strict=True):
        np.testing.assert_array_equal(one, other)


# ------------------------------------------------------------------- training

RULES: list[Optimizer] = [
    SGD(0.05, weight_decay=0.1),
    SGD(0.05, momentum=0.9, nesterov=True, global_clipnorm=0.5),
    RMSprop(0.01, momentum=0.5, weight_decay=0.1),
    Adagrad(0.05),
    AdamW(0.01, weight_decay=0.2),
]


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_a_frozen_body_is_but_a_way_to_look_at_the_inputs(rule: Optimizer) -> None:
    """What stands above it ends as a network that gets the body's outputs as its inputs."""
    model = small()
    for place in (0, 1):
        model.set_trainable(place, False)
    model.compile(rule, "mean_squared_error")
    x, y = examples((3,), 2)
    features = model.layer_outputs(x)[1][1]
    alone = Sequential([Dense(2)], (5,), seed=2, dtype="float64")
    alone.set_weights(model.get_layer_weights(-1))
    alone.compile(rule, "mean_squared_error")
    body = [*model.get_layer_weights(0), *model.get_layer_weights(1)]
    model.trainer(x, y, batch_size=5).run(30)
    alone.trainer(features, y, batch_size=5).run(30)
    for one, other in zip(body, model.get_weights(), strict=False):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(model.get_layer_weights(-1), alone.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_network_can_be_frozen_in_the_middle_of_training() -> None:
    """The other layers go on with their velocity: the next step is that of the network left alone."""
    x, y = examples((3,), 2)
    model = small()
    model.compile(SGD(0.05, momentum=0.9), "mean_squared_error")
    trainer = model.trainer(x, y, batch_size=12)
    trainer.run(7)
    snapshot = trainer.snapshot()
    trainer.run(1)
    left_alone = model.get_weights()
    trainer.restore(snapshot)
    before = model.get_weights()
    model.set_trainable("dense_2", False)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(EngineError, match="since this trainer was made"):
        trainer.run(1)
    with pytest.raises(EngineError, match="since this trainer was made"):
        trainer.health()
    again = model.trainer(x, y, batch_size=12)
    assert again.step == 7
    with pytest.raises(EngineError, match="since the snapshot was taken"):
        again.restore(snapshot)
    again.run(1)
    for place, (one, other) in enumerate(zip(left_alone, model.get_weights(), strict=True)):
        np.testing.assert_array_equal(before[place] if place in (2, 3) else one, other)
    model.set_trainable(1, True)
    model.trainer(x, y, batch_size=12).run(1)
    assert all((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))


def test_where_all_is_frozen_training_changes_nothing() -> None:
    model = small()
    for place in range(3):
        model.set_trainable(place, False)
    before = model.get_weights()
    history = model.fit(*examples((3,), 2), batch_size=4, epochs=3)
    assert len(set(history.history["loss"])) == 1
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


# ------------------------------------------------------------------- around


def test_a_block_is_frozen_with_all_inside_and_layers_inside_by_themselves() -> None:
    inner = [Dense(4, "tanh", trainable=False), Dense(4)]
    layers: list[Layer] = [Residual(inner, "dense"), Residual([Dense(4)], trainable=False), Dense(1)]
    model = Sequential(layers, (4,))
    learned = {t.layer for t in model.plan.tensors if t.learned}
    assert learned == {"residual_1/dense_2", "residual_1/dense_3", "dense_1"}
    model.set_trainable("residual_1", False)
    assert {t.layer for t in model.plan.learned} == {"dense_1"}
    model.set_trainable(0, True)
    assert {t.layer for t in model.plan.learned} == learned
    with pytest.raises(EngineError, match="cannot be frozen by itself"):
        model.set_trainable("residual_1/dense_1", True)
    with pytest.raises(EngineError, match="unknown layer 'dense_2'"):
        model.set_trainable("dense_2", True)
    with pytest.raises(EngineError, match="no layer with the index '3'"):
        model.set_trainable(3, True)
    with pytest.raises(EngineError, match="trainable must be True or False"):
        model.set_trainable(0, "no")  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="trainable must be True or False"):
        Dense(1, trainable=None)  # type: ignore[arg-type]


def test_counts_summary_and_files_tell_what_is_frozen(tmp_path: Path) -> None:
    layers = [Conv2D(2, 2, trainable=False), BatchNormalization(), Flatten(), Dense(1)]
    model = Sequential(layers, (3, 3, 1))
    model.set_trainable("flatten_1", False)  # nothing in it to freeze
    assert model.layers == layers
    assert [model.count_params(), model.count_params(True), model.count_params(False)] == [27, 13, 14]
    assert model.summary().splitlines()[1].endswith("10  frozen")
    assert model.summary().splitlines()[-2:] == [
        "trainable                                    13",
        "not trainable                                14",
    ]
    model.save(tmp_path / "net.npz")
    assert Sequential.load(tmp_path / "net.npz").layers == layers
    assert Sequential.load(tmp_path / "net.npz").count_params(True) == 13


def test_health_of_a_frozen_layer_has_weights_but_neither_gradient_nor_update() -> None:
    model = small()
    model.set_trainable(0, False)
    model.compile(Adam(0.01), "mean_squared_error")
    trainer = model.trainer(*examples((3,), 2), batch_size=4)
    trainer.run(5)
    frozen, free = trainer.health().layers[0], trainer.health().layers[1]
    assert frozen.finite and free.finite
    w = np.concatenate([array.ravel() for array in model.get_layer_weights(0)])
    assert frozen.weight_norm == pytest.approx(np.linalg.norm(w), rel=1e-12)
    assert frozen.update_ratio == 0 < free.update_ratio
    assert np.isnan(frozen.gradient_norm) and free.gradient_norm > 0
    assert sum(frozen.weights.counts) == w.size and sum(frozen.gradients.counts) == 0
    report = trainer.report()
    assert [layer.name for layer in report.layers] == ["dense_1", "dense_2", "dense_3"]
    assert report.layers[1] == free
    assert np.isnan(report.layers[0].gradient_norm)
