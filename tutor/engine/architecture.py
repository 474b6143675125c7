"""Networks written in one line: ``"dense 16 relu, dense 8 tanh, dense 1 sigmoid"``."""

from __future__ import annotations

from tutor.engine import activations
from tutor.engine.checks import choice, number
from tutor.engine.layers import Activation, Dense, Dropout, Flatten, Layer
from tutor.errors import EngineError

_HINT = 'write it like "dense 16 relu, dense 1 sigmoid"'
_KINDS = ("dense", "activation", "flatten", "dropout")


def parse_layers(
    text: str, kernel_initializer: str = "glorot_uniform", bias_initializer: str = "zeros"
) -> list[Layer]:
    """Read layers separated by commas; the initializers go to every dense layer. EngineError on nonsense.

    A layer is ``dense UNITS [ACTIVATION]``, ``activation NAME``, ``dropout RATE`` or ``flatten``.
    """
    layers = []
    for place, part in enumerate(text.split(","), start=1):
        words = part.split()
        if not words:
            raise EngineError(f"layer {place} is empty", _HINT)
        layers.append(_layer(words, kernel_initializer, bias_initializer))
    return layers


def _layer(words: list[str], kernel_initializer: str, bias_initializer: str) -> Layer:
    kind = choice("kind of layer", words[0], _KINDS)
    if kind == "flatten" and len(words) == 1:
        return Flatten()
    if kind == "dropout" and len(words) == 2:
        return Dropout(number("the dropout rate", words[1]))
    if kind == "activation" and len(words) == 2:
        return Activation(choice("activation function", words[1], activations.NAMES))
    if kind == "dense" and len(words) in (2, 3):
        if not words[1].isdecimal() or not words[1].isascii() or len(words[1]) > 9:
            raise EngineError(f"the number of units must be a whole number, not {words[1][:40]!r}", _HINT)
        activation = words[2] if len(words) == 3 else "linear"
        return Dense(int(words[1]), activation, kernel_initializer, bias_initializer)
    raise EngineError(f"cannot read the layer {' '.join(words)[:60]!r}", _HINT)
