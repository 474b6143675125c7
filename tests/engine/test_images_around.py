"""Layers for images: small cases by hand, files, summaries, reports, one-line networks, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.engine.test_images import compiled, stir
from tutor.engine import (
    SGD,
    Activation,
    Adam,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Residual,
    Sequential,
    parse_layers,
)
from tutor.engine.kernels import description as d
from tutor.errors import EngineError


def test_a_convolution_worked_out_by_hand() -> None:
    """Keras's "same" with an even window: the zeros come after the image."""
    model = Sequential([Conv2D(1, 2, padding="same")], (2, 2, 1), dtype="float64")
    model.set_weights([np.array([1.0, 10.0, 100.0, 1000.0]).reshape(2, 2, 1, 1), [0.5]])
    found = model.predict([[[1.0, 2.0], [3.0, 4.0]]])
    np.testing.assert_allclose(found[0, :, :, 0], [[4321.5, 402.5], [43.5, 4.5]], rtol=1e-14)


@pytest.mark.parametrize("scale", [1e25, 1e38], ids=["variances", "means, too"])
def test_moving_statistics_that_overflow_end_the_training(scale: float) -> None:
    """The batch's own are as large: without a look at them the answers would be zeros, and the loss small."""
    model = compiled([BatchNormalization(), Dense(1)], (2,), "mean_squared_error", dtype="float32")
    trainer = model.trainer(
        scale * np.array([[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.5]]), np.zeros(4)
    )
    trainer.run(5)
    assert trainer.diverged == "the moving variances of batch_normalization_1"
    assert (trainer.step, trainer.health().finite) == (0, False)
    assert np.isnan(model.predict(np.zeros((1, 2)))).all()


def test_no_number_that_is_not_finite_hides_in_a_pool() -> None:
    model = Sequential([Conv2D(1, 1), MaxPooling2D(2), Flatten()], (2, 4, 1))
    model.set_weights([np.full((1, 1, 1, 1), 2e38), [0]])
    with np.errstate(all="ignore"):
        found = model.predict([[[1, 0.1, -1, -1], [0.2, -9, -1, -0.5]]])
    assert np.isnan(found[0, 0]) and found[0, 1] == np.float32(-1e38)


def test_flatten_takes_the_pixels_in_reading_order_with_the_channels_innermost() -> None:
    model = Sequential([Conv2D(3, 1), Flatten()], (2, 2, 3))
    model.set_weights([np.eye(3).reshape(1, 1, 3, 3), np.zeros(3)])
    x = np.arange(24.0).reshape(2, 2, 2, 3)
    np.testing.assert_array_equal(model.predict(x), x.reshape(2, 12))


def test_padding_stays_zero_and_a_run_can_be_taken_up_again() -> None:
    layers = "conv 5 3x2 relu, conv 17 2 same, batchnorm, activation sigmoid, batchnorm, maxpool 2, "
    model = Sequential(parse_layers(layers + "flatten, dropout 0.3, dense 3 softmax"), (6, 5, 3), seed=4)
    model.compile(Adam(0.01), "categorical_crossentropy")
    rng = np.random.default_rng(1)
    trainer = model.trainer(rng.normal(size=(20, 6, 5, 3)), rng.integers(0, 3, 20), batch_size=6)
    trainer.run(10)
    snapshot = trainer.snapshot()
    trainer.run(15)
    first = model.network.parameters.copy()
    trainer.restore(snapshot)
    trainer.run(15)
    np.testing.assert_array_equal(first, model.network.parameters)
    kept = np.zeros_like(first)
    for tensor in model.plan.tensors:
        tensor.view(kept)[...] = tensor.view(first)
    np.testing.assert_array_equal(kept, first)


def test_a_saved_network_comes_back_whole(tmp_path: Path) -> None:
    layers = parse_layers("conv 5 3x2 stride 2 same relu, batchnorm, flatten, dense 3")
    block = Residual([Conv2D(2, 1), Residual([Conv2D(2, 1)])], [Conv2D(2, 1)])
    model = Sequential([Residual([Conv2D(3, 1)]), block, *layers], (6, 5, 3), seed=4)
    stir(model, np.random.default_rng(1))
    model.save(tmp_path / "net.npz")
    loaded = Sequential.load(tmp_path / "net.npz")
    assert loaded.layers == model.layers
    x = np.random.default_rng(0).normal(size=(5, 6, 5, 3))
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))


