"""Train a network on a prepared table, and judge it on the rows that it never saw."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tutor.engine import Dense, Sequential, optimizers, parse_layers
from tutor.errors import TutorError
from tutor.lab.tabular import Floats, Prepared

DEFAULT_RATES = {"sgd": 0.05}
"""Learning rates that suit standardized tables; 0.01 for every optimizer that is not named here."""

Progress = Callable[[float, float], None]
"""Called with the part that is done, 0 to 1, and the loss of the last steps."""


@dataclass(frozen=True)
class Recipe:
    """How to train. ``layers`` are the hidden ones; the output layer follows from the target."""

    layers: str = "dense 16 relu"
    epochs: int = 100
    batch_size: int = 32
    optimizer: str = "adam"
    learning_rate: float | None = None
    seed: int = 0


@dataclass(frozen=True)
class Fit:
    """What came of it. ``held_out`` judges the network, ``baseline`` an answer without one, on the same rows.

    Classification: ``accuracy``; the baseline always says the most frequent class of the training rows.
    Regression, in the target's units: ``rmse``, ``mae`` and ``r2``; the baseline always says their mean.
    """

    parameters: int
    steps: int
    loss: float
    training: dict[str, float]
    held_out: dict[str, float]
    baseline: dict[str, float]
    clearly_better: bool
    """Whether the network beats the baseline by more than chance explains (:func:`clearly_better`)."""
    summary: str = field(repr=False, default="")
    """The table of layers."""


def fit(prepared: Prepared, recipe: Recipe, progress: Progress | None = None) -> Fit:
    """Train and judge. Raises EngineError for layers that do not fit, TutorError if training diverges."""
    model = _build(prepared, recipe)
    trainer = model.trainer(
        prepared.x, _targets(prepared), batch_size=min(recipe.batch_size, len(prepared.y))
    )
    total = recipe.epochs * trainer.steps_per_epoch
    while trainer.step < total:
        trainer.run(min(max(1, total // 200), total - trainer.step))
        if trainer.diverged:
            raise TutorError(
                f"training diverged at step {trainer.step + 1}: {trainer.diverged} stopped being finite",
                "take a smaller --learning-rate",
            )
        if progress is not None:
            progress(trainer.step / total, trainer.loss)
    answers = _answers(prepared, model.predict(prepared.x_test))
    constant = np.full(len(prepared.y_test), _without_network(prepared))
    return Fit(
        parameters=model.count_params(),
        steps=trainer.step,
        loss=trainer.report().loss,
        training=judge(prepared, prepared.y, _answers(prepared, model.predict(prepared.x))),
        held_out=judge(prepared, prepared.y_test, answers),
        baseline=judge(prepared, prepared.y_test, constant),
        clearly_better=clearly_better(prepared, answers, constant),
        summary=model.summary(),
    )


def judge(prepared: Prepared, truth: Floats, answers: Floats) -> dict[str, float]:
    """The figures of :class:`Fit` for answers (n,) to rows whose target is ``truth`` (n,).

    r2 is 1 - (sum of squared errors) / (sum of squared distances of ``truth`` from its mean); NaN where
    all of ``truth`` is equal.
    """
    if prepared.task == "classification":
        return {"accuracy": float(np.mean(answers == truth))}
    errors = answers - truth
    around_mean = float(np.sum((truth - truth.mean()) ** 2))
    return {
        "rmse": math.sqrt(float(np.mean(errors**2))),
        "mae": float(np.mean(np.abs(errors))),
        "r2": 1 - float(np.sum(errors**2)) / around_mean if around_mean > 0 else math.nan,
    }


def clearly_better(prepared: Prepared, answers: Floats, constant: Floats) -> bool:
    """Whether ``answers`` (m,) to the held-out rows beat the ``constant`` ones (m,) by two standard errors.

    What counts is the gain in each row: in squared error for a regression, in right answers for classes.
    """
    truth = prepared.y_test
    if prepared.task == "classification":
        gains = (answers == truth).astype(np.float64) - (constant == truth)
    else:
        gains = (constant - truth) ** 2 - (answers - truth) ** 2
    if len(gains) < 2:
        return False
    return bool(gains.mean() > 2 * gains.std(ddof=1) / math.sqrt(len(gains)))


def _build(prepared: Prepared, recipe: Recipe) -> Sequential:
    hidden = parse_layers(recipe.layers) if recipe.layers.strip() else []
    classes = len(prepared.classes)
    if prepared.task == "regression":
        output, loss = Dense(1), "mean_squared_error"
    elif classes == 2:
        output, loss = Dense(1, "sigmoid"), "binary_crossentropy"
    else:
        output, loss = Dense(classes, "softmax"), "categorical_crossentropy"
    model = Sequential([*hidden, output], input_shape=(len(prepared.inputs),), seed=recipe.seed)
    rate = recipe.learning_rate or DEFAULT_RATES.get(recipe.optimizer, 0.01)
    model.compile(optimizers.make(recipe.optimizer, learning_rate=rate), loss)
    return model


def _targets(prepared: Prepared) -> Floats:
    return (prepared.y - prepared.centre) / prepared.spread


def _answers(prepared: Prepared, outputs: NDArray[np.floating]) -> Floats:
    """From outputs (n, outputs) to class ids or to numbers in the target's units (n,)."""
    if prepared.task == "regression":
        return np.asarray(outputs[:, 0], dtype=np.float64) * prepared.spread + prepared.centre
    if outputs.shape[1] == 1:
        return np.asarray(outputs[:, 0] > 0.5, dtype=np.float64)
    return np.asarray(outputs.argmax(axis=1), dtype=np.float64)


def _without_network(prepared: Prepared) -> float:
    """The best constant answer that the training rows suggest."""
    if prepared.task == "regression":
        return prepared.centre
    return float(np.bincount(prepared.y.astype(np.intp)).argmax())
