"""One layer of a one-line network, taken apart so that a form can change each of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

STARTS: Mapping[str, str] = {
    "dense": "dense 8 tanh",
    "conv": "conv 8 3x3 same relu",
    "maxpool": "maxpool 2",
    "avgpool": "avgpool 2",
    "globalpool": "globalpool",
    "flatten": "flatten",
    "batchnorm": "batchnorm",
    "dropout": "dropout 0.2",
    "activation": "activation relu",
    "residual": "residual 2x dense 8 relu",
}
"""Kind of layer -> how a new one begins."""

_FIRST = {"dense": "units", "conv": "filters", "maxpool": "window", "avgpool": "window", "dropout": "rate"}
_ACTIVE = ("dense", "conv", "activation")
_WINDOWED = ("conv", "maxpool", "avgpool")


@dataclass(frozen=True)
class LayerText:
    """``parts`` by name, in the order in which the form shows them; ``rest`` is what was not understood."""

    kind: str
    parts: dict[str, str] = field(default_factory=dict)
    rest: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> LayerText:
        """Take ``"conv 8 3x3 stride 2 same relu"`` apart; nothing is refused here."""
        kind, *words = text.split() or ["dense"]
        if kind not in STARTS or kind == "residual":
            return cls(kind, {}, tuple(words))
        parts: dict[str, str] = {}
        if kind in _FIRST:
            parts[_FIRST[kind]] = words.pop(0) if words else ""
        if kind == "conv":
            parts["window"] = words.pop(0) if words else ""
        if kind in _WINDOWED:
            parts["stride"] = ""
            if "stride" in words[:-1]:
                place = words.index("stride")
                parts["stride"] = words[place + 1]
                del words[place : place + 2]
            parts["edges"] = "same" if "same" in words else "valid"
            words = [word for word in words if word not in ("same", "valid")]
        if kind in _ACTIVE:
            named = words[0] if words else "linear"
            parts["activation"] = named
            words = words[1:]
        return cls(kind, parts, tuple(words))

    def write(self) -> str:
        """The layer in one line again."""
        words = [self.kind]
        for name, value in self.parts.items():
            if name == "stride":
                words += ["stride", value] if value else []
            elif name == "edges":
                words += ["same"] if value == "same" else []
            elif not (name == "activation" and value == "linear" and self.kind != "activation"):
                words.append(value)
        return " ".join([*words, *self.rest])

    def changed(self, part: str, value: str) -> LayerText:
        """The layer with one part exchanged."""
        return replace(self, parts={**self.parts, part: value})


def split(layers: str) -> list[str]:
    """The layers of a one-line network."""
    return [text.strip() for text in layers.split(",") if text.strip()]


def output_layer(outputs: int) -> tuple[str, str]:
    """The last layer and the loss for so many classes (2: yes or no; 0: an amount)."""
    if outputs == 0:
        return "dense 1", "mean_squared_error"
    if outputs == 2:
        return "dense 1 sigmoid", "binary_crossentropy"
    return f"dense {outputs} softmax", "categorical_crossentropy"
