"""A training process that died: said, started anew, and the run taken up where it stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.content.part import Value
from tutor.report import Report
from tutor.worker import protocol

if TYPE_CHECKING:
    from tutor.ui.lab.controller import LabController


@dataclass(frozen=True)
class Stood:
    """A run as the learner saw it last."""

    number: int
    step: int
    knobs: Mapping[str, Value]
    replay: bool
    """Whether training it again from its seed gives the same."""
    mixed: bool
    recorded: bool


def lost(lab: LabController, reason: str) -> None:
    """The training process has died."""
    lab.gone = reason or "the training process ended"
    lab.busy = lab.notice = ""
    lab.link.cut()
    lab.state = "ready"
    if lab.report is not None and lab.reported:
        lab.stood = _stood(lab, lab.report)


def _stood(lab: LabController, report: Report) -> Stood | None:
    step = int(report.quantities.get("steps", 0))
    if step == 0 or report.state == "finished":
        return None
    replay = not lab.mixed and lab.bench.set_up(report)
    return Stood(report.run, step, report.knobs, replay, lab.mixed, lab.recorded)


def revive(lab: LabController) -> None:
    """The training process was started anew: have it take the run up, or set the bench up there again."""
    lab.gone = ""
    lab.report = None
    lab.link.cut()
    stood = lab.stood
    if stood is None:
        lab.load()
        lab.notice = "A new training process is up. The run begins again: space starts it."
        return
    lab.begin(protocol.Resume(lab.setting_up(), stood.number, stood.step, dict(stood.knobs), stood.replay))
    lab.stood, lab.mixed, lab.recorded = stood, stood.mixed, stood.recorded
    lab.state = "running"
    lab.notice = f"A new training process takes the run up at step {stood.step:,} ..."


def told(event: protocol.Resumed) -> str:
    """What became of the run, as a sentence."""
    if event.why and not event.to:
        return f"The run begins again, as {event.why}: space starts it."
    if event.why:
        return f"Trained again from its seed to step {event.to:,}: {event.why}."
    if event.to > event.step:
        return (
            f"Back at the snapshot of step {event.step:,}, and on to step {event.to:,}, where the run stood."
        )
    return f"The run stands at step {event.step:,} again, as its snapshot kept it: space goes on."


def settled(lab: LabController, report: Report) -> None:
    """A report after the revival: the knobs stand where the run has them, whatever was turned too late."""
    if lab.stood is not None:
        lab.bench.knobs = dict(report.knobs)
        lab.stood = None
        begun = report.quantities.get("steps", 0) > 0 or report.state == "running"
        lab.mixed, lab.recorded = lab.mixed and begun, lab.recorded and begun
