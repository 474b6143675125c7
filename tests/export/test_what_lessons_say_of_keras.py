"""What the lesson ``keras-lenet`` says of Keras, asked of Keras itself, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.peers

SHAPES = """
import keras
from keras import layers
small = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(6, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
    layers.Conv2D(16, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
    layers.Flatten(), layers.Dense(32, activation="relu"), layers.Dense(10, activation="softmax"),
])
lenet = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(6, 5, padding="same"), layers.AveragePooling2D(2),
    layers.Conv2D(16, 5), layers.AveragePooling2D(2),
    layers.Conv2D(120, 5), layers.Flatten(), layers.Dense(84), layers.Dense(10),
])
assert [layer.output.shape[1:] for layer in small.layers] == [
    (8, 8, 6), (4, 4, 6), (4, 4, 16), (2, 2, 16), (64,), (32,), (10,)]
assert [layer.count_params() for layer in small.layers] == [60, 0, 880, 0, 0, 2080, 330]
assert small.count_params() == 3350 and lenet.count_params() == 61706
assert layers.Conv2D(1, 3).padding == "valid"
"""

TRAPS = """
import keras, math
import numpy as np
sure = np.eye(10, dtype="float32")
twice = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(np.arange(10), sure)
assert math.isclose(float(twice), -math.log(math.e / (math.e + 9)), rel_tol=1e-4)

model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mean_squared_error")
x, y = np.ones((100, 1)), np.concatenate([np.zeros(90), np.full(10, 7.0)])
first = model.fit(x, y, validation_split=0.1, verbose=0).history
assert first["loss"] == [0] and first["val_loss"] == [49]  # one epoch, and only the last tenth is held out
model.fit(x, y, verbose=0)
before = model.get_weights()[0].item()
model.fit(x, y, verbose=0)
assert model.get_weights()[0].item() > before > 0  # it goes on
assert model.optimizer.iterations == 3 + 4 + 4  # batches of 32
"""


@pytest.mark.parametrize("program", [SHAPES, TRAPS], ids=["shapes and counts", "silent traps"])
def test_keras_does_as_the_lesson_says(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
