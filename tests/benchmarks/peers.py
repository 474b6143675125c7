"""The same trainings in other libraries; each gives a function that does so many steps."""

from __future__ import annotations

import importlib.util
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.works import BATCHES, Work
from tutor.engine import (
    SGD,
    Adam,
    AveragePooling2D,
    Conv2D,
    Dense,
    Layer,
    MaxPooling2D,
    Sequential,
)

Train = Callable[[int], None]
SCAN = 256
"""Steps in one call of JAX's scan."""


def dltutor(work: Work) -> Train:
    model = Sequential(work.layers, work.input_shape, seed=0)
    loss = "binary_crossentropy" if work.binary else "categorical_crossentropy"
    model.compile(optimizer=SGD(work.rate) if work.optimizer == "sgd" else Adam(work.rate), loss=loss)
    return model.trainer(*work.data(), batch_size=work.batch).run


def pytorch(work: Work, compiled: bool = False) -> Train:
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(work.threads)
    net = torch.nn.Sequential(*_torch_modules(work))
    functional = torch.nn.functional
    criterion = functional.binary_cross_entropy_with_logits if work.binary else functional.cross_entropy

    def loss_of(x: Any, y: Any) -> Any:
        return criterion(net(x), y)

    loss = torch.compile(loss_of) if compiled else loss_of
    optimizer = (torch.optim.SGD if work.optimizer == "sgd" else torch.optim.Adam)(
        net.parameters(), work.rate
    )
    x, y = work.data()
    if x.ndim == 4:
        x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))  # PyTorch's images are channels-first
    inputs = torch.from_numpy(x).split(work.batch)
    targets = (torch.from_numpy(y).float()[:, None] if work.binary else torch.from_numpy(y)).split(work.batch)

    def train(steps: int) -> None:
        for step in range(steps):
            optimizer.zero_grad()
            loss(inputs[step % BATCHES], targets[step % BATCHES]).backward()
            optimizer.step()

    return train


def _torch_modules(work: Work) -> list[Any]:
    """Without the last activation, which PyTorch's losses have inside."""
    from torch import nn

    functions = {"tanh": nn.Tanh, "relu": nn.ReLU, "sigmoid": nn.Sigmoid}
    modules: list[Any] = []
    for layer, shape in zip(work.layers, work.shapes, strict=False):
        match layer:
            case Dense():
                modules.append(nn.Linear(shape[0], layer.units))
            case Conv2D():
                modules.append(nn.Conv2d(shape[2], layer.filters, layer.kernel_size, padding=layer.padding))  # type: ignore[arg-type]
            case MaxPooling2D():
                modules.append(nn.MaxPool2d(layer.pool_size))  # type: ignore[arg-type]
            case AveragePooling2D():
                modules.append(nn.AvgPool2d(layer.pool_size))  # type: ignore[arg-type]
            case _:
                modules.append(nn.Flatten())
        if getattr(layer, "activation", "softmax") in functions:
            modules.append(functions[layer.activation]())  # type: ignore[attr-defined]
    return modules[:-1] if work.binary else modules


def pytorch_compiled(work: Work) -> Train:
    return pytorch(work, compiled=True)


def scikit_learn(work: Work) -> Train:
    from sklearn.neural_network import MLPClassifier
    from threadpoolctl import threadpool_limits

    x, y = work.data()
    *hidden, _ = [layer for layer in work.layers if isinstance(layer, Dense)]
    activation = hidden[0].activation
    net = MLPClassifier(
        [layer.units for layer in hidden],
        activation={"sigmoid": "logistic"}.get(activation, activation),
        solver=work.optimizer,
        alpha=0.0,
        batch_size=work.batch,
        learning_rate_init=work.rate,
        momentum=0.0,
        random_state=0,
    )
    classes = np.arange(max(work.outputs, 2))
    inputs, targets = np.split(x, BATCHES), np.split(y, BATCHES)

    def train(steps: int) -> None:
        with warnings.catch_warnings(), threadpool_limits(work.threads):
            warnings.simplefilter("ignore")
            for step in range(steps):
                net.partial_fit(inputs[step % BATCHES], targets[step % BATCHES], classes=classes)

    return train