def test_summary_and_counts() -> None:
    model = Sequential(parse_layers("conv 6 5x3 relu, flatten, dense 10"), (8, 8, 2))
    assert [w.shape for w in model.get_weights()] == [(5, 3, 2, 6), (6,), (144, 10), (10,)]
    assert "conv2d_1   (n, 4, 6, 6)         186" in model.summary()
    assert model.count_params() == 5 * 3 * 2 * 6 + 6 + 1450


def test_batch_normalization_keeps_what_keras_keeps() -> None:
    """momentum 0.9: after one step 0.9 of the start and 0.1 of the batch's mean and biased variance."""
    model = Sequential([BatchNormalization(0.9, 0.5)], (2,), dtype="float64")
    model.compile(SGD(0.1), "mean_squared_error")
    x = np.array([[1.0, 5.0], [3.0, 5.0], [8.0, 11.0]])
    np.testing.assert_allclose(model.predict(x), x / np.sqrt(1.5), rtol=1e-14)
    model.trainer(x, np.zeros((3, 2)), batch_size=3).run(1)
    gamma, beta, means, variances = model.get_weights()
    np.testing.assert_allclose(means, [0.4, 0.7], rtol=1e-14)
    np.testing.assert_allclose(variances, [0.9 + 0.1 * 26 / 3, 0.9 + 0.1 * 8], rtol=1e-14)
    np.testing.assert_allclose(beta, 0, atol=1e-15)
    np.testing.assert_allclose(
        model.predict(x), gamma * (x - means) / np.sqrt(variances + 0.5) + beta, rtol=1e-14
    )
    report = model.trainer(x, np.zeros((3, 2)), batch_size=3)
    report.run(1)
    assert [layer.name for layer in report.report().layers] == ["batch_normalization_1"]
    assert report.health().finite


def test_layers_in_a_residual_block_have_names_of_their_own() -> None:
    block = Residual([Conv2D(4, 3, 2, "same"), BatchNormalization(), Dropout(0.5), Dropout(0.5)], "conv")
    model = compiled([block, GlobalAveragePooling2D(), Dense(1)], (6, 6, 1), "mean_squared_error")
    assert model.plan.layer_names[3:] == tuple(
        f"residual_1/{name}_{number}"
        for name, number in zip(
            ("conv2d", "batch_normalization", "dropout", "dropout", "conv2d"), (1, 1, 1, 2, 2), strict=True
        )
    )
    drops = model.plan.operations[model.plan.operations[:, d.KIND] == d.DROPOUT]
    assert len(set(drops[:, d.LAYER])) == 2, "each has its own stream"
    assert "residual_1                  (n, 3, 3, 4)          64" in model.summary()
    trainer = model.trainer(np.ones((2, 6, 6, 1)), [0, 1])
    trainer.run(1)
    assert "residual_1/conv2d_2" in [layer.name for layer in trainer.report().layers]
    assert trainer.health().finite


def test_decay_and_clipping_leave_what_is_not_learned() -> None:
    model = Sequential([BatchNormalization(0.0), Dense(1)], (3,), dtype="float64")
    model.compile(SGD(0.1, weight_decay=0.5, global_clipnorm=0.01), "mean_squared_error")
    x = np.random.default_rng(0).normal(size=(8, 3))
    model.trainer(x, x[:, 0], batch_size=8).run(3)
    np.testing.assert_allclose(model.get_weights()[2], x.mean(0), rtol=1e-12)
    np.testing.assert_allclose(model.get_weights()[3], x.var(0), rtol=1e-12)
    assert "not trainable                                 6" in model.summary() and model.count_params() == 16


def test_a_report_looks_at_numbers_and_not_at_padding() -> None:
    model = compiled([Conv2D(3, 2, activation="sigmoid"), Flatten(), Dense(1)], (4, 4, 1), "hinge")
    x = np.random.default_rng(0).normal(size=(9, 4, 4, 1))
    trainer = model.trainer(x, np.resize([-1, 1], 9))
    layer = trainer.health().layers[0]
    a = Sequential(model.layers[:1], (4, 4, 1), seed=0)
    a.set_weights(model.get_weights()[:2])
    answers = a.predict(x)
    assert sum(layer.activations.counts) == answers.size
    assert layer.activation_mean == pytest.approx(answers.mean(), rel=1e-5)


