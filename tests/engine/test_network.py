"""What is around the numbers: weights, files, summaries, initializers, metrics, one-line networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor import engine
from tutor.engine import (
    SGD,
    Activation,
    Adam,
    Dense,
    Dropout,
    Flatten,
    Sequential,
    activations,
    initializers,
    parse_layers,
    warmup,
)
from tutor.errors import EngineError


def network(**arguments: Any) -> Sequential:
    first = Dense(5, "relu", "he_normal", kernel_regularizer="l2 0.01")
    layers = [Flatten(), first, Dropout(0.1), Dense(4), Activation("tanh"), Dense(3, "softmax")]
    return Sequential(layers, (2, 3), **arguments)


# ------------------------------------------------------------------- weights


def test_weights_have_keras_shapes_and_come_back_as_set() -> None:
    model = network()
    assert [w.shape for w in model.get_weights()] == [(6, 5), (5,), (5, 4), (4,), (4, 3), (3,)]
    assert model.count_params() == 6 * 5 + 5 + 5 * 4 + 4 + 4 * 3 + 3
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=w.shape).astype(np.float32) for w in model.get_weights()]
    model.set_weights(weights)
    for given_, found in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(given_, found)
    model.get_weights()[0][:] = 7
    np.testing.assert_array_equal(model.get_weights()[0], weights[0], "what is handed out is a copy")


def test_the_padding_of_weights_stays_zero_through_training() -> None:
    model = network(seed=3)
    model.compile(Adam(0.05), "categorical_crossentropy")
    rng = np.random.default_rng(1)
    model.fit(rng.normal(size=(20, 2, 3)), rng.integers(0, 3, 20), batch_size=6, epochs=20)
    kept = np.zeros_like(model.network.parameters)
    for tensor in model.plan.tensors:
        tensor.view(kept)[...] = tensor.view(model.network.parameters)
    np.testing.assert_array_equal(kept, model.network.parameters)


def test_seeds_give_starting_weights_and_a_wider_layer_leaves_the_others() -> None:
    first, again, other = network(seed=1), network(seed=1), network(seed=2)
    assert all((a == b).all() for a, b in zip(first.get_weights(), again.get_weights(), strict=True))
    assert not (first.get_weights()[0] == other.get_weights()[0]).any()
    narrow, wide = (Sequential([Dense(2), Dense(units), Dense(1)], (3,), seed=5) for units in (4, 9))
    np.testing.assert_array_equal(narrow.get_weights()[0], wide.get_weights()[0])


def test_summary_lists_layers_shapes_and_parameters() -> None:
    assert network().summary() == "\n".join(
        [
            "layer         output shape  parameters",
            "flatten_1     (n, 6)                 0",
            "dense_1       (n, 5)                35",
            "dropout_1     (n, 5)                 0",
            "dense_2       (n, 4)                24",
            "activation_1  (n, 4)                 0",
            "dense_3       (n, 3)                15",
            "total                               74",
        ]
    )


def test_predictions_do_not_depend_on_the_company() -> None:
    model = network(seed=6)
    x = np.random.default_rng(4).normal(size=(300, 2, 3))
    together = model.predict(x)
    assert together.shape == (300, 3) and together.dtype == np.float32
    np.testing.assert_allclose(
        np.concatenate([model.predict(x[i : i + 1]) for i in range(300)]), together, atol=1e-6
    )


# ------------------------------------------------------------------- initializers


@pytest.mark.parametrize(
    ("name", "deviation", "bound"),
    [
        ("glorot_uniform", np.sqrt(2 / 500), np.sqrt(6 / 500)),
        ("glorot_normal", np.sqrt(2 / 500), 2 * np.sqrt(2 / 500) / 0.8796),
        ("he_uniform", np.sqrt(2 / 300), np.sqrt(6 / 300)),
        ("he_normal", np.sqrt(2 / 300), 2 * np.sqrt(2 / 300) / 0.8796),
        ("lecun_uniform", np.sqrt(1 / 300), np.sqrt(3 / 300)),
        ("lecun_normal", np.sqrt(1 / 300), 2 * np.sqrt(1 / 300) / 0.8796),
        ("orthogonal", np.sqrt(1 / 300), 1),
        ("orthogonal 2", 2 * np.sqrt(1 / 300), 2),
        ("normal", 0.05, np.inf),
        ("normal 2.5", 2.5, np.inf),
        ("uniform 3", np.sqrt(3), 3),
    ],
)
def test_initializers_have_their_spread(name: str, deviation: float, bound: float) -> None:
    values = initializers.parse(name).draw(np.random.default_rng(0), (300, 200), 300, 200)
    assert values.shape == (300, 200)
    assert values.std() == pytest.approx(deviation, rel=0.02)
    assert abs(values.mean()) < deviation / 50
    assert np.abs(values).max() <= bound * 1.0001


@pytest.mark.parametrize("shape", [(30, 20), (20, 30), (7, 7)])
def test_orthogonal_matrices_are(shape: tuple[int, int]) -> None:
    w = initializers.parse("orthogonal 3").draw(np.random.default_rng(1), shape, *shape)
    products = w.T @ w if shape[0] >= shape[1] else w @ w.T
    np.testing.assert_allclose(products, 9 * np.eye(min(shape)), atol=1e-12)


def test_constant_initializers() -> None:
    layers = [Dense(2, "linear", "constant -0.5", "ones"), Dense(1, "linear", "zeros", "constant 3")]
    weights = Sequential(layers, (2,)).get_weights()
    assert [set(w.ravel().tolist()) for w in weights] == [{-0.5}, {1.0}, {0.0}, {3.0}]


# ------------------------------------------------------------------- metrics


def test_accuracy_of_each_kind_of_answer() -> None:
    x = np.array([[-1.0], [0.2], [0.6], [2.0]])
    identity = Sequential([Activation("linear")], (1,))
    identity.compile("sgd", "mean_squared_error", metrics=["accuracy", "mean_absolute_error"])
    scores = identity.evaluate(x, [0, 1, 1, 1])
    assert scores["accuracy"] == 0.75
    assert scores["mean_absolute_error"] == pytest.approx((1 + 0.8 + 0.4 + 1) / 4)
    assert scores["loss"] == pytest.approx((1 + 0.64 + 0.16 + 1) / 4)
    identity.compile("sgd", "hinge", metrics=["accuracy"])
    scores = identity.evaluate(x, [-1, -1, 1, 1])
    assert scores["accuracy"] == 0.75
    assert scores["loss"] == pytest.approx((0 + 1.2 + 0.4 + 0) / 4)
    assert identity.evaluate(x, [0, 0, 1, 1]) == scores, "classes 0 and 1 mean -1 and +1"
    chooser = Sequential([Activation("softmax")], (3,))
    chooser.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    logits = np.array([[3, 1, 2], [0, 5, 1], [2, 2.5, 1.0]])
    assert chooser.evaluate(logits, [0, 1, 0])["accuracy"] == pytest.approx(2 / 3)
    assert chooser.evaluate(logits, np.eye(3)[[0, 1, 0]]) == chooser.evaluate(logits, [0, 1, 0])


# ------------------------------------------------------------------- files


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_saved_network_comes_back_whole(tmp_path: Path, dtype: str) -> None:
    model = network(seed=9, dtype=dtype)
    model.compile(
        SGD(0.2, momentum=0.5, nesterov=True, clipnorm=1.5), "categorical_crossentropy", metrics=["accuracy"]
    )
    path = tmp_path / "net.npz"
    model.save(path)
    loaded = Sequential.load(path)
    assert (loaded.layers, loaded.input_shape, loaded.seed, loaded.dtype) == (model.layers, (2, 3), 9, dtype)
    assert (loaded.optimizer, loaded.loss, loaded.metrics) == (model.optimizer, model.loss, model.metrics)
    x = np.random.default_rng(0).normal(size=(5, 2, 3))
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
    Sequential([Dense(1)], (1,)).save(path)
    assert Sequential.load(path).optimizer is None


def test_what_is_no_saved_network_is_refused(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.npz", tmp_path / "bad.npz"
    Sequential([Dense(1)], (1,)).save(good)
    content = good.read_bytes()
    other = content.replace("dltutor".encode("utf-32-le"), "another".encode("utf-32-le"))
    assert other != content
    for damaged in (b"", b"text", content[: len(content) // 2], other):
        bad.write_bytes(damaged)
        with pytest.raises(EngineError, match="not a saved network, or it is damaged"):
            Sequential.load(bad)
    np.savez(bad, description=np.array([{"a": 1}], dtype=object))  # a pickle: never opened
    with pytest.raises(EngineError, match="not a saved network"):
        Sequential.load(bad)
    with pytest.raises(EngineError, match="there is no file"):
        Sequential.load(tmp_path / "none.npz")
    with pytest.raises(EngineError, match="cannot read"):
        Sequential.load(tmp_path)
    with pytest.raises(EngineError, match="cannot write"):
        Sequential([Dense(1)], (1,)).save(tmp_path)


def test_a_description_that_lies_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    Sequential([Dense(1)], (1,)).save(path)
    with np.load(path) as archive:
        arrays = dict(archive)
    honest = json.loads(str(arrays["description"]))
    for change in (
        {"layers": [{"kind": "dense", "units": 10**12}]},
        {"layers": [{"kind": "lambda"}]},
        {"dtype": "O"},
    ):
        arrays["description"] = np.array(json.dumps({**honest, **change}))
        np.savez(path, **arrays)
        with pytest.raises(EngineError):
            Sequential.load(path)


# ------------------------------------------------------------------- one-line networks


def test_one_line_networks() -> None:
    assert parse_layers("dense 4 gelu, dropout 0.5") == [Dense(4, "gelu"), Dropout(0.5)]
    assert parse_layers("dense 16 relu, dense 8 tanh,dense 1") == [
        Dense(16, "relu"),
        Dense(8, "tanh"),
        Dense(1),
    ]
    assert parse_layers("flatten, dense 4, activation softmax") == [
        Flatten(),
        Dense(4),
        Activation("softmax"),
    ]
    assert parse_layers("dense 2", "normal 1.0", "uniform 0.5") == [
        Dense(2, "linear", "normal 1.0", "uniform 0.5")
    ]


@given(st.text(max_size=30))
def test_nonsense_is_refused_or_read_but_never_breaks(text: str) -> None:
    try:
        layers = parse_layers(text)
    except EngineError as error:
        assert error.message.isprintable()
    else:
        assert layers


def test_every_activation_can_be_written() -> None:
    for name in activations.NAMES:
        assert parse_layers(f"dense 2 {name}") == [Dense(2, name)]


def test_warming_up_announces_each_number_type_and_takes_no_time_again() -> None:
    lines: list[str] = []
    assert engine.warm_up(lines.append, ("float32", "float64")) < 1
    assert [line.split()[-1] for line in lines] == ["float32", "float64"]


def test_from_an_empty_cache_two_processes_compile_each_number_type(monkeypatch: pytest.MonkeyPatch) -> None:
    empty, helped, lines = iter([True]), [], []
    monkeypatch.setattr(warmup, "_is_empty", lambda: next(empty, False))  # the first type fills it
    monkeypatch.setattr(warmup, "_compile_elsewhere", helped.append)
    engine.warm_up(lines.append, ("float32", "float64"))
    assert helped == ["float32", "float64"]
    assert all(line.startswith("compiling") for line in lines)