def jax(work: Work) -> Train:
    """``jit`` around ``lax.scan`` over the steps, Adam written out; the state never leaves JAX."""
    import jax as library
    import jax.numpy as jnp

    layers = work.layers
    weights = _jax_weights(work)
    x, y = work.data()
    inputs, targets = jnp.array(np.split(x, BATCHES)), jnp.array(np.split(y, BATCHES))

    def loss_of(weights: Any, x: Any, y: Any) -> Any:
        z = x
        for layer, pair in zip(layers, weights, strict=True):
            z = _jax_layer(layer, pair, z)
        if work.binary:
            return jnp.mean(library.nn.softplus(z[:, 0]) - y * z[:, 0])
        return jnp.mean(library.nn.logsumexp(z, axis=1) - jnp.take_along_axis(z, y[:, None], 1)[:, 0])

    each = library.tree.map

    def step(state: Any, number: Any) -> Any:
        weights, mean, square, t = state
        g = library.grad(loss_of)(weights, inputs[number % BATCHES], targets[number % BATCHES])
        if work.optimizer == "sgd":
            return (each(lambda w, g: w - work.rate * g, weights, g), mean, square, t), None
        t = t + 1
        mean = each(lambda m, g: 0.9 * m + 0.1 * g, mean, g)
        square = each(lambda v, g: 0.999 * v + 0.001 * g * g, square, g)
        rate = work.rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        moved = each(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, mean, square)
        return (moved, mean, square, t), None

    run = library.jit(lambda state: library.lax.scan(step, state, jnp.arange(SCAN))[0])
    nothing = each(jnp.zeros_like, weights) if work.optimizer == "adam" else ()
    state = [(weights, nothing, nothing, jnp.float32(0))]

    def train(steps: int) -> None:
        for _ in range(0, steps, SCAN):
            state[0] = run(state[0])
        library.block_until_ready(state[0])

    return train


def _jax_weights(work: Work) -> list[Any]:
    """Kernel and bias of each layer, nothing for those without."""
    import jax.numpy as jnp

    rng, weights = np.random.default_rng(0), list[Any]()
    for layer, before in zip(work.layers, work.shapes, strict=False):
        shape: tuple[int, ...] = ()
        if isinstance(layer, Dense):
            shape = (before[0], layer.units)
        elif isinstance(layer, Conv2D):
            shape = (*layer.kernel_size, before[2], layer.filters)  # type: ignore[misc]
        scale = math.prod(shape[:-1]) ** -0.5
        pair = (jnp.array(rng.normal(0, scale, shape), jnp.float32), jnp.zeros(shape[-1])) if shape else ()
        weights.append(pair)
    return weights


def _jax_layer(layer: Layer, pair: Any, x: Any) -> Any:
    """What a layer answers; a last sigmoid or softmax is left to the loss."""
    import jax as library
    import jax.numpy as jnp

    lax = library.lax
    match layer:
        case Dense():
            z = x @ pair[0] + pair[1]
        case Conv2D():
            padding, letters = layer.padding.upper(), ("NHWC", "HWIO", "NHWC")
            z = lax.conv_general_dilated(x, pair[0], (1, 1), padding, dimension_numbers=letters) + pair[1]
        case MaxPooling2D():
            return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        case AveragePooling2D():
            return lax.reduce_window(x, 0.0, lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") / 4
        case _:
            return x.reshape(len(x), -1)
    functions = {"tanh": jnp.tanh, "relu": library.nn.relu, "sigmoid": library.nn.sigmoid}
    last = layer.activation == "softmax" or z.shape[-1] == 1
    return z if last else functions[layer.activation](z)


def available(with_compiled: bool) -> dict[str, Callable[[Work], Train]]:
    """The peers that are installed, by their name in the table."""
    peers = {
        "PyTorch": pytorch,
        "PyTorch compiled": pytorch_compiled,
        "scikit-learn": scikit_learn,
        "JAX": jax,
    }
    modules = {"scikit-learn": "sklearn", "JAX": "jax"}
    return {
        name: peer
        for name, peer in peers.items()
        if importlib.util.find_spec(modules.get(name, "torch"))
        and (with_compiled or peer is not pytorch_compiled)
    }


def can(name: str, work: Work) -> bool:
    """Whether a peer has such networks: scikit-learn's are dense."""
    return name != "scikit-learn" or len(work.input_shape) == 1
