"""One update of all parameters (flat, padding included); the formulas are in ``engine.optimizers``.

Every rule returns whether one of this thread's parameters is no longer finite. Weight decay shrinks each
parameter by the factor ``keep`` before it is moved; without decay that is exactly 1.
"""

from __future__ import annotations

import math

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda.jit import Span, device


@device
def update(network: d.Network, run: d.Run, step: int, span: Span) -> bool:
    """Move the parameters against the gradients; ``step`` updates were done before."""
    optimizer = run.controls[d.OPTIMIZER]
    if optimizer == d.ADAM:
        return _adam(network, run, step, span)
    if optimizer == d.RMSPROP:
        return _rmsprop(network, run, span)
    if optimizer == d.ADAGRAD:
        return _adagrad(network, run, span)
    return _momentum(network, run, span)


@device
def remember(network: d.Network, run: d.Run, span: Span) -> None:
    """Keep the parameters as they are now, so that the next update can be seen."""
    for i in range(span.first, network.gradients.size, span.step):
        run.before[i] = network.parameters[i]


@device
def _keep(run: d.Run) -> float:
    """What weight decay leaves of a parameter in one step."""
    return 1.0 - run.rates[d.LEARNING_RATE] * run.rates[d.WEIGHT_DECAY]  # type: ignore[no-any-return]


@device
def _momentum(network: d.Network, run: d.Run, span: Span) -> bool:
    """Gradient descent, with a velocity if there is a momentum."""
    w, g, velocity = network.parameters, network.gradients, run.slots
    real = w.dtype.type
    rate, momentum = real(run.rates[d.LEARNING_RATE]), real(run.rates[d.MOMENTUM])
    keep, nesterov = real(_keep(run)), run.controls[d.NESTEROV] != 0
    bad = False
    for i in range(span.first, g.size, span.step):
        move = -(rate * g[i])
        if momentum != real(0):
            v = momentum * velocity[i] + move
            velocity[i] = v
            move = momentum * v + move if nesterov else v
        w[i] = keep * w[i] + move
        bad = bad or not math.isfinite(w[i])
    return bad


@device
def _adagrad(network: d.Network, run: d.Run, span: Span) -> bool:
    w, g, square = network.parameters, network.gradients, run.slots
    real = w.dtype.type
    rate, epsilon = real(run.rates[d.LEARNING_RATE]), real(run.rates[d.EPSILON])
    keep = real(_keep(run))
    bad = False
    for i in range(span.first, g.size, span.step):
        v = square[i] + g[i] * g[i]
        square[i] = v
        w[i] = keep * w[i] - rate * g[i] / real(math.sqrt(v + epsilon))
        bad = bad or not math.isfinite(w[i])
    return bad


@device
def _rmsprop(network: d.Network, run: d.Run, span: Span) -> bool:
    w, g, slots = network.parameters, network.gradients, run.slots  # squares, then velocities
    real = w.dtype.type
    rate, epsilon = real(run.rates[d.LEARNING_RATE]), real(run.rates[d.EPSILON])
    rho, new_share = real(run.rates[d.RHO]), real(1.0 - run.rates[d.RHO])
    momentum, keep = real(run.rates[d.MOMENTUM]), real(_keep(run))
    bad = False
    for i in range(span.first, g.size, span.step):
        v = rho * slots[i] + new_share * (g[i] * g[i])
        move = momentum * slots[g.size + i] + rate * g[i] / real(math.sqrt(v + epsilon))
        slots[i] = v
        slots[g.size + i] = move
        w[i] = keep * w[i] - move
        bad = bad or not math.isfinite(w[i])
    return bad


@device
def _adam(network: d.Network, run: d.Run, step: int, span: Span) -> bool:
    w, g, slots = network.parameters, network.gradients, run.slots  # means, then squares
    real, rates = w.dtype.type, run.rates
    t = float(step + 1)
    correction = math.sqrt(1.0 - rates[d.BETA_2] ** t) / (1.0 - rates[d.BETA_1] ** t)
    rate, epsilon = real(rates[d.LEARNING_RATE] * correction), real(rates[d.EPSILON])
    beta_1, new_1 = real(rates[d.BETA_1]), real(1.0 - rates[d.BETA_1])
    beta_2, new_2 = real(rates[d.BETA_2]), real(1.0 - rates[d.BETA_2])
    keep = real(_keep(run))
    bad = False
    for i in range(span.first, g.size, span.step):
        m = beta_1 * slots[i] + new_1 * g[i]
        v = beta_2 * slots[g.size + i] + new_2 * (g[i] * g[i])
        slots[i] = m
        slots[g.size + i] = v
        w[i] = keep * w[i] - rate * m / (real(math.sqrt(v)) + epsilon)
        bad = bad or not math.isfinite(w[i])
    return bad
