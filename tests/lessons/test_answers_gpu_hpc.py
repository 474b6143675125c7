"""What the lesson on graphics cards says of gradients that several workers average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.lessons.ends import end_of
from tutor.engine import Sequential, datasets, parse_layers


def gap_of_four_workers(layers: str) -> float:
    """Greatest difference between the whole batch's gradient and the mean of those of four equal shards."""
    digits = datasets.load("digits", 0)
    x, y = digits.x[:128], digits.y[:128]
    model = Sequential(parse_layers(layers), input_shape=(64,), seed=0)
    model.compile(loss="categorical_crossentropy")

    def gradient(rows: NDArray[np.intp]) -> NDArray[np.float32]:
        _, parts = model.gradients(x[rows], y[rows], training=True)
        return np.concatenate([part.ravel() for part in parts])

    shards = np.split(np.arange(128), 4)
    return float(
        np.abs(np.mean([gradient(shard) for shard in shards], axis=0) - gradient(np.arange(128))).max()
    )


def test_averaged_gradients_of_equal_shards_are_those_of_the_whole_batch() -> None:
    assert gap_of_four_workers("dense 32 relu, dense 10 softmax") < 1e-6


def test_batch_normalization_breaks_this() -> None:
    assert gap_of_four_workers("dense 32, batchnorm, activation relu, dense 10 softmax") > 1e-3


def test_threads_and_batches_change_the_speed_and_threads_nothing_else() -> None:
    one, two, large = (
        end_of("gpu-hpc/throughput", knobs).quantities for knobs in ({}, {"threads": 2}, {"batch_size": 512})
    )
    assert one["loss"] == two["loss"] and one["val_accuracy"] == two["val_accuracy"]
    assert large["loss"] != one["loss"]
    assert one["throughput"] == 10 * 1297 / one["seconds"]
