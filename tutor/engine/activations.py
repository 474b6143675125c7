"""The activation functions by name. The formulas, for input z:

linear   z
sigmoid  1 / (1 + exp(-z))
tanh     (exp(z) - exp(-z)) / (exp(z) + exp(-z))
relu     max(0, z)                  derivative at 0: 0
softmax  exp(z_i) / sum_j exp(z_j)  over the units of a layer
leaky_relu  max(0.2 z, z)           derivative at 0: 0.2
elu      z if z > 0 else exp(z) - 1
gelu     z Phi(z), Phi the standard normal distribution function
softplus log(1 + exp(z))
sign     +1 if z >= 0 else -1       derivative: 0 everywhere
step     1 if z >= 0 else 0         derivative: 0 everywhere
"""

from __future__ import annotations

from tutor.engine.checks import choice
from tutor.engine.kernels import description

CODES: dict[str, int] = {
    "linear": description.LINEAR,
    "sigmoid": description.SIGMOID,
    "tanh": description.TANH,
    "relu": description.RELU,
    "softmax": description.SOFTMAX,
    "sign": description.SIGN,
    "step": description.STEP,
    "leaky_relu": description.LEAKY_RELU,
    "elu": description.ELU,
    "gelu": description.GELU,
    "softplus": description.SOFTPLUS,
}
NAMES = tuple(CODES)


def code(name: str) -> int:
    """The kernels' number for an activation function; EngineError if there is none of that name."""
    return CODES[choice("activation function", name, NAMES)]
