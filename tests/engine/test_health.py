"""Every figure of a health report against NumPy; what it looks at; what it leaves alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tutor.engine import SGD, Activation, Dense, Dropout, Flatten, Histogram, Sequential, Trainer
from tutor.engine.surface import decision_surface
from tutor.errors import EngineError

Array = NDArray[Any]


def trainer(dtype: str = "float64", batch_size: int = 10, scale: float = 3.0) -> Trainer:
    """5-7-6-3 with four functions, on 40 examples."""
    rng = np.random.default_rng(5)
    layers = [Flatten(), Dense(7, "tanh"), Dropout(0.3), Dense(6), Activation("sigmoid"), Dense(9, "relu")]
    model = Sequential([*layers, Dense(3, "softmax")], (5,), seed=2, dtype=dtype)
    model.compile(SGD(0.1, momentum=0.9, global_clipnorm=0.5), "categorical_crossentropy")
    weights = model.get_weights()
    weights[4] *= scale
    weights[5][:2] = -100.0  # two units of the ReLU layer that answer nothing
    model.set_weights(weights)
    return model.trainer(scale * rng.normal(size=(40, 5)), rng.integers(0, 3, 40), batch_size)


def outputs(model: Sequential, x: Array) -> dict[str, Array]:
    """What each layer answers, computed here."""
    w = [array.astype(float) for array in model.get_weights()]
    values = {"dense_1": np.tanh(x @ w[0] + w[1])}
    values["dropout_1"] = values["dense_1"]
    values["dense_2"] = values["dense_1"] @ w[2] + w[3]
    values["activation_1"] = 1 / (1 + np.exp(-values["dense_2"]))
    values["dense_3"] = np.maximum(values["activation_1"] @ w[4] + w[5], 0)
    z = np.exp(values["dense_3"] @ w[6] + w[7])
    return values | {"dense_4": z / z.sum(axis=1, keepdims=True)}


def agrees(found: Histogram, values: Array) -> None:
    """Counts as NumPy's, with what lies outside in the outer bins."""
    edges = np.array(found.edges)
    inside = np.clip(values, edges[0], np.nextafter(edges[-1], 0))
    assert found.counts == tuple(np.histogram(inside, edges)[0].tolist())
    assert found.not_finite == 0


def test_figures_are_those_that_numpy_finds() -> None:
    run = trainer()
    run.run(7)
    before = run.model.get_weights()
    run.run(1)
    report = run.health(examples=40)
    assert (report.step, report.examples, report.finite, report.loss) == (8, 40, True, run.loss)
    width = run.model.plan.outputs
    assert width == 3
    x = run.data.examples.inputs.reshape(40, -1)[:, :5]
    after = run.model.get_weights()
    gradients = [t.view(run.model.network.gradients) for t in run.model.plan.tensors]
    expected = outputs(run.model, x)
    assert [layer.name for layer in report.layers] == list(expected)
    number = 0
    for layer in report.layers:
        values = expected[layer.name]
        assert layer.activation_mean == pytest.approx(values.mean(), rel=1e-10, abs=1e-12)
        assert layer.activation_deviation == pytest.approx(values.std(), rel=1e-10)
        agrees(layer.activations, values)
        if layer.name.startswith("dense"):
            pair = slice(number, number + 2)
            number += 2
            new, old, g = (
                np.concatenate([a.ravel() for a in arrays[pair]]) for arrays in (after, before, gradients)
            )
            assert layer.weight_norm == pytest.approx(np.linalg.norm(new), rel=1e-12)
            assert layer.gradient_norm == pytest.approx(np.linalg.norm(g), rel=1e-12)
            assert layer.update_ratio == pytest.approx(
                np.linalg.norm(new - old) / np.linalg.norm(new), rel=1e-9
            )
            agrees(layer.weights, new)
            agrees(layer.gradients, np.abs(g))
        else:
            assert math.isnan(layer.weight_norm) and math.isnan(layer.gradient_norm)
            assert sum(layer.weights.counts) == sum(layer.gradients.counts) == 0
    layers = {layer.name: layer for layer in report.layers}
    a = expected["activation_1"]
    assert layers["activation_1"].saturated == pytest.approx(np.mean(a * (1 - a) < 0.0125))
    assert layers["dense_1"].saturated == pytest.approx(np.mean(1 - expected["dense_1"] ** 2 < 0.05))
    assert 0 < layers["dense_1"].saturated < 1
    dead = (expected["dense_3"] == 0).all(axis=0).mean()
    assert layers["dense_3"].dead == pytest.approx(dead) and dead >= 2 / 9
    assert all(math.isnan(layers[name].saturated) for name in ("dense_2", "dense_3", "dense_4"))
    assert all(math.isnan(layers[name].dead) for name in ("dense_1", "dense_2", "dense_4"))


