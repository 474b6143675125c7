"""From the experiments of the lessons to the training core: the only bridge between the two.

run = Run(experiment, lesson="backprop", knobs={"hidden_units": 4}, seed=0)
while not run.finished:
    run.advance(seconds=0.05)
print(run.result().explanation)
"""

from tutor.content.settings import initial_knobs as settings
from tutor.lab.check import try_trace, validate
from tutor.lab.course import check_interval
from tutor.lab.run import Run

__all__ = ["Run", "check_interval", "settings", "try_trace", "validate"]
