"""What exported scripts say, looked at without running them: ``test_peers`` does that."""

from __future__ import annotations

import ast
import io

import numpy as np
import pytest

from tests.export.examples import CHANCE, DIGITS, REPRODUCED, experiment
from tests.lab.examples import network, perceptron
from tutor.content.model import DataSpec, TrainingSpec
from tutor.errors import InputError, UsageError
from tutor.export import FRAMEWORKS, export

EVERYTHING = REPRODUCED | CHANCE


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", EVERYTHING)
def test_every_script_is_python_that_fits_the_line_and_names_its_file(framework: str, name: str) -> None:
    script = export(framework, EVERYTHING[name], "lesson", data_file="numbers.npz")
    tree = ast.parse(script.text)
    assert ast.get_docstring(tree) and max(map(len, script.text.splitlines())) <= 110
    assert 'with_name("numbers.npz")' in script.text
    with np.load(io.BytesIO(script.data())) as saved:
        assert set(saved) >= {"x", "y", "x_val", "y_val", "weights_0"}
        assert len(saved["x"]) == len(saved["y"])


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_file_of_any_name_is_found_by_its_script(framework: str) -> None:
    name = next(iter(EVERYTHING))
    script = export(framework, EVERYTHING[name], "lesson", data_file='a"b\\n".npz')
    named = [node.value for node in ast.walk(ast.parse(script.text)) if isinstance(node, ast.Constant)]
    assert 'a"b\\n".npz' in named


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_pytorch_script_fills_every_weight_array_once(name: str) -> None:
    script = export("pytorch", EVERYTHING[name], "lesson")
    count = sum(array.startswith("weights_") for array in script.arrays)
    for place in range(count):
        assert script.text.count(f"torch.tensor(weights[{place}])") == 1
    assert f"weights[{count}]" not in script.text


GATE = experiment(
    "dense 1 sigmoid",
    data=DataSpec("gate", {"gate": "or"}),
    training=TrainingSpec(epochs=40, batch_size=0),
    loss="binary_crossentropy",
    optimizer="adam",
    learning_rate=0.1,
    kernel_initializer="constant 0.5",
)
GOLDEN = '''\
"""A 'title': lesson/it of dltutor, for Keras 3.

Seed 0.
Needs: pip install keras, and one of torch, tensorflow, jax below it.
"""

import keras
import numpy as np

keras.utils.set_random_seed(0)

x = np.array([[0., 0.],
              [0., 1.],
              [1., 0.],
              [1., 1.]], dtype="float32")
y = np.array([[0.],
              [1.],
              [1.],
              [1.]], dtype="float32")
weights = [
    np.array([[0.5],
              [0.5]], dtype="float32"),
    np.array([0.], dtype="float32"),
]

model = keras.Sequential(
    [
        keras.Input((2,)),
        keras.layers.Dense(
            1,
            activation="sigmoid",
            kernel_initializer=keras.initializers.Constant(0.5),
        ),
    ]
)

# The starting values of this seed; without this line Keras draws its own.
model.set_weights(weights)

model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.1),
    loss="binary_crossentropy",
    metrics=["accuracy"],
)


def show(epoch, logs):
    if (epoch + 1) % 2 == 0:
        numbers = "  ".join(f"{name} {value:.6f}" for name, value in logs.items())
        print(f"epoch {epoch + 1:5d}  {numbers}")


# Nothing is left to chance from here on: the losses are those of the lab, up to rounding.
model.fit(
    x,
    y,
    batch_size=4,
    epochs=40,
    shuffle=True,
    callbacks=[
        keras.callbacks.LambdaCallback(on_epoch_end=show),
    ],
    verbose=0,
)
'''


def test_a_small_network_stands_in_its_script_in_full() -> None:
    script = export("keras", GATE, "lesson")
    assert script.text == GOLDEN
    assert script.arrays == {}


@pytest.mark.parametrize(
    ("framework", "words"),
    [
        ("keras", ["learning_rate=0.2,\n        momentum=0.5,\n        weight_decay=0.01", "L2(0.001)"]),
        (
            "pytorch",
            ["lr=0.2, momentum=0.5", "clip_grad_norm_(model.parameters(), 0.3)", "0.2 * 0.01", "0.001 *"],
        ),
    ],
)
def test_settings_arrive(framework: str, words: list[str]) -> None:
    text = export(framework, REPRODUCED["penalties"], "lesson").text
    for word in words:
        assert word in text


def test_a_chance_is_named() -> None:
    assert "which units drop out" in export("pytorch", CHANCE["dropout"], "lesson").text
    assert "how the images are changed" in export("keras", CHANCE["moved images"], "lesson").text
    assert "Nothing is left to chance" in export("keras", REPRODUCED["dense"], "lesson").text


def test_knobs_and_seed_reach_the_script() -> None:
    one = export("keras", network(), "lesson", {"hidden_units": "8", "batch_size": 0}, seed=3)
    assert "Dense(8, activation" in one.text and "batch_size=200" in one.text and "Seed 3; " in one.text
    other = export("keras", network(), "lesson", {"hidden_units": "8", "batch_size": 0}, seed=4)
    assert not np.array_equal(one.arrays["x"], other.arrays["x"])
    with pytest.raises(InputError):
        export("keras", network(), "lesson", {"hidden_units": 5})


def test_what_the_network_gets_is_what_is_written() -> None:
    scaled = experiment("dense 10 softmax", data=DataSpec("digits", examples=40, input_scale=16.0))
    plain = experiment("dense 10 softmax", data=DataSpec("digits", examples=40))
    x = export("keras", plain, "lesson").arrays["x"]
    assert np.array_equal(export("keras", scaled, "lesson").arrays["x"], 16 * x)


def test_a_perceptron_is_refused_in_one_line() -> None:
    with pytest.raises(UsageError, match="perceptron"):
        export("keras", perceptron(), "lesson")


def test_images_are_turned_for_pytorch_and_not_for_keras() -> None:
    picture = experiment("conv 2 3x3, flatten, dense 10 softmax", data=DIGITS)
    assert export("keras", picture, "lesson").arrays["x"].shape == (80, 8, 8, 1)
    text = export("pytorch", picture, "lesson").text
    assert "permute(0, 3, 1, 2)" in text and "FlattenAsKeras()" in text


def test_frozen_layers_stay_so() -> None:
    spec = experiment("frozen dense 4 tanh, frozen batchnorm, dense 2 softmax", data=GATE.data)
    text = export("keras", spec, "lesson").text
    assert 'keras.layers.Dense(4, activation="tanh", trainable=False)' in text
    assert "keras.layers.BatchNormalization(trainable=False)" in text
    text = export("pytorch", spec, "lesson").text
    assert text.count("requires_grad_(False)") == 2 and "model[2].eval()" in text
