"""One update of all parameters (flat, padding included); the formulas are in ``engine.optimizers``.

Every rule returns False if a parameter is no longer finite: x * 0 is NaN for infinities and NaN. Weight decay
shrinks each parameter by the factor ``keep`` before it is moved; without decay that is exactly 1.
"""

from __future__ import annotations

import math
from typing import Any

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import (
    all_zero,
    count_of,
    fill,
    load,
    load_like,
    merged,
    square_root,
    store,
    wide_zero,
)
from tutor.engine.kernels.cpu.linking import linked
from tutor.engine.kernels.cpu.parts import Part
from tutor.engine.kernels.cpu.views import NetworkView, RunView, advanced


@linked
def update(network: NetworkView, run: RunView, part: Part) -> bool:
    """Move the parameters of a part against their gradients."""
    first, last = part.begin, part.end
    optimizer = run.controls[d.OPTIMIZER]
    if optimizer == d.ADAM:
        return _adam(network, run, first, last)
    if optimizer == d.RMSPROP:
        return _rmsprop(network, run, first, last)
    if optimizer == d.ADAGRAD:
        return _adagrad(network, run, first, last)
    if run.rates[d.MOMENTUM] != 0.0:
        return _momentum(network, run, first, last)
    return _gradient_descent(network, run, first, last)


@kernel
def remember(network: NetworkView, run: RunView) -> None:
    """Keep the parameters, so that a report can tell the length of the update that follows."""
    for i in range(0, network.size, d.WIDTH):
        store(run.before, i, load(network.parameters, i))


@kernel
def _keep(run: RunView) -> float:
    """What weight decay leaves of a parameter in one step."""
    return float(1.0 - run.rates[d.LEARNING_RATE] * run.rates[d.WEIGHT_DECAY])


@kernel
def _gradient_descent(network: NetworkView, run: RunView, first: int, last: int) -> bool:
    wide, group = wide_zero(network.parameters), fill(network.parameters, 0.0)
    rest = last - (last - first) % count_of(wide)
    finite = _descend(wide, network, run, first, rest)
    return _descend(group, network, run, rest, last) and finite


@inlined
def _descend(zero: Any, network: NetworkView, run: RunView, first: int, last: int) -> bool:
    w, g = network.parameters, network.gradients
    rate, keep = fill(zero, run.rates[d.LEARNING_RATE]), fill(zero, _keep(run))
    trace = zero
    for i in range(first, last, count_of(zero)):
        new = keep * load_like(zero, w, i) - rate * load_like(zero, g, i)
        store(w, i, new)
        trace = merged(trace, new * 0.0)
    return bool(all_zero(trace))


@kernel
def _momentum(network: NetworkView, run: RunView, first: int, last: int) -> bool:
    w, g, velocity = network.parameters, network.gradients, run.slots
    rate, momentum = fill(w, run.rates[d.LEARNING_RATE]), fill(w, run.rates[d.MOMENTUM])
    keep = fill(w, _keep(run))
    nesterov = run.controls[d.NESTEROV] != 0
    trace = fill(w, 0.0)
    for i in range(first, last, d.WIDTH):
        push = rate * load(g, i)
        v = momentum * load(velocity, i) - push
        move = momentum * v - push if nesterov else v
        new = keep * load(w, i) + move
        store(velocity, i, v)
        store(w, i, new)
        trace = merged(trace, new * 0.0)
    return bool(all_zero(trace))


@kernel
def _adagrad(network: NetworkView, run: RunView, first: int, last: int) -> bool:
    w, g, square = network.parameters, network.gradients, run.slots
    rate, epsilon = fill(w, run.rates[d.LEARNING_RATE]), fill(w, run.rates[d.EPSILON])
    keep = fill(w, _keep(run))
    trace = fill(w, 0.0)
    for i in range(first, last, d.WIDTH):
        gradient = load(g, i)
        v = load(square, i) + gradient * gradient
        new = keep * load(w, i) - rate * gradient / square_root(v + epsilon)
        store(square, i, v)
        store(w, i, new)
        trace = merged(trace, new * 0.0)
    return bool(all_zero(trace))


@kernel
def _rmsprop(network: NetworkView, run: RunView, first: int, last: int) -> bool:
    w, g, square = network.parameters, network.gradients, run.slots
    velocity = advanced(run.slots, network.size)
    rate, epsilon = fill(w, run.rates[d.LEARNING_RATE]), fill(w, run.rates[d.EPSILON])
    rho, new_share = fill(w, run.rates[d.RHO]), fill(w, 1.0 - run.rates[d.RHO])
    momentum, keep = fill(w, run.rates[d.MOMENTUM]), fill(w, _keep(run))
    trace = fill(w, 0.0)
    for i in range(first, last, d.WIDTH):
        gradient = load(g, i)
        v = rho * load(square, i) + new_share * (gradient * gradient)
        move = momentum * load(velocity, i) + rate * gradient / square_root(v + epsilon)
        new = keep * load(w, i) - move
        store(square, i, v)
        store(velocity, i, move)
        store(w, i, new)
        trace = merged(trace, new * 0.0)
    return bool(all_zero(trace))


@kernel
def _adam(network: NetworkView, run: RunView, first: int, last: int) -> bool:
    w, g, mean = network.parameters, network.gradients, run.slots
    square = advanced(run.slots, network.size)
    rates = run.rates
    t = float(run.counters[d.STEPS] + 1)
    correction = math.sqrt(1.0 - rates[d.BETA_2] ** t) / (1.0 - rates[d.BETA_1] ** t)
    rate = fill(w, rates[d.LEARNING_RATE] * correction)
    beta_1, beta_2, epsilon = fill(w, rates[d.BETA_1]), fill(w, rates[d.BETA_2]), fill(w, rates[d.EPSILON])
    new_1, new_2 = fill(w, 1.0 - rates[d.BETA_1]), fill(w, 1.0 - rates[d.BETA_2])
    keep = fill(w, _keep(run))
    trace = fill(w, 0.0)
    for i in range(first, last, d.WIDTH):
        gradient = load(g, i)
        m = beta_1 * load(mean, i) + new_1 * gradient
        v = beta_2 * load(square, i) + new_2 * (gradient * gradient)
        new = keep * load(w, i) - rate * m / (square_root(v) + epsilon)
        store(mean, i, m)
        store(square, i, v)
        store(w, i, new)
        trace = merged(trace, new * 0.0)
    return bool(all_zero(trace))
