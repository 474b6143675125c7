"""Layers and their weights in PyTorch: channels first, kernels transposed, edges padded by hand.

Where PyTorch has no layer that does the same, a small class of a few lines stands in the script.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

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
    WeightedLayer,
)
from tutor.errors import InputError
from tutor.export.parts import call, one_or_pair

Shape = tuple[int, ...]

_ACTIVATIONS = {
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "softmax": "nn.Softmax(dim=1)",
    "leaky_relu": "nn.LeakyReLU(0.2)",
    "elu": "nn.ELU()",
    "gelu": "nn.GELU()",
    "softplus": "nn.Softplus()",
    "sign": "Sign()",
    "step": "Step()",
}

CLASSES = {
    "Sign": '''\
class Sign(nn.Module):
    """+1 from 0 on, else -1; it passes no gradient back."""

    def forward(self, z):
        return (z >= 0).to(z.dtype) * 2 - 1''',
    "Step": '''\
class Step(nn.Module):
    """1 from 0 on, else 0; it passes no gradient back."""

    def forward(self, z):
        return (z >= 0).to(z.dtype)''',
    "FlattenAsKeras": '''\
class FlattenAsKeras(nn.Module):
    """Pixel by pixel, as Keras does; nn.Flatten would go channel by channel."""

    def forward(self, images):
        return images.movedim(1, -1).flatten(1)''',
    "AverageInside": '''\
class AverageInside(nn.Module):
    """Average pooling over padded images that counts only what lies inside the image."""

    def __init__(self, size, stride, around):
        super().__init__()
        self.pad, self.pool = nn.ZeroPad2d(around), nn.AvgPool2d(size, stride)

    def forward(self, images):
        return self.pool(self.pad(images)) / self.pool(self.pad(torch.ones_like(images)))''',
}
"""The classes that a script may need, by name."""


@dataclass
class Modules:
    """The network as lines of ``nn.Sequential``, and the lines that copy the weights into it."""

    lines: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    taken: int = 0
    """How many of the weight arrays have been copied."""

    def add(self, *lines: str) -> None:
        """One module per line."""
        self.lines += lines

    def copy(self, *parts: tuple[str, str]) -> None:
        """Fill ``parts``, (name, rearranged as) of the last module, with the next weight arrays."""
        for name, change in parts:
            target = f"model[{len(self.lines) - 1}].{name}"
            self.copies.append(f"{target}.copy_(torch.tensor(weights[{self.taken}]){change})")
            self.taken += 1

    @property
    def classes(self) -> Iterator[str]:
        """The sources of the classes that the lines use."""
        used = {line.partition("(")[0] for line in self.lines}
        return (source for name, source in CLASSES.items() if name in used)


def modules(layers: list[Layer], shapes: list[Shape], *, logits: bool) -> Modules:
    """The layers for PyTorch. ``shapes`` are the input's and each layer's output shape, channels last.

    With ``logits`` the last activation is left out, because the loss has it inside.
    """
    result = Modules()
    for place, (layer, shape, output) in enumerate(zip(layers, shapes[:-1], shapes[1:], strict=True)):
        _add(result, layer, shape, output)
        if isinstance(layer, Dense | Conv2D | Activation):
            last = place == len(layers) - 1
            if layer.activation != "linear" and not (last and logits):
                result.add(_ACTIVATIONS[layer.activation])
    return result


def _add(result: Modules, layer: Layer, shape: Shape, output: Shape) -> None:
    if isinstance(layer, WeightedLayer) and not layer.trainable:
        raise InputError("frozen layers cannot be exported to PyTorch", "leave out the word frozen")
    match layer:
        case Dense():
            result.add(f"nn.Linear({math.prod(shape)}, {layer.units})")
            result.copy(("weight", ".T"), ("bias", ""))
        case Conv2D():
            _conv(result, layer, shape, output)
        case MaxPooling2D():
            around = _around(layer, layer.pool_size, shape, output)
            if any(around):
                result.add(f'nn.ConstantPad2d({around}, -float("inf"))')
            result.add(f"nn.MaxPool2d({_sizes(layer)})")
        case AveragePooling2D():
            around = _around(layer, layer.pool_size, shape, output)
            result.add(
                f"AverageInside({_sizes(layer)}, {around})"
                if any(around)
                else f"nn.AvgPool2d({_sizes(layer)})"
            )
        case GlobalAveragePooling2D():
            result.add("nn.AdaptiveAvgPool2d(1)", "nn.Flatten()")
        case BatchNormalization():
            _normalization(result, layer, shape)
        case Dropout():
            result.add(f"nn.Dropout({layer.rate!r})")
        case Flatten():
            many = len(shape) == 3 and shape[2] > 1 and shape[0] * shape[1] > 1
            result.add("FlattenAsKeras()" if many else "nn.Flatten()")
        case Activation():
            pass
        case _:
            raise InputError(
                f"a layer of the kind {layer.kind} cannot be exported", "take it out of the network"
            )


def _conv(result: Modules, layer: Conv2D, shape: Shape, output: Shape) -> None:
    left, right, top, bottom = around = _around(layer, layer.kernel_size, shape, output)
    settings: dict[str, object] = {}
    if layer.strides != (1, 1):
        settings["stride"] = one_or_pair(layer.strides)
    if (left, top) == (right, bottom):
        if any(around):
            settings["padding"] = one_or_pair((top, left))
    else:
        result.add(f"nn.ZeroPad2d({around})")
    result.add(call("nn.Conv2d", shape[2], layer.filters, one_or_pair(layer.kernel_size), **settings))
    result.copy(("weight", ".permute(3, 2, 0, 1)"), ("bias", ""))


def _normalization(result: Modules, layer: BatchNormalization, shape: Shape) -> None:
    kind = "nn.BatchNorm2d" if len(shape) == 3 else "nn.BatchNorm1d"
    result.add(call(kind, shape[-1], eps=layer.epsilon, momentum=round(1 - layer.momentum, 10)))
    result.copy(("weight", ""), ("bias", ""), ("running_mean", ""), ("running_var", ""))


def _sizes(layer: MaxPooling2D | AveragePooling2D) -> str:
    size, stride = one_or_pair(layer.pool_size), one_or_pair(layer.strides)
    return size if stride == size and not isinstance(layer, AveragePooling2D) else f"{size}, {stride}"


def _around(
    layer: Conv2D | MaxPooling2D | AveragePooling2D, size: object, shape: Shape, output: Shape
) -> tuple[int, int, int, int]:
    """What "same" puts around an image: left, right, top, bottom; the larger half behind."""
    if layer.padding == "valid":
        return 0, 0, 0, 0
    assert isinstance(size, tuple) and isinstance(layer.strides, tuple)
    down, across = (
        max((output[axis] - 1) * layer.strides[axis] + size[axis] - shape[axis], 0) for axis in (0, 1)
    )
    return across // 2, across - across // 2, down // 2, down - down // 2
