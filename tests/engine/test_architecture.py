"""Networks in one line, there and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.engine import (
    Activation,
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
    activations,
    describe,
    parse_layers,
)
from tutor.errors import EngineError

BLOCKS: dict[str, Layer] = {
    "residual 2x conv 16 3x3 relu": Residual(
        [Conv2D(16, 3, 1, "same", "relu"), Conv2D(16, 3, 1, "same")], activation="relu"
    ),
    "residual 2x dense 32 batchnorm relu": Residual(
        [Dense(32), BatchNormalization(), Activation("relu"), Dense(32), BatchNormalization()],
        activation="relu",
    ),
    "residual 3x conv 8 3x5 stride 2 batchnorm": Residual(
        [
            Conv2D(8, (3, 5), 2, "same"),
            BatchNormalization(),
            *[Conv2D(8, (3, 5), 1, "same"), BatchNormalization()] * 2,
        ],
        "conv",
    ),
    "residual 1x dense 4 project tanh": Residual([Dense(4)], "dense", "tanh"),
    "residual (dense 8 relu; dropout 0.25; frozen dense 8)": Residual(
        [Dense(8, "relu"), Dropout(0.25), Dense(8, trainable=False)]
    ),
    "residual (conv 4 3x3 same) project (conv 2 1x1 same; batchnorm; conv 4 1x1) elu": Residual(
        [Conv2D(4, 3, padding="same")],
        [Conv2D(2, 1, padding="same"), BatchNormalization(), Conv2D(4, 1)],
        "elu",
    ),
    "residual (residual 2x dense 4; residual (flatten; dense 4) project dense)": Residual(
        [Residual([Dense(4), Dense(4)]), Residual([Flatten(), Dense(4)], "dense")]
    ),
    "frozen residual 2x dense 4": Residual([Dense(4), Dense(4)], trainable=False),
    "frozen batchnorm": BatchNormalization(trainable=False),
    "frozen conv 2 1x1 sigmoid": Conv2D(2, 1, activation="sigmoid", trainable=False),
}


@pytest.mark.parametrize("text", BLOCKS)
def test_blocks_in_words(text: str) -> None:
    assert parse_layers(text) == [BLOCKS[text]]
    assert describe([BLOCKS[text]]) == text


def test_a_short_block_computes_what_he_et_al_draw() -> None:
    """y = relu(x + W2 relu(W1 x)), in one line."""
    model = Sequential(parse_layers("residual 2x dense 3 relu"), (3,), seed=1, dtype="float64")
    w1, _, w2, _ = model.get_weights()
    x = np.random.default_rng(0).normal(size=(7, 3))
    expected = np.maximum(x + np.maximum(x @ w1, 0) @ w2, 0)
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-12)
    model.set_activation(0, "tanh")
    np.testing.assert_allclose(model.predict(x), np.tanh(x + np.maximum(x @ w1, 0) @ w2), rtol=1e-12)
    images = Sequential(parse_layers("residual 2x conv 4 3x3 stride 2 batchnorm relu, globalpool"), (7, 5, 2))
    assert images.plan.output_shapes == ((4, 3, 4), (4,))


# ------------------------------------------------------------------- there and back

numbers = st.integers(1, 99)
sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))
paddings = st.sampled_from(["valid", "same"])
names = st.sampled_from(activations.NAMES)
switches = st.booleans()
pools = st.sampled_from([MaxPooling2D, AveragePooling2D])

plain = st.one_of(
    st.builds(Dense, numbers, names, trainable=switches),
    st.builds(Conv2D, numbers, sizes, sizes, paddings, names, trainable=switches),
    st.builds(lambda kind, *rest: kind(*rest), pools, sizes, st.none() | sizes, paddings),
    st.builds(Activation, names),
    st.builds(Dropout, st.floats(0, 1, exclude_max=True)),
    st.builds(BatchNormalization, trainable=switches),
    st.sampled_from([Flatten(), GlobalAveragePooling2D()]),
)


def blocks(parts: st.SearchStrategy[Layer]) -> st.SearchStrategy[Layer]:
    inside = st.lists(parts, min_size=1, max_size=4)
    projections = st.none() | st.sampled_from(["conv", "dense"]) | inside
    return st.builds(Residual, inside, projections, names, trainable=switches)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.recursive(plain, blocks, max_leaves=6), min_size=1, max_size=5))
def test_what_is_described_is_read_back_as_the_same(layers: list[Layer]) -> None:
    assert parse_layers(describe(layers)) == layers
    with_others = parse_layers(describe(layers), "he_normal", "ones")
    assert parse_layers(describe(with_others, "he_normal", "ones"), "he_normal", "ones") == with_others


@given(st.text(alphabet="residual (;,)x 2dense project conv frozen", max_size=60))
def test_nonsense_about_blocks_is_refused_or_read_but_never_breaks(text: str) -> None:
    try:
        layers = parse_layers(text)
    except EngineError as error:
        assert "\n" not in error.message
    else:
        assert layers


UNSPEAKABLE: dict[str, Layer] = {
    "penalty": Dense(2, kernel_regularizer="l2 0.1"),
    "initializer": Residual([Dense(2, kernel_initializer="he_normal")]),
    "momentum": BatchNormalization(0.5),
}


@pytest.mark.parametrize("name", UNSPEAKABLE)
def test_what_no_line_can_say_is_refused(name: str) -> None:
    with pytest.raises(EngineError, match="a line cannot say every setting of"):
        describe([Dense(1), UNSPEAKABLE[name]])


NONSENSE: dict[str, Any] = {
    "residual": "cannot read the layer 'residual'",
    "residual dense 4": "how often must be a whole number, not 'dense'",
    "residual 2 dense 4": "cannot read the residual block '2 dense 4'",
    "residual 0x dense 4": "cannot read the residual block",
    "residual 101x dense 4": "cannot read the residual block",
    "residual 2x dropout 0.5": "cannot read the residual block",
    "residual 2x dense": "cannot read the layer 'dense'",
    "residual 2x dense 4 relu relu": "cannot read the layer",
    "residual 2x conv 4": "cannot read the layer",
    "residual 2x dense 4 swish": "unknown activation function 'swish'",
    "residual (dense 4": "brackets do not match",
    "residual (dense 4, dense 4)": "too many words|unknown|cannot read",
    "residual dense 4)": "brackets do not match",
    "residual ()": "layer 1 is empty",
    "residual (dense 4;)": "layer 2 is empty",
    "residual (dense 4) project": "unknown projection ''",
    "residual (dense 4) project pool": "unknown projection 'pool'",
    "residual (dense 4) relu tanh": "after a residual block",
    "residual (" * 9 + "dense 4" + ")" * 9: "too deep",
    "frozen": "unknown kind of layer ''",
    "frozen flatten": "nothing to freeze in 'frozen flatten'",
}


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_gets_one_clear_line(text: str) -> None:
    with pytest.raises(EngineError, match=NONSENSE[text]) as caught:
        parse_layers(text)
    assert "\n" not in caught.value.message and caught.value.hint