WRITTEN: dict[str, Layer] = {
    "conv 8 3x3 relu": Conv2D(8, 3, activation="relu"),
    "conv 8 5x3 stride 2 same": Conv2D(8, (5, 3), 2, "same"),
    "maxpool 2": MaxPooling2D(2),
    "avgpool 3x2 stride 1 same": AveragePooling2D((3, 2), 1, "same"),
    "batchnorm": BatchNormalization(),
    "globalpool": GlobalAveragePooling2D(),
    "conv 4 1 stride 2x1 valid tanh": Conv2D(4, 1, (2, 1), "valid", "tanh"),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_one_line_layers(text: str) -> None:
    assert parse_layers(text) == [WRITTEN[text]]


REFUSALS = {
    "window larger than the image": (
        lambda: Sequential([Conv2D(2, 5)], (4, 6, 1)),
        "window of conv2d_1 .5 x 5. is larger",
    ),
    "convolution of a row": (
        lambda: Sequential([Flatten(), Conv2D(2, 1)], (4, 4, 1)),
        "conv2d_1 needs images",
    ),
    "pool larger than the image": (
        lambda: Sequential([MaxPooling2D(5)], (4, 4, 1)),
        "window of max_pooling2d_1",
    ),
    "pool of a row": (lambda: Sequential([AveragePooling2D()], (4,)), "needs images"),
    "global pool of a row": (lambda: Sequential([GlobalAveragePooling2D()], (4,)), "needs images"),
    "pool with activation": (lambda: parse_layers("maxpool 2 relu"), "cannot read the layer"),
    "momentum 1": (lambda: BatchNormalization(1.0), "momentum of batch normalization must be less than 1"),
    "epsilon 0": (lambda: BatchNormalization(0.9, 0.0), "must be greater than 0"),
    "negative variance": (
        lambda: Sequential([BatchNormalization()], (1,)).set_weights([[1], [0], [0], [-1]]),
        "moving variances of batch_normalization_1 must not be negative",
    ),
    "shapes of branch and shortcut": (
        lambda: Sequential([Residual([Conv2D(2, 1)])], (4, 4, 1)),
        r"the layers of residual_1 give shape .4, 4, 2., but its shortcut .4, 4, 1.",
    ),
    "no such stride": (
        lambda: Sequential([Residual([Conv2D(2, 2)], "conv")], (5, 5, 1)),
        "its shortcut",
    ),
    "convolution of rows": (lambda: Sequential([Residual([Dense(2)], "conv")], (3,)), "is for images"),
    "unknown projection": (lambda: Residual([Dense(2)], "convv"), "unknown projection 'convv'"),
    "empty block": (lambda: Residual([]), "needs a list of layers"),
    "block of words": (lambda: Residual(["dense"]), "is not a layer"),  # type: ignore[list-item]
    "no channels": (lambda: Sequential([Conv2D(2, 1)], (4, 4)), "needs images"),
    "dense on images": (lambda: Sequential([Conv2D(2, 1), Dense(1)], (4, 4, 1)), "dense_1 needs a row"),
    "no filters": (lambda: Conv2D(0, 3), "filters must be 1 or more"),
    "window of three": (lambda: Conv2D(1, (1, 2, 3)), "one number or two"),  # type: ignore[arg-type]
    "stride 0": (lambda: Conv2D(1, 1, 0), "strides must be 1 or more"),
    "unknown padding": (lambda: Conv2D(1, 1, 1, "full"), "unknown padding 'full'"),
    "absurd window": (lambda: Sequential([Conv2D(1, 10**6, 1, "same")], (4, 4, 1)), "too large"),
    "absurd room": (lambda: Sequential([Conv2D(90, 1)], (3000, 3000, 1)), "too large"),
    "softmax of pixels": (
        lambda: compiled([Conv2D(3, 1, activation="softmax")], (2, 2, 1), "categorical_crossentropy"),
        "softmax",
    ),
    "late softmax": (
        lambda: Sequential([Activation("relu")], (2, 2, 3)).set_activation(0, "softmax"),
        "cannot be put in here later",
    ),
    "wordy convolution": (lambda: parse_layers("conv 3 3x3 relu relu"), "cannot read the layer"),
    "convolution without size": (lambda: parse_layers("conv 3"), "cannot read the layer"),
    "crooked size": (lambda: parse_layers("conv 3 3x"), "kernel size must be a whole number, not ''"),
    "stride of nothing": (lambda: parse_layers("conv 3 3 stride"), "unknown activation function 'stride'"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_bad_shapes_are_one_clear_line(name: str) -> None:
    action, message = REFUSALS[name]
    with pytest.raises(EngineError, match=message) as caught:
        action()
    assert "\n" not in caught.value.message
