"""The learning rate as a function of the step, as in ``cpu.schedules``; for one thread alone."""

from __future__ import annotations

import math

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda.jit import Array, device

_WARM_UP = d.RATES
_FORMULA = d.RATES + 3


@device
def follow_schedule(run: d.Run, step: int) -> None:
    """Set the learning rate of the coming step, if a schedule says it; ``step`` updates were done before."""
    schedule, rates = run.controls[d.SCHEDULE], run.rates
    if schedule == d.NO_SCHEDULE:
        return
    first, peak, steps = rates[_WARM_UP], rates[_WARM_UP + 1], rates[_WARM_UP + 2]
    if step < steps:
        rates[d.LEARNING_RATE] = first + (peak - first) * (step / steps)
    else:
        rates[d.LEARNING_RATE] = _after_warm_up(schedule, rates, step - steps)


@device
def _after_warm_up(schedule: int, rates: Array, step: float) -> float:
    start = rates[_FORMULA]
    if schedule == d.EXPONENTIAL_DECAY:
        exponent = step / rates[_FORMULA + 1]
        if rates[_FORMULA + 3] != 0.0:
            exponent = math.floor(exponent) * 1.0
        return float(start * math.pow(rates[_FORMULA + 2], exponent))
    if schedule == d.COSINE_DECAY:
        share, alpha = step / rates[_FORMULA + 1], rates[_FORMULA + 2]
        share = 1.0 if share > 1.0 else share
        return float(start * ((1.0 - alpha) * (0.5 * (1.0 + math.cos(math.pi * share))) + alpha))
    if schedule == d.PIECEWISE_CONSTANT_DECAY:
        count = int(start)
        place = 0
        while place < count and step > rates[_FORMULA + 1 + place]:
            place += 1
        return float(rates[_FORMULA + 1 + count + place])
    return float(start)