def test_a_sample_is_spread_evenly() -> None:
    run = trainer(dtype="float32")
    x = run.data.examples.inputs.reshape(40, -1)[[0, 13, 26, 39], :5]
    report = run.health(examples=4)
    assert report.examples == 4
    assert report.layers[0].activation_mean == pytest.approx(
        outputs(run.model, x)["dense_1"].mean(), rel=1e-5
    )
    assert run.health(examples=1000).examples == 40
    with pytest.raises(EngineError, match="number of examples must be 1 or more"):
        run.health(examples=0)


def test_before_the_first_step_there_is_nothing_to_tell() -> None:
    layer = trainer().health().layers[0]
    assert math.isnan(layer.gradient_norm) and math.isnan(layer.update_ratio)
    assert layer.weight_norm > 0 and sum(layer.weights.counts) == 42
    assert sum(layer.gradients.counts) == 0


def test_looking_changes_nothing_and_steps_one_by_one_say_the_same() -> None:
    watched, quiet = trainer(), trainer()
    for _ in range(9):
        watched.run(1)
        watched.health()
    quiet.run(9)
    assert repr(watched.health()) == repr(quiet.health()).replace(repr(quiet.loss), repr(watched.loss))
    snapshot = quiet.snapshot()
    before = repr(quiet.health())
    quiet.run(5)
    quiet.restore(snapshot)
    assert repr(quiet.health()) == before


def test_large_common_offset_does_not_spoil_the_deviation() -> None:
    model = Sequential([Dense(2)], (1,), dtype="float64")
    model.compile("sgd", "mean_squared_error")
    model.set_weights([[[1.0, 1.0]], [1e8, 1e8]])
    layer = model.trainer([0.0, 1.0], [[0.0, 0], [0, 0]]).health().layers[0]
    assert (layer.activation_mean, layer.activation_deviation) == (1e8 + 0.5, 0.5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_not_finite_is_counted_and_said(dtype: str) -> None:
    run = trainer(dtype)
    run.run(3)
    run.model.plan.tensors[2].view(run.model.network.parameters)[0, 0] = np.nan
    run.model.plan.tensors[2].view(run.model.network.gradients)[:2, 0] = np.inf
    report = run.health(examples=40)
    layer = report.layers[2]
    assert not report.finite and not layer.finite and report.layers[0].finite
    assert (layer.weights.not_finite, layer.gradients.not_finite, layer.activations.not_finite) == (1, 2, 40)
    assert math.isfinite(layer.weight_norm) and math.isfinite(layer.gradient_norm)
    assert math.isfinite(layer.activation_mean) and math.isfinite(layer.update_ratio)
    assert math.isnan(report.layers[-1].activation_mean)  # no finite number is left there


def test_surface_is_what_the_network_predicts() -> None:
    model = Sequential([Dense(4, "tanh"), Dense(2, "softmax")], (3,), seed=1)
    surface = decision_surface(model, (-1, 1), (0, 2), columns=5, rows=3, inputs=(2, 0), base=[0, 7, 0])
    assert surface.values.shape == (3, 5, 2) and surface.finite
    assert (surface.x[0], surface.x[-1], surface.y[0], surface.y[-1]) == (-1, 1, 0, 2)
    np.testing.assert_array_equal(surface.values[1, 4], model.predict([[1.0, 7.0, 1.0]])[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x_range": (1, 1)}, "upper end of x_range must be greater than 1"),
        ({"x_range": 3}, "x_range must be a list"),
        ({"x_range": (0, 1, 2)}, "x_range must have two parts, not 3"),
        ({"y_range": (0, math.nan)}, "finite number"),
        ({"columns": 1}, "columns must be 2 or more"),
        ({"columns": 10**5, "rows": 10**5}, "too large"),
        ({"inputs": (0, 2)}, "two different inputs, each below 2"),
        ({"inputs": (1, 1)}, "two different inputs"),
        ({"base": [1.0]}, "base has shape"),
    ],
)
def test_surfaces_that_cannot_be(arguments: dict[str, Any], message: str) -> None:
    model = Sequential([Dense(1)], (2,))
    with pytest.raises(EngineError, match=message):
        decision_surface(model, **{"x_range": (0, 1), "y_range": (0, 1), **arguments})
