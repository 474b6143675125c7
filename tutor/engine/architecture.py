"""Networks written in one line: ``"conv 8 3x3 relu, flatten, dropout 0.5, dense 10 softmax"``.

    LAYERS = LAYER, LAYER, ...          LAYER = [frozen] one of

    dense UNITS [ACTIVATION] [nobias]
    conv FILTERS SIZE [stride SIZE] [same] [ACTIVATION]
    maxpool SIZE [stride SIZE] [same]          avgpool SIZE [stride SIZE] [same]
    globalpool          flatten          batchnorm
    activation NAME          dropout RATE
    residual Nx conv FILTERS SIZE [stride SIZE] [batchnorm] [project] [ACTIVATION]
    residual Nx dense UNITS [batchnorm] [project] [ACTIVATION]
    residual (LAYER; LAYER; ...) [project conv|dense|(LAYER; ...)] [ACTIVATION]

A SIZE is ``3`` or ``5x3`` (down, across). ``residual 2x`` is the block of ResNet: that layer twice, as large
as its input ("same"), the activation after each, the last time after the sum; ``batchnorm`` stands before
each activation; ``project`` brings the shortcut to the block's shape, as it must where width or size change.
A stride, which only the first layer has, projects by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tutor.engine import activations
from tutor.engine.checks import choice, shown, spelled_number
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
    Residual,
    WeightedLayer,
    layer_list,
    with_trainable,
)
from tutor.engine.windows import PADDINGS, Pair
from tutor.errors import EngineError

NO_BIAS = "nobias"
_HINT = 'write it like "dense 16 relu, dense 1 sigmoid"'
_CONV_HINT = 'write it like "conv 8 3x3 relu" or "conv 8 5x5 stride 2 same relu"'
_POOL_HINT = 'write it like "maxpool 2" or "avgpool 3 stride 2 same"'
_RESIDUAL_HINT = (
    'write it like "residual 2x conv 16 3x3 relu" or "residual (dense 8 relu; dense 8) project dense"'
)
_POOLS: dict[str, type[MaxPooling2D | AveragePooling2D]] = {
    "maxpool": MaxPooling2D,
    "avgpool": AveragePooling2D,
}
_BARE: dict[str, type[Flatten | GlobalAveragePooling2D | BatchNormalization]] = {
    "batchnorm": BatchNormalization,
    "flatten": Flatten,
    "globalpool": GlobalAveragePooling2D,
}
_KINDS = ("dense", "conv", *_POOLS, *_BARE, "activation", "dropout", "residual")
_HINTS = {"conv": _CONV_HINT, "residual": _RESIDUAL_HINT, **dict.fromkeys(_POOLS, _POOL_HINT)}
_DEEPEST = 8
"""Brackets inside each other."""
_MOST = 100
"""Layers in one residual block."""

Initializers = tuple[str, str]
"""Of weights and of biases."""


def parse_layers(
    text: str, kernel_initializer: str = "glorot_uniform", bias_initializer: str = "zeros"
) -> list[Layer]:
    """Read layers separated by commas; EngineError on nonsense.

    The initializers go to every dense and convolutional layer.
    """
    if not isinstance(text, str):
        raise EngineError(f"the layers must be one line of text, not {shown(text)}", _HINT)
    return _list(text, ",", (kernel_initializer, bias_initializer))


def _list(text: str, separator: str, initializers: Initializers) -> list[Layer]:
    layers = []
    for place, part in enumerate(_split(text, separator), start=1):
        words = part.split()
        if not words:
            raise EngineError(f"layer {place} is empty", _HINT)
        frozen = words[0] == "frozen"
        layer = _layer(words[frozen:] or [""], initializers)
        if frozen and not isinstance(layer, WeightedLayer):
            raise EngineError(
                f"there is nothing to freeze in {part.strip()[:60]!r}", "leave the word frozen out"
            )
        layers.append(with_trainable(layer, not frozen))
    return layers


def _split(text: str, separator: str) -> list[str]:
    """The parts between separators that stand in no bracket."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if not 0 <= depth <= _DEEPEST:
            break
        if character == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    if depth:
        raise EngineError("the brackets do not match, or are too deep", _RESIDUAL_HINT)
    return parts


