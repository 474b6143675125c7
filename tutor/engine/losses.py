"""The loss functions by name, and which output and targets each goes with. Formulas: ``kernels.cpu.losses``.

mean_squared_error        targets (n,) or (n, outputs)
mean_absolute_error       the same
hinge                     targets -1 and +1 (or 0 and 1, as in Keras)
binary_crossentropy       targets from 0 to 1; the last activation is a sigmoid
categorical_crossentropy  one row per example, or class numbers (n,); the last activation is a softmax
"""

from __future__ import annotations

from tutor.engine.checks import choice
from tutor.engine.kernels import description
from tutor.errors import EngineError

CODES: dict[str, int] = {
    "mean_squared_error": description.MEAN_SQUARED_ERROR,
    "binary_crossentropy": description.BINARY_CROSSENTROPY,
    "categorical_crossentropy": description.CATEGORICAL_CROSSENTROPY,
    "hinge": description.HINGE,
    "mean_absolute_error": description.MEAN_ABSOLUTE_ERROR,
}
NAMES = tuple(CODES)
_ALIASES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "sparse_categorical_crossentropy": "categorical_crossentropy",
}
_LAST_ACTIVATION = {"binary_crossentropy": "sigmoid", "categorical_crossentropy": "softmax"}


def canonical(name: str) -> str:
    """The full name of a loss; EngineError if there is none of that name."""
    return choice("loss", _ALIASES.get(name, name) if isinstance(name, str) else name, NAMES)


def check_output(loss: str, activation: str, outputs: int) -> None:
    """EngineError if a network that ends in this activation cannot be trained with this loss."""
    needed = _LAST_ACTIVATION.get(loss)
    if needed is not None and activation != needed:
        raise EngineError(
            f"{loss} needs {needed} as the last activation, not {activation}",
            f"end the network with {needed}, or take the loss mean_squared_error",
        )
    if loss == "categorical_crossentropy" and outputs < 2:
        raise EngineError(
            "categorical_crossentropy needs one output per class, at least 2",
            "for two classes and one output take binary_crossentropy with sigmoid",
        )
