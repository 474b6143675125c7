"""Answers beside the pictures of the plane: the confusion matrix, the worst mistakes, a fitted curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tutor.engine.datasets import Dataset
from tutor.lab.learner import Learner
from tutor.lab.network import NetworkLearner
from tutor.lab.pictures import beliefs, gallery
from tutor.report import Confusion, Fit, Samples

ANSWERED = 1000
"""How many examples are looked at, at most."""
MISTAKES = 12
FITTED = 400
"""How many examples of a curve are shown, at most."""
GRID = 200
MARGIN = 0.05
"""Part of the data's extent over which a curve goes on beyond it, on both sides."""


def asked(data: Dataset) -> tuple[NDArray[np.float32], NDArray[np.generic]]:
    """The held-out examples; where none are held out, the training ones."""
    return (data.x_val, data.y_val) if len(data.y_val) else (data.x, data.y)


def confusion_and_mistakes(learner: Learner) -> tuple[Confusion | None, Samples | None]:
    """Who is taken for whom, and the images answered wrong with the greatest confidence, the worst first.

    Answers that are no numbers, as they are once training diverged, count for nothing. None for a
    regression; no images where the examples are none.
    """
    data = learner.dataset
    if data.kind == "regression":
        return None, None
    x, targets = asked(data)
    x, targets = x[:ANSWERED], targets[:ANSWERED]
    believed = beliefs(learner, x)
    finite = np.isfinite(believed).all(axis=1)
    labels, answers = targets.astype(int), np.nan_to_num(believed).argmax(axis=1)
    counts = np.zeros((len(data.names), len(data.names)), np.int64)
    np.add.at(counts, (labels[finite], answers[finite]), 1)
    confusion = Confusion(list(data.names), counts.tolist())
    wrong = np.flatnonzero(finite & (answers != labels))
    confidence = believed.max(axis=1)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:MISTAKES]
    return confusion, gallery(data, x[worst], labels[worst], believed[worst])


def fit(learner: Learner) -> Fit | None:
    """The training examples and the answered curve, for one input and one number to predict; or None."""
    data = learner.dataset
    if data.kind != "regression" or data.x.shape[1] != 1 or not isinstance(learner, NetworkLearner):
        return None
    low, high = float(data.x.min()), float(data.x.max())
    beyond = MARGIN * (high - low)
    grid = np.linspace(low - beyond, high + beyond, GRID).astype(np.float32)
    answers = learner.model.predict(learner.inputs(grid[:, None]))[:, 0]
    shown = np.linspace(0, len(data.y) - 1, min(FITTED, len(data.y))).astype(np.intp)
    return Fit(data.x[shown, 0].tolist(), data.y[shown].tolist(), grid.tolist(), answers.tolist())
