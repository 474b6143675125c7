"""The same trainings in other libraries; each gives a function that does so many steps."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.works import BATCHES, Work
from tutor.engine import SGD, Adam, Dense, Sequential

Train = Callable[[int], None]
SCAN = 256
"""Steps in one call of JAX's scan."""


def dltutor(work: Work) -> Train:
    hidden = [Dense(n, activation=work.activation) for n in work.units[1:-1]]
    last = Dense(work.units[-1], activation="sigmoid" if work.binary else "softmax")
    model = Sequential([*hidden, last], input_shape=(work.units[0],), seed=0)
    loss = "binary_crossentropy" if work.binary else "categorical_crossentropy"
    model.compile(optimizer=SGD(work.rate) if work.optimizer == "sgd" else Adam(work.rate), loss=loss)
    return model.trainer(*work.data(), batch_size=work.batch).run


def pytorch(work: Work, compiled: bool = False) -> Train:
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(work.threads)
    function = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}[work.activation]
    layers: list[torch.nn.Module] = []
    for fan_in, fan_out in zip(work.units[:-1], work.units[1:], strict=True):
        layers += [torch.nn.Linear(fan_in, fan_out), function()]
    net = torch.nn.Sequential(*layers[:-1])
    functional = torch.nn.functional
    criterion = functional.binary_cross_entropy_with_logits if work.binary else functional.cross_entropy

    def loss_of(x: Any, y: Any) -> Any:
        return criterion(net(x), y)

    loss = torch.compile(loss_of) if compiled else loss_of
    optimizer = (torch.optim.SGD if work.optimizer == "sgd" else torch.optim.Adam)(
        net.parameters(), work.rate
    )
    x, y = work.data()
    inputs = torch.from_numpy(x).split(work.batch)
    targets = (torch.from_numpy(y).float()[:, None] if work.binary else torch.from_numpy(y)).split(work.batch)

    def train(steps: int) -> None:
        for step in range(steps):
            optimizer.zero_grad()
            loss(inputs[step % BATCHES], targets[step % BATCHES]).backward()
            optimizer.step()

    return train


def pytorch_compiled(work: Work) -> Train:
    return pytorch(work, compiled=True)


def scikit_learn(work: Work) -> Train:
    from sklearn.neural_network import MLPClassifier
    from threadpoolctl import threadpool_limits

    x, y = work.data()
    activation = {"sigmoid": "logistic"}.get(work.activation, work.activation)
    net = MLPClassifier(
        work.units[1:-1],
        activation=activation,
        solver=work.optimizer,
        alpha=0.0,
        batch_size=work.batch,
        learning_rate_init=work.rate,
        momentum=0.0,
        random_state=0,
    )
    classes = np.arange(max(work.units[-1], 2))
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

    rng = np.random.default_rng(0)
    sizes = list(zip(work.units[:-1], work.units[1:], strict=True))
    weights = [(jnp.array(rng.normal(0, a**-0.5, (a, b)), jnp.float32), jnp.zeros(b)) for a, b in sizes]
    function = {"tanh": jnp.tanh, "relu": library.nn.relu, "sigmoid": library.nn.sigmoid}[work.activation]
    x, y = work.data()
    inputs, targets = jnp.array(np.split(x, BATCHES)), jnp.array(np.split(y, BATCHES))

    def loss_of(weights: Any, x: Any, y: Any) -> Any:
        for kernel, bias in weights[:-1]:
            x = function(x @ kernel + bias)
        z = x @ weights[-1][0] + weights[-1][1]
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
