"""What the panels of the lab show beside the curves, made when a report is asked for them.

One file per topic. All of them only look: whatever is asked for, and however often, the run stays the same.
"""

from __future__ import annotations

from msgspec.structs import replace

from tutor.lab.details.past import Past
from tutor.lab.learner import Learner
from tutor.lab.network import NetworkLearner
from tutor.report import Report, Wanted

__all__ = ["Past", "add"]


def add(report: Report, learner: Learner, past: Past, wanted: Wanted) -> Report:
    """The report with the details that are wanted, as far as this kind of learner has them."""
    if isinstance(learner, NetworkLearner) and "health" in wanted.topics:
        report = replace(report, health=past.health(learner.trainer))
    return report
