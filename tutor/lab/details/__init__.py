"""What the panels of the lab show beside the curves, made when a report is asked for them.

One file per topic. All of them only look: whatever is asked for, and however often, the run stays the same.
"""

from __future__ import annotations

from msgspec.structs import replace

from tutor.lab.details.descent import descent
from tutor.lab.details.drawing import drawing, drawing_of_machine
from tutor.lab.details.inspection import inspection
from tutor.lab.details.past import Past
from tutor.lab.details.picture import confusion_and_mistakes, fit
from tutor.lab.details.pre_activations import pre_activations
from tutor.lab.ensemble import network_of
from tutor.lab.learner import Learner
from tutor.lab.rbm import RbmLearner
from tutor.report import Report, Wanted

__all__ = ["TOPICS", "Past", "add"]

TOPICS = ("health", "pre_activations", "picture", "drawing", "inspection")
"""What can be wanted; the same as ``worker.protocol.Topic``."""


def add(report: Report, learner: Learner, past: Past, wanted: Wanted) -> Report:
    """The report with the details that are wanted, as far as this kind of learner has them."""
    topics = wanted.topics
    if isinstance(learner, RbmLearner):
        drawn = drawing_of_machine(learner, wanted.example) if "drawing" in topics else None
        return replace(report, drawing=drawn)
    if "picture" in topics:
        confusion, mistakes = confusion_and_mistakes(learner)
        report = replace(report, confusion=confusion, mistakes=mistakes, fit=fit(learner))
    network = network_of(learner)
    if network is None:
        return report
    if "picture" in topics and network is learner:
        report = replace(report, descent=descent(network, past.path))
    if "health" in topics:
        report = replace(report, health=past.health(network.epochs_exactly, network.trainer))
    if "pre_activations" in topics:
        report = replace(report, pre_activations=pre_activations(network.trainer, wanted.layer))
    if "drawing" in topics:
        report = replace(report, drawing=drawing(network, wanted.example))
    if "inspection" in topics:
        unit = inspection(network.trainer, wanted.layer, wanted.unit, wanted.example)
        report = replace(report, inspection=unit)
    return report