def _layer(words: list[str], initializers: Initializers) -> Layer:
    kind = choice("kind of layer", words[0], _KINDS)
    if kind == "residual" and len(words) > 1:
        return _residual(words[1:], initializers)
    if kind in _BARE and len(words) == 1:
        return _BARE[kind]()
    if kind == "dropout" and len(words) == 2:
        return Dropout(spelled_number("the dropout rate", words[1]))
    if kind == "activation" and len(words) == 2:
        return Activation(choice("activation function", words[1], activations.NAMES))
    if kind == "dense" and len(words) >= 2:
        use_bias = words[-1] != NO_BIAS
        activation, *rest = words[2 : None if use_bias else -1] or ["linear"]
        if not rest:
            units = _whole("the number of units", words[1], _HINT)
            return Dense(units, activation, *initializers, use_bias=use_bias)
    if kind == "conv" and len(words) >= 3:
        return _conv(words, initializers)
    if kind in _POOLS and len(words) >= 2:
        size = _size("the pool size", words[1], _POOL_HINT)
        step, padding, rest = _edges(words[2:], size, _POOL_HINT)
        if not rest:
            return _POOLS[kind](size, step, padding)
    raise EngineError(f"cannot read the layer {' '.join(words)[:60]!r}", _HINTS.get(kind, _HINT))


def _conv(words: list[str], initializers: Initializers) -> Layer:
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


# --------------------------------------------------------------------------- residual blocks


def _residual(words: list[str], initializers: Initializers) -> Layer:
    """A block, from what follows the word "residual"."""
    if not words[0].startswith("("):
        return _uniform_block(words, initializers)
    inside, rest = _bracket(" ".join(words))
    projection: str | list[Layer] | None = None
    if rest[:1] == ["project"]:
        after = " ".join(rest[1:])
        if after.startswith("("):
            shortcut, rest = _bracket(after)
            projection = _list(shortcut, ";", initializers)
        else:
            projection, rest = [*rest, ""][1], rest[2:]
    if len(rest) > 1:
        raise EngineError(f"cannot read {' '.join(rest)[:60]!r} after a residual block", _RESIDUAL_HINT)
    return Residual(_list(inside, ";", initializers), projection, rest[0] if rest else "linear")


def _bracket(text: str) -> tuple[str, list[str]]:
    """What stands in the bracket that ``text`` begins with, and the words after it."""
    end, depth = 0, 1
    while depth:
        end += 1
        depth += (text[end] == "(") - (text[end] == ")")
    return text[1:end], text[end + 1 :].split()


def _uniform_block(words: list[str], initializers: Initializers) -> Layer:
    """The same layer so many times, as in ``2x conv 16 3x3 batchnorm relu``."""
    times = _whole("how often", words[0].removesuffix("x"), _RESIDUAL_HINT)
    if not words[0].endswith("x") or not 1 <= times <= _MOST or words[1:2] not in (["dense"], ["conv"]):
        raise EngineError(f"cannot read the residual block {' '.join(words)[:60]!r}", _RESIDUAL_HINT)
    normalized, projected = "batchnorm" in words, "project" in words
    layer = _layer([word for word in words[1:] if word not in ("batchnorm", "project")], initializers)
    assert isinstance(layer, Dense | Conv2D)
    if isinstance(layer, Conv2D):
        layer = replace(layer, padding="same")
        projected = projected or layer.strides != (1, 1)
    projection = ("conv" if isinstance(layer, Conv2D) else "dense") if projected else None
    return Residual(_repeated(layer, times, normalized), projection, layer.activation)


