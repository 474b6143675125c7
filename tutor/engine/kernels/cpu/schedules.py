"""The learning rate as a function of the step; the formulas are in ``engine.schedules``.

A schedule's numbers stand in rates[RATES:]: first rate, last rate and steps of the warm-up, then what the
formula needs, in the order of the schedule's arguments.
"""

from __future__ import annotations

import math

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import kernel, spliced
from tutor.engine.kernels.cpu.views import Pointer, RunView, advanced

_WARM_UP_NUMBERS = 3


@spliced
def follow_schedule(run: RunView) -> None:
    """Set the learning rate of the coming step, if a schedule says it."""
    if run.controls[d.SCHEDULE] != d.NO_SCHEDULE:
        _set_rate(run, run.controls[d.SCHEDULE])


@kernel
def _set_rate(run: RunView, schedule: int) -> None:
    numbers = advanced(run.rates, d.RATES)
    step, first, peak, steps = float(run.counters[d.STEPS]), numbers[0], numbers[1], numbers[2]
    if step < steps:
        run.rates[d.LEARNING_RATE] = first + (peak - first) * (step / steps)
    else:
        rate = _after_warm_up(schedule, advanced(numbers, _WARM_UP_NUMBERS), step - steps)
        run.rates[d.LEARNING_RATE] = rate


@kernel
def _after_warm_up(schedule: int, numbers: Pointer, step: float) -> float:
    if schedule == d.EXPONENTIAL_DECAY:
        exponent = step / numbers[1]
        if numbers[3] != 0.0:
            exponent = math.floor(exponent) * 1.0
        return float(numbers[0] * math.pow(numbers[2], exponent))
    if schedule == d.COSINE_DECAY:
        share = min(step, numbers[1]) / numbers[1]
        alpha = numbers[2]
        return float(numbers[0] * ((1.0 - alpha) * (0.5 * (1.0 + math.cos(math.pi * share))) + alpha))
    if schedule == d.PIECEWISE_CONSTANT_DECAY:
        count = int(numbers[0])
        place = 0
        while place < count and step > numbers[1 + place]:
            place += 1
        return float(numbers[1 + count + place])
    return float(numbers[0])
