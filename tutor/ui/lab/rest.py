"""Training rests while nobody is there, and goes on with the next key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.ui.lab import branches
from tutor.worker import protocol

if TYPE_CHECKING:
    from tutor.ui.attendance import Attendance
    from tutor.ui.lab.controller import LabController


def attend(lab: LabController, attendance: Attendance) -> bool:
    """Let training rest, or go on, as ``attendance`` says; whether that changed."""
    resting = attendance.away and not lab.gone and (lab.resting or under_way(lab))
    if resting == lab.resting:
        return False
    wake(lab) if lab.resting else _rest(lab, attendance.limit / 60)
    return True


def wake(lab: LabController) -> None:
    """Go on, if training rests."""
    if lab.resting:
        lab.resting = False
        lab.link.send(protocol.Rest(False))
        lab.notice = "" if lab.gone else "Somebody is there again: training goes on."


def under_way(lab: LabController) -> bool:
    """Whether the training process has work to do: the run, or lots."""
    drawing = lab.report is not None and branches.drawing(lab.report.lottery)
    return not lab.resting and (lab.state == "running" or drawing)


def _rest(lab: LabController, minutes: float) -> None:
    lab.resting = True
    lab.link.send(protocol.Rest(True))
    lab.notice = f"Nobody pressed a key for {minutes:g} minutes, so training has paused: any key goes on."
