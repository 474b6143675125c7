"""Bad input: one clear line each, before any harm is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tutor.engine import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Dense,
    Dropout,
    Flatten,
    RMSprop,
    Sequential,
    initializers,
    optimizers,
    parse_layers,
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
    "unknown type": (lambda: Sequential([Dense(1)], (2,), dtype="float16"), "unknown number type"),
    "unknown backend": (lambda: Sequential([Dense(1)], (2,), backend="tpu"), "unknown backend"),
    # settings
    "unknown optimizer": (lambda: compiled(optimizer="adma"), "unknown optimizer 'adma'"),
    "unknown loss": (lambda: compiled(loss="crossentropy"), "unknown loss"),
    "unknown metric": (lambda: compiled(metrics=["acc"]), "unknown metric"),
    "loss without sigmoid": (lambda: network("linear"), "binary_crossentropy needs sigmoid"),
    "loss without softmax": (lambda: network("sigmoid", 2, "categorical_crossentropy"), "needs softmax"),
    "no learning rate": (lambda: SGD(0.0), "learning rate must be greater than 0"),
    "negative learning rate": (lambda: Adam(-1.0), "learning rate must be greater than 0"),
    "infinite learning rate": (lambda: SGD(float("inf")), "finite number"),
    "worded learning rate": (lambda: SGD("fast"), "must be a number"),  # type: ignore[arg-type]
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
    "negative steps": (lambda: network().trainer(X, Y).run(-1), "steps must be 0 or more"),
    "report never": (lambda: next(network().train(X, Y, report_every=0)), "report_every must be 1 or more"),
    "turned rate": (lambda: network().trainer(X, Y).set_learning_rate(0), "greater than 0"),
    "turned momentum": (lambda: network().trainer(X, Y).set_momentum(-0.1), "momentum must be 0 or more"),
    "batch too big to hold": (
        lambda: Sequential([Dense(4_000_000)], (1,)).plan.workspace(1000, "float32"),
        "a batch of 1,000 is too large: 16,0",
    ),
    # weights
    "too few arrays": (lambda: network().set_weights([]), "has 4 weight arrays, not 0"),
    "wrong shape": (
        lambda: network().set_weights([np.zeros((2, 4)), [0] * 3, np.zeros((3, 1)), [0]]),
        r"weights of dense_1 have shape \(2, 3\)",
    ),
    # one-line networks
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


def test_near_misses_are_named() -> None:
    with pytest.raises(EngineError) as caught:
        Dense(1, "sigmod")
    assert caught.value.hint == "did you mean sigmoid?"