def _repeated(layer: Dense | Conv2D, times: int, normalized: bool) -> list[Layer]:
    """With an activation after each but the last, and with the step of the first alone."""
    linear, layers = replace(layer, activation="linear"), list[Layer]()
    for left in range(times, 0, -1):
        last = left == 1
        layers.append(linear if normalized or last else layer)
        if normalized:
            layers.append(BatchNormalization())
            if not last and layer.activation != "linear":
                layers.append(Activation(layer.activation))
        if isinstance(layer, Conv2D) and isinstance(linear, Conv2D):
            layer, linear = replace(layer, strides=1), replace(linear, strides=1)
    return layers


# --------------------------------------------------------------------------- back into words


def describe(
    layers: Sequence[Layer], kernel_initializer: str = "glorot_uniform", bias_initializer: str = "zeros"
) -> str:
    """The line from which :func:`parse_layers`, with the same initializers, makes the same layers.

    EngineError for what no line can say: penalties, other initializers, the settings of batch normalization.
    """
    texts = []
    for layer in layer_list(layers):
        texts.append(_text(layer, (kernel_initializer, bias_initializer)))
        if parse_layers(texts[-1], kernel_initializer, bias_initializer) != [layer]:
            raise EngineError(
                f"a line cannot say every setting of {texts[-1]!r}",
                "leave out penalties, initializers, settings of batch normalization; or save the network",
            )
    return ", ".join(texts)


def _text(layer: Layer, initializers: Initializers) -> str:
    text = _residual_text(layer, initializers) if isinstance(layer, Residual) else _plain_text(layer)
    return f"frozen {text}" if isinstance(layer, WeightedLayer) and not layer.trainable else text


def _plain_text(layer: Layer) -> str:
    match layer:
        case Dense():
            words = ["dense", str(layer.units), _activation_text(layer.activation)]
        case Conv2D():
            edges = _edges_text(layer.strides, (1, 1), layer.padding)
            size = _size_text(layer.kernel_size, always_both=True)
            words = ["conv", str(layer.filters), size, *edges, _activation_text(layer.activation)]
        case MaxPooling2D() | AveragePooling2D():
            name = "maxpool" if isinstance(layer, MaxPooling2D) else "avgpool"
            words = [
                name,
                _size_text(layer.pool_size),
                *_edges_text(layer.strides, layer.pool_size, layer.padding),
            ]
        case Activation():
            words = ["activation", layer.activation]
        case Dropout():
            words = ["dropout", repr(float(layer.rate))]
        case _:
            words = [name for name, kind in _BARE.items() if type(layer) is kind]
    return " ".join(word for word in words if word)


def _residual_text(layer: Residual, initializers: Initializers) -> str:
    """In the short form if that says it all."""
    activation = _activation_text(layer.activation)
    weighted = [part for part in layer.layers if isinstance(part, Dense | Conv2D)]
    if weighted and len(weighted) <= _MOST:
        linear = replace(weighted[0], activation="linear")
        words = ["residual", f"{len(weighted)}x", _plain_text(linear).removesuffix(" same")]
        words += ["batchnorm"] if any(isinstance(part, BatchNormalization) for part in layer.layers) else []
        words += ["project"] if layer.projection and " stride " not in words[2] else []
        short = " ".join([*words, activation]).strip()
        if parse_layers(short, *initializers) == [with_trainable(layer, True)]:
            return short
    text = f"residual ({'; '.join(_text(part, initializers) for part in layer.layers)})"
    if isinstance(layer.projection, str):
        text += f" project {layer.projection}"
    elif layer.projection is not None:
        text += f" project ({'; '.join(_text(part, initializers) for part in layer.projection)})"
    return f"{text} {activation}".strip()


def _activation_text(name: str) -> str:
    return "" if name == "linear" else name


def _edges_text(strides: object, usual: object, padding: str) -> list[str]:
    step = [] if strides == usual else ["stride", _size_text(strides)]
    return [*step, *(["same"] if padding == "same" else [])]


def _size_text(size: Any, always_both: bool = False) -> str:
    down, across = size
    return f"{down}x{across}" if always_both or down != across else str(down)
