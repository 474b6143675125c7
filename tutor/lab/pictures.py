"""A learner's answers as pictures: over the plane, at the examples, and on sample images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tutor.engine.datasets import Dataset
from tutor.lab.learner import Learner
from tutor.lab.rbm import RbmLearner
from tutor.lab.svm import SvmLearner
from tutor.report import Maps, Points, Samples, Surface

COLUMNS, ROWS = 60, 40
MARGIN = 0.12
"""Part of the data's extent that is shown around it."""
MAX_POINTS = 400
SAMPLES = 12
MISSED = 3
"""How many images that are still answered wrong stand before the others once a run is over."""


def surface(learner: Learner) -> Surface | None:
    """Answers on a grid over the training data, for data in the plane; otherwise None."""
    data = learner.dataset
    if data.feature_map is None:
        return None
    low, high = data.x[:, :2].min(axis=0), data.x[:, :2].max(axis=0)
    low, high = low - MARGIN * (high - low), high + MARGIN * (high - low)
    across = np.linspace(low[0], high[0], COLUMNS)
    down = np.linspace(high[1], low[1], ROWS)
    grid = np.column_stack((np.tile(across, ROWS), np.repeat(down, COLUMNS))).astype(np.float32)
    belief = _belief_in_one(learner.outputs(data.feature_map(grid)))
    shades = np.rint(255 * np.nan_to_num(belief, nan=0.5)).astype(np.uint8)
    return Surface(
        x_min=float(low[0]),
        x_max=float(high[0]),
        y_min=float(low[1]),
        y_max=float(high[1]),
        columns=COLUMNS,
        rows=ROWS,
        values=shades.tobytes(),
    )


def points(learner: Learner) -> Points | None:
    """The first training examples with labels and answers, for data in the plane; otherwise None."""
    data = learner.dataset
    if data.feature_map is None:
        return None
    x = data.x[:MAX_POINTS]
    answers = _belief_in_one(learner.outputs(x)) > 0.5
    return Points(
        x=x[:, 0].tolist(),
        y=x[:, 1].tolist(),
        label=data.y[:MAX_POINTS].astype(int).tolist(),
        answer=answers.astype(int).tolist(),
        support=_kept(learner, len(x)),
    )


def samples(learner: Learner, *, over: bool = False) -> Samples | None:
    """Held-out images: the first ones, always the same, so that one sees the answers change; or None.

    Of a run that is ``over``, :data:`MISSED` that it still answers wrong come before them.
    """
    data = learner.dataset
    if data.image_shape is None or isinstance(learner, RbmLearner):
        return None
    count = len(data.x_val) if over else SAMPLES
    images, labels = data.x_val[:count], data.y_val[:count].astype(int)
    believed = np.nan_to_num(beliefs(learner, images), nan=0.0)
    answers = believed.argmax(axis=1)
    missed = np.flatnonzero(answers != labels)[: MISSED if over else 0]
    chosen = np.concatenate((missed, np.setdiff1d(np.arange(len(labels)), missed)))[:SAMPLES]
    return gallery(data, images[chosen], labels[chosen], believed[chosen])


def reconstructions(learner: Learner) -> Maps | None:
    """Of a Boltzmann machine: the first held-out images, each before what is drawn back from it; or None."""
    if not isinstance(learner, RbmLearner) or learner.dataset.image_shape is None:
        return None
    seen = learner.dataset.x_val[:SAMPLES]
    pairs = np.stack((seen, np.nan_to_num(learner.again(seen))), axis=1)
    pixels = np.rint(255 * np.clip(pairs, 0, 1)).astype(np.uint8).tobytes()
    height, width = learner.dataset.image_shape
    return Maps("visible", height, width, 2 * len(seen), pixels, 0.0, 1.0)


def beliefs(learner: Learner, x: NDArray[np.float32]) -> NDArray[np.float64]:
    """How much each class is believed in (n, classes), for any kind of classification; NaN stays NaN."""
    outputs = learner.outputs(x)
    return np.column_stack((1 - outputs, outputs)) if outputs.ndim == 1 else outputs


def gallery(
    data: Dataset, images: NDArray[np.float32], labels: NDArray[np.int_], beliefs: NDArray[np.float64]
) -> Samples | None:
    """Images (n, pixels) with their labels (n,) and what is believed of them (n, classes); or None."""
    if data.image_shape is None:
        return None
    height, width = data.image_shape
    names = [int(name) if name.isdecimal() else place for place, name in enumerate(data.names)]
    return Samples(
        width=width,
        height=height,
        pixels=np.rint(255 * images).astype(np.uint8).tobytes(),
        label=[names[label] for label in labels],
        answer=[names[answer] for answer in beliefs.argmax(axis=1)],
        confidence=beliefs.max(axis=1).tolist(),
    )


def _kept(learner: Learner, count: int) -> list[bool]:
    """Which of the first ``count`` examples a support vector machine keeps; empty for other learners."""
    if not isinstance(learner, SvmLearner) or learner.step == 0:
        return []
    return [bool(kept) for kept in np.isin(np.arange(count), learner.support)]


def _belief_in_one(outputs: NDArray[np.float64]) -> NDArray[np.float64]:
    return outputs if outputs.ndim == 1 else outputs[:, 1]
