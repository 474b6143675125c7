"""One update of all parameters (flat, padding included) by each optimizer; the formulas are in
``engine.optimizers``.

Every function returns False if a parameter is no longer finite: x * 0 is NaN for infinities and NaN.
"""

from __future__ import annotations

import math

from tutor.engine.kernels.cpu.jit import kernel
from tutor.engine.kernels.cpu.lanes import fill, load, square_root, store, total
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, RunView, advanced
from tutor.engine.kernels.description import (
    ADAM,
    BETA_1,
    BETA_2,
    EPSILON,
    LEARNING_RATE,
    MOMENTUM,
    OPTIMIZER,
    STEPS,
    WIDTH,
)


@kernel
def update(network: NetworkView, run: RunView) -> bool:
    """Move the parameters against the gradients."""
    if run.controls[OPTIMIZER] == ADAM:
        return _adam(network, run)
    if run.rates[MOMENTUM] != 0.0:
        return _momentum(network, run)
    return _gradient_descent(network, run)


@kernel
def all_finite(numbers: Pointer, size: int) -> bool:
    """Whether no number of a padded buffer is NaN or infinite."""
    trace = fill(numbers, 0.0)
    for i in range(0, size, WIDTH):
        trace = trace + load(numbers, i) * 0.0
    return bool(total(trace) == 0.0)


@kernel
def _gradient_descent(network: NetworkView, run: RunView) -> bool:
    w, g = network.parameters, network.gradients
    rate = fill(w, run.rates[LEARNING_RATE])
    trace = fill(w, 0.0)
    for i in range(0, network.size, WIDTH):
        new = load(w, i) - rate * load(g, i)
        store(w, i, new)
        trace = trace + new * 0.0
    return bool(total(trace) == 0.0)


@kernel
def _momentum(network: NetworkView, run: RunView) -> bool:
    w, g, velocity = network.parameters, network.gradients, run.slots
    rate, momentum = fill(w, run.rates[LEARNING_RATE]), fill(w, run.rates[MOMENTUM])
    trace = fill(w, 0.0)
    for i in range(0, network.size, WIDTH):
        v = momentum * load(velocity, i) - rate * load(g, i)
        new = load(w, i) + v
        store(velocity, i, v)
        store(w, i, new)
        trace = trace + new * 0.0
    return bool(total(trace) == 0.0)


@kernel
def _adam(network: NetworkView, run: RunView) -> bool:
    w, g, mean = network.parameters, network.gradients, run.slots
    square = advanced(run.slots, network.size)
    rates = run.rates
    t = run.counters[STEPS] + 1
    correction = math.sqrt(1.0 - rates[BETA_2] ** float(t)) / (1.0 - rates[BETA_1] ** float(t))
    rate = fill(w, rates[LEARNING_RATE] * correction)
    beta_1, beta_2, epsilon = fill(w, rates[BETA_1]), fill(w, rates[BETA_2]), fill(w, rates[EPSILON])
    new_1, new_2 = fill(w, 1.0 - rates[BETA_1]), fill(w, 1.0 - rates[BETA_2])
    trace = fill(w, 0.0)
    for i in range(0, network.size, WIDTH):
        gradient = load(g, i)
        m = beta_1 * load(mean, i) + new_1 * gradient
        v = beta_2 * load(square, i) + new_2 * (gradient * gradient)
        new = load(w, i) - rate * m / (square_root(v) + epsilon)
        store(mean, i, m)
        store(square, i, v)
        store(w, i, new)
        trace = trace + new * 0.0
    return bool(total(trace) == 0.0)
