"""Networks written in one line: ``"conv 8 3x3 relu, flatten, dropout 0.5, dense 10 softmax"``."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import activations
from tutor.engine.checks import choice, number
from tutor.engine.layers import (
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
)
from tutor.engine.windows import PADDINGS, Pair
from tutor.errors import EngineError

_HINT = 'write it like "dense 16 relu, dense 1 sigmoid"'
_CONV_HINT = 'write it like "conv 8 3x3 relu" or "conv 8 5x5 stride 2 same relu"'
_POOL_HINT = 'write it like "maxpool 2" or "avgpool 3 stride 2 same"'
_POOLS: dict[str, type[MaxPooling2D | AveragePooling2D]] = {
    "maxpool": MaxPooling2D,
    "avgpool": AveragePooling2D,
}
_BARE: dict[str, type[Flatten | GlobalAveragePooling2D | BatchNormalization]] = {
    "batchnorm": BatchNormalization,
    "flatten": Flatten,
    "globalpool": GlobalAveragePooling2D,
}
_KINDS = ("dense", "conv", *_POOLS, *_BARE, "activation", "dropout")
_HINTS = {"conv": _CONV_HINT, **dict.fromkeys(_POOLS, _POOL_HINT)}


def parse_layers(
    text: str, kernel_initializer: str = "glorot_uniform", bias_initializer: str = "zeros"
) -> list[Layer]:
    """Read layers separated by commas; EngineError on nonsense.

    A layer is ``dense UNITS [ACTIVATION]``, ``conv FILTERS SIZE [stride N] [same] [ACTIVATION]``,
    ``maxpool SIZE [stride N] [same]``, ``avgpool`` likewise, ``globalpool``, ``batchnorm``,
    ``activation NAME``, ``dropout RATE`` or ``flatten``; a SIZE is ``3`` or ``5x3`` (down, across). The
    initializers go to every dense and convolutional layer.
    """
    layers = []
    for place, part in enumerate(text.split(","), start=1):
        words = part.split()
        if not words:
            raise EngineError(f"layer {place} is empty", _HINT)
        layers.append(_layer(words, (kernel_initializer, bias_initializer)))
    return layers


def _layer(words: list[str], initializers: tuple[str, str]) -> Layer:
    kind = choice("kind of layer", words[0], _KINDS)
    if kind in _BARE and len(words) == 1:
        return _BARE[kind]()
    if kind == "dropout" and len(words) == 2:
        return Dropout(number("the dropout rate", words[1]))
    if kind == "activation" and len(words) == 2:
        return Activation(choice("activation function", words[1], activations.NAMES))
    if kind == "dense" and len(words) in (2, 3):
        activation = words[2] if len(words) == 3 else "linear"
        return Dense(_whole("the number of units", words[1], _HINT), activation, *initializers)
    if kind == "conv" and len(words) >= 3:
        return _conv(words, initializers)
    if kind in _POOLS and len(words) >= 2:
        size = _size("the pool size", words[1], _POOL_HINT)
        step, padding, rest = _edges(words[2:], size, _POOL_HINT)
        if not rest:
            return _POOLS[kind](size, step, padding)
    raise EngineError(f"cannot read the layer {' '.join(words)[:60]!r}", _HINTS.get(kind, _HINT))


def _conv(words: list[str], initializers: tuple[str, str]) -> Layer:
    filters = _whole("the number of filters", words[1], _CONV_HINT)
    size = _size("the kernel size", words[2], _CONV_HINT)
    step, padding, rest = _edges(words[3:], (1, 1), _CONV_HINT)
    if len(rest) > 1:
        raise EngineError(f"cannot read the layer {' '.join(words)[:60]!r}", _CONV_HINT)
    return Conv2D(filters, size, step, padding, rest[0] if rest else "linear", *initializers)


def _edges(words: Sequence[str], step: Pair, hint: str) -> tuple[Pair, str, list[str]]:
    """Step and padding where they are said, and the words that say something else."""
    rest, padding = list(words), "valid"
    if "stride" in rest[:-1]:
        place = rest.index("stride")
        step = _size("the stride", rest[place + 1], hint)
        del rest[place : place + 2]
    for name in PADDINGS:
        if name in rest:
            padding = name
            rest.remove(name)
    return step, padding, rest


def _size(what: str, word: str, hint: str) -> Pair:
    down, x, across = word.partition("x")
    return _whole(what, down, hint), _whole(what, across if x else down, hint)


def _whole(what: str, word: str, hint: str) -> int:
    if not word.isdecimal() or not word.isascii() or len(word) > 9:
        raise EngineError(f"{what} must be a whole number, not {word[:40]!r}", hint)
    return int(word)
