"""Bad input: one clear line each, before any harm is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tutor.engine import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Augmentation,
    Dense,
    Dropout,
    EarlyStopping,
    ExponentialDecay,
    Flatten,
    MaxPooling2D,
    RMSprop,
    Sequential,
    decision_surface,
    describe,
    initializers,
    optimizers,
    parse_layers,
    warm_up,
)
from tutor.errors import EngineError

X, Y = np.zeros((4, 2)), np.array([0.0, 1.0, 1.0, 0.0])


def network(
    last: str = "sigmoid", outputs: int = 1, loss: str = "binary_crossentropy", **arguments: Any
) -> Sequential:
    model = Sequential([Dense(3, "tanh"), Dense(outputs, last)], (2,), **arguments)
    model.compile("sgd", loss)
    return model


def compiled(**arguments: Any) -> Sequential:
    model = Sequential([Dense(1, "sigmoid")], (2,))
    model.compile(**arguments)
    return model


REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    # networks
    "no layers": (lambda: Sequential([], (2,)), "no layer that computes"),
    "only flatten": (lambda: Sequential([Flatten()], (2, 2)), "no layer that computes"),
    "not a layer": (lambda: Sequential(["dense"], (2,)), "is not a layer"),  # type: ignore[list-item]
    "layers None": (lambda: Sequential(None, (2,)), "layers must be a list, not 'None'"),  # type: ignore[arg-type]
    "one layer without a list": (lambda: Sequential(Dense(1), (2,)), "layers must be a list"),  # type: ignore[arg-type]
    "layers in words": (lambda: Sequential("dense 1", (2,)), "layers must be a list"),  # type: ignore[arg-type]
    "one size": (lambda: Sequential([Dense(1)], 2), "input shape must be a list, not '2'"),  # type: ignore[arg-type]
    "input shape None": (lambda: Sequential([Dense(1)], None), "input shape must be a list"),  # type: ignore[arg-type]
    "head None": (lambda: network().with_head(None), "layers must be a list"),  # type: ignore[arg-type]
    "no input shape": (lambda: Sequential([Dense(1)], ()), "input shape"),
    "huge input": (lambda: Sequential([Dense(1)], (10**6, 10**6)), "input shape"),
    "input size 0": (lambda: Sequential([Dense(1)], (0,)), "must be 1 or more, not 0"),
    "images into dense": (lambda: Sequential([Dense(1)], (8, 8)), "dense_1 needs a row of numbers"),
    "no units": (lambda: Dense(0), "units must be 1 or more, not 0"),
    "half a unit": (lambda: Dense(1.5), "units must be a whole number"),  # type: ignore[arg-type]
    "more weights than memory is taken for": (
        lambda: Sequential([Dense(10_000), Dense(6_000)], (2,)),
        "60,036,000 weights",
    ),
    "too many weights": (lambda: Sequential([Dense(10**9), Dense(10**9)], (2,)), "too large"),
    "absurd units": (lambda: Sequential([Dense(10**30)], (2,)), "too large"),
    "unknown activation": (lambda: Dense(1, "rellu"), "unknown activation function 'rellu'"),
    "unknown initializer": (lambda: Dense(1, kernel_initializer="he"), "unknown initializer 'he'"),
    "softmax of one": (lambda: Sequential([Dense(1, "softmax")], (2,)), "softmax over one unit"),
    "negative seed": (lambda: Sequential([Dense(1)], (2,), seed=-1), "seed must be 0 or more"),
    "astronomic seed": (lambda: Sequential([Dense(1)], (2,), seed=2**70), "the seed is too large"),
    "astronomic stride": (lambda: MaxPooling2D(2, 10**400), "the strides is too large"),
    "True units": (lambda: Dense(True), "units must be 1 or more, not True"),
    "quoted dropout": (lambda: Dropout("0.5"), "dropout rate must be a number, not '0.5'"),  # type: ignore[arg-type]
    "unknown type": (lambda: Sequential([Dense(1)], (2,), dtype="float16"), "unknown number type"),
    "unknown backend": (lambda: Sequential([Dense(1)], (2,), backend="tpu"), "unknown backend"),
    # settings
    "unknown optimizer": (lambda: compiled(optimizer="adma"), "unknown optimizer 'adma'"),
    "unknown loss": (lambda: compiled(loss="crossentropy"), "unknown loss"),
    "unknown metric": (lambda: compiled(metrics=["acc"]), "unknown metric"),
    "a list of losses": (lambda: compiled(loss=["mse"]), "unknown loss"),
    "metrics None": (lambda: compiled(metrics=None), "metrics must be a list"),
    "metrics without a list": (
        lambda: compiled(metrics="accuracy"),
        "metrics must be a list, not 'accuracy'",
    ),
    "loss without sigmoid": (lambda: network("linear"), "binary_crossentropy needs sigmoid"),
    "loss without softmax": (lambda: network("sigmoid", 2, "categorical_crossentropy"), "needs softmax"),
    "no learning rate": (lambda: SGD(0.0), "learning rate must be greater than 0"),
    "negative learning rate": (lambda: Adam(-1.0), "learning rate must be greater than 0"),
    "infinite learning rate": (lambda: SGD(float("inf")), "finite number"),
    "worded learning rate": (lambda: SGD("fast"), "must be a number"),  # type: ignore[arg-type]
    "astronomic learning rate": (lambda: SGD(10**400), "finite number"),
    "True learning rate": (lambda: SGD(True), "must be a number, not 'True'"),
    "several learning rates": (lambda: SGD(np.ones(1)), "must be a number"),  # type: ignore[arg-type]
    "perhaps nesterov": (lambda: SGD(nesterov="no"), "nesterov must be True or False"),  # type: ignore[arg-type]
    "perhaps a staircase": (
        lambda: ExponentialDecay(0.1, 10, 0.5, "no"),  # type: ignore[arg-type]
        "staircase must be True or False",
    ),
    "image shape 8": (lambda: Augmentation(image_shape=8), "image shape must be a list"),  # type: ignore[arg-type]
    "augmentation of words": (lambda: Augmentation(1).apply("image", 0), "images must be numbers"),  # type: ignore[arg-type]
    "perhaps the best weights": (
        lambda: EarlyStopping(restore_best_weights="yes"),  # type: ignore[arg-type]
        "restore_best_weights must be True or False",
    ),
    "momentum 1": (lambda: SGD(0.1, momentum=1.0), "momentum must be less than 1"),
    "beta below 0": (lambda: Adam(beta_1=-0.1), "beta_1 must be 0 or more"),
    "epsilon 0": (lambda: Adam(epsilon=0), "epsilon must be greater than 0"),
    "optimizer by wrong name": (lambda: optimizers.make("lion"), "unknown optimizer"),
    "adam with momentum": (
        lambda: optimizers.make("adam", momentum=0.5),
        "unknown setting of adam 'momentum'",
    ),
    "two ways to clip": (lambda: SGD(clipnorm=1.0, clipvalue=1.0), "clipped in one way only"),
    "clip to nothing": (lambda: SGD(clipnorm=0.0), "clipnorm must be greater than 0"),
    "negative decay": (lambda: AdamW(weight_decay=-1.0), "weight decay must be 0 or more"),
    "rho 1": (lambda: RMSprop(rho=1.0), "rho must be less than 1"),
    "negative accumulator": (lambda: Adagrad(initial_accumulator_value=-1.0), "must be 0 or more"),
    "all dropped": (lambda: Dropout(1.0), "dropout rate must be less than 1"),
    "dropout of words": (lambda: parse_layers("dropout half"), "dropout rate must be a number"),
    "unknown penalty": (lambda: Dense(1, kernel_regularizer="l3 0.1"), "unknown penalty 'l3'"),
    "penalty without factor": (lambda: Dense(1, kernel_regularizer="l2"), "cannot read the penalty"),
    "penalty twice": (lambda: Dense(1, bias_regularizer="l1 1 l1 2"), "cannot read the penalty"),
    "negative penalty": (lambda: Dense(1, kernel_regularizer="l2 -1"), "factor of l2 must be 0 or more"),
    "initializer with a value": (lambda: initializers.parse("zeros 1"), "takes no value"),
    "initializer with two": (lambda: initializers.parse("normal 1 2"), "takes one value"),
    "negative deviation": (lambda: initializers.parse("normal -1"), "must be 0 or more"),
    # data
    "no examples": (lambda: network().fit(np.zeros((0, 2)), []), "no examples"),
    "a single number": (lambda: network().fit(3.0, Y), "no examples"),
    "wrong width": (
        lambda: network().fit(np.zeros((4, 3)), Y),
        r"shape \(4, 3\), but the network takes \(n, 2\)",
    ),
    "NaN": (lambda: network().fit([[0, 0], [0, np.nan]], [0, 1]), r"not finite in float32 \(row 1\)"),
    "too large for float32": (lambda: network().predict([[1e39, 0]]), "not finite in float32"),
    "words": (lambda: network().predict([["a", "b"]]), "must be numbers"),
    "complex numbers": (lambda: network().predict([[1j, 0]]), "must be numbers"),
    "dates": (lambda: network().predict(np.array([["2026-01-01"] * 2], "M8[D]")), "must be numbers"),
    "astronomic numbers": (lambda: network().predict([[10**400, 0]]), "too large"),
    "one uneven input": (lambda: network().feature_maps([[1], [1, 2]]), "equal length"),
    "validation without targets": (
        lambda: network().fit(X, Y, validation_data=X),  # type: ignore[arg-type]
        "validation_data must have two parts, not 4",
    ),
    "validation by a share": (
        lambda: network().fit(X, Y, validation_data=0.2),  # type: ignore[arg-type]
        "validation_data must be a list, not '0.2'",
    ),
    "uneven rows": (lambda: network().predict([[1, 2], [3]]), "equal length"),
    "fewer targets": (lambda: network().fit(X, Y[:3]), "4 inputs but 3 targets"),
    "wide targets": (lambda: network().fit(X, np.zeros((4, 2))), "network has 1 output$"),
    "targets for two outputs": (
        lambda: network("linear", 2, "mean_squared_error").fit(X, Y),
        "has 2 outputs",
    ),
    "labels above 1": (lambda: network().fit(X, Y * 2), "targets from 0 to 1"),
    "hinge labels": (lambda: network("tanh", 1, "hinge").fit(X, Y * 2), "targets -1 and \\+1"),
    "class number": (
        lambda: network("softmax", 3, "categorical_crossentropy").fit(X, [0, 1, 2, 3]),
        "class number 3 is not one of 0 to 2",
    ),
    "half a class": (
        lambda: network("softmax", 3, "categorical_crossentropy").fit(X, Y / 2),
        "class number 0.5",
    ),
    "rows not one-hot": (
        lambda: network("softmax", 2, "categorical_crossentropy").fit(X, np.ones((4, 2))),
        "add up to 1",
    ),
    # training
    "not compiled": (lambda: Sequential([Dense(1)], (2,)).fit(X, Y), "not compiled"),
    "large batch": (lambda: network().fit(X, Y, batch_size=5), "batch size 5 is larger than the 4 examples"),
    "batch 0": (lambda: network().trainer(X, Y, batch_size=0), "batch size must be 1 or more"),
    "no epochs": (lambda: network().fit(X, Y, epochs=0), "epochs must be 1 or more"),
    "perhaps shuffled": (lambda: network().fit(X, Y, shuffle="no"), "shuffle must be True or False"),  # type: ignore[arg-type]
    "one callback without a list": (
        lambda: network().fit(X, Y, callbacks=EarlyStopping("loss")),  # type: ignore[arg-type]
        "callbacks must be a list",
    ),
    "augmented by words": (lambda: network().fit(X, Y, augment="shift"), "'shift' is no augmentation"),  # type: ignore[arg-type]
    "perhaps in training": (
        lambda: network().gradients(X, Y, training="no"),  # type: ignore[arg-type]
        "training must be True or False",
    ),
    "astronomic steps": (lambda: network().trainer(X, Y).run(10**400), "steps is too large"),
    "negative steps": (lambda: network().trainer(X, Y).run(-1), "steps must be 0 or more"),
    "report never": (lambda: next(network().train(X, Y, report_every=0)), "report_every must be 1 or more"),
    "turned rate": (lambda: network().trainer(X, Y).set_learning_rate(0), "greater than 0"),
    "turned momentum": (lambda: network().trainer(X, Y).set_momentum(-0.1), "momentum must be 0 or more"),
    "batch too big to hold": (
        lambda: Sequential([Dense(4_000_000)], (1,)).plan.workspace(1000, "float32"),
        "a batch of 1,000 is too large: 16,0",
    ),
    # weights
    "weights None": (lambda: network().set_weights(None), "weights must be a list"),  # type: ignore[arg-type]
    "weights of a layer None": (
        lambda: network().set_layer_weights(0, None),  # type: ignore[arg-type]
        "weights must be a list",
    ),
    "layer True": (lambda: network().get_layer_weights(True), "no layer with the index 'True'"),
    "weights that perhaps learn": (
        lambda: network().count_params("no"),  # type: ignore[arg-type]
        "trainable must be True or False",
    ),
    "save nowhere": (lambda: network().save(None), "a path must be a text"),  # type: ignore[arg-type]
    "load a number": (lambda: Sequential.load(5), "a path must be a text"),  # type: ignore[arg-type]
    "a null byte to load": (lambda: Sequential.load("a\0b"), "not a saved network"),
    "a null byte to save": (lambda: network().save("a\0b"), "cannot write"),
    "a surface without a network": (
        lambda: decision_surface(None, (0, 1), (0, 1)),  # type: ignore[arg-type]
        "'None' is no network",
    ),
    "a surface of one input": (
        lambda: decision_surface(network(), (0, 1), (0, 1), inputs=(0,)),  # type: ignore[arg-type]
        "inputs must have two parts, not 1",
    ),
    "kernels for words": (lambda: warm_up(dtypes="float32"), "dtypes must be a list"),
    "kernels of another type": (lambda: warm_up(dtypes=["float16"]), "unknown number type"),
    "too few arrays": (lambda: network().set_weights([]), "has 4 weight arrays, not 0"),
    "wrong shape": (
        lambda: network().set_weights([np.zeros((2, 4)), [0] * 3, np.zeros((3, 1)), [0]]),
        r"weights of dense_1 have shape \(2, 3\)",
    ),
    # one-line networks
    "text None": (lambda: parse_layers(None), "one line of text, not 'None'"),  # type: ignore[arg-type]
    "describe no layers": (lambda: describe(None), "layers must be a list"),  # type: ignore[arg-type]
    "empty text": (lambda: parse_layers(""), "layer 1 is empty"),
    "trailing comma": (lambda: parse_layers("dense 4,"), "layer 2 is empty"),
    "unknown kind": (lambda: parse_layers("dens 4"), "unknown kind of layer 'dens'"),
    "units in words": (lambda: parse_layers("dense four"), "units must be a whole number, not 'four'"),
    "units with digits of another script": (lambda: parse_layers("dense ٤"), "units must be a whole number"),
    "too many words": (lambda: parse_layers("dense 4 relu big"), "cannot read the layer"),
    "escape codes": (lambda: parse_layers("dense 4 \x1b[31mrelu"), "unknown activation function"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refused_in_one_clear_line(name: str) -> None:
    action, message = REFUSALS[name]
    with pytest.raises(EngineError, match=message) as caught:
        action()
    text = caught.value.message + caught.value.hint
    assert "\n" not in text and text.isprintable()


def test_adam_has_no_momentum_to_turn() -> None:
    model = network()
    model.compile("adam", "binary_crossentropy")
    with pytest.raises(EngineError, match="the optimizer adam has no momentum"):
        model.trainer(X, Y).set_momentum(0.5)


def test_a_refused_set_of_weights_changes_nothing() -> None:
    model = network()
    before = model.get_weights()
    with pytest.raises(EngineError, match="not finite"):
        model.set_weights([np.ones((2, 3)), [0] * 3, np.full((3, 1), np.inf), [0]])
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_refused_compile_or_fit_changes_nothing() -> None:
    model = network()
    trainer = model.trainer(X, Y, batch_size=1)
    trainer.run(1)
    before = model.get_weights()
    for refused in (
        lambda: model.compile("sgd", "mean_squared_error", metrics="accuracy"),
        lambda: model.compile("adma", "mean_squared_error"),
        lambda: model.fit(X, Y, epochs=0),
        lambda: model.fit(X, Y, callbacks=[EarlyStopping("val_loss")]),
        lambda: next(model.train(X, Y, report_every=0)),
    ):
        with pytest.raises(EngineError):
            refused()
    assert (model.loss, trainer.step, trainer.steps_to_epoch_end) == ("binary_crossentropy", 1, 3)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_numpys_numbers_are_numbers_also_in_files(tmp_path: Path) -> None:
    """A count of classes, say, is one of numpy's; to write it to a file failed, and emptied the file."""
    layers = [Dense(np.int64(3), use_bias=np.True_), Dropout(np.float32(0.5)), Dense(1)]  # type: ignore[arg-type]
    model = Sequential(layers, np.array([2]), seed=np.int32(4))  # type: ignore[arg-type]
    model.compile(SGD(np.float32(0.25), nesterov=np.False_), "mse")  # type: ignore[arg-type]
    model.fit(X, Y, shuffle=np.True_)  # type: ignore[arg-type]
    model.save(tmp_path / "network.npz")
    again = Sequential.load(tmp_path / "network.npz")
    assert again.layers == [Dense(3), Dropout(0.5), Dense(1)] and again.optimizer == SGD(0.25)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_near_misses_are_named() -> None:
    with pytest.raises(EngineError) as caught:
        Dense(1, "sigmod")
    assert caught.value.hint == "did you mean sigmoid?"
