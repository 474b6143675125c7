"""Going back along a run, keeping a run to compare the next with, and drawing lots: what the keys do.

Each function acts on the lab's controller and leaves in its ``notice`` what it did, or why it could not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.charts.numbers import short
from tutor.report import Lottery, Report
from tutor.worker import protocol

if TYPE_CHECKING:
    from tutor.ui.lab.controller import LabController

SEEDS = 100
"""How many seeds a lottery draws."""


def scrub(lab: LabController, direction: int) -> None:
    """Go to the mark before or after the one that the run stands at."""
    report = lab.report
    if not lab.may_command() or lab.must_predict_first("The run begins"):
        return
    if report is None or not report.marks or report.quantities.get("steps", 0) == 0 == len(report.marks[1:]):
        lab.notice = "There is nothing to go back to yet: space starts the training."
        return
    place = (_standing_at(report) if lab.going_to is None else lab.going_to) + direction
    if place < 0:
        lab.notice = "This is as far back as it goes."
    elif place >= len(report.marks):
        lab.notice = "This is the newest step: space goes on from here."
    else:
        if lab.state == "running":
            lab.link.send(protocol.Pause())
        lab.link.send(protocol.Rewind(place))
        lab.went_back(place)


def keep(lab: LabController) -> None:
    """Keep this run's curves: what is turned next is drawn over them."""
    if not lab.may_command():
        return
    if lab.report is None or lab.report.quantities.get("steps", 0) == 0:
        lab.notice = "There is no curve to keep yet: space starts the training."
        return
    label = _label(lab)
    lab.link.send(protocol.Fork(label))
    lab.notice = f"Kept: {label}. Turn a knob or press x, train, and compare. K forgets it."


def drop(lab: LabController) -> None:
    """Forget the kept curves."""
    if not lab.may_command():
        return
    if lab.report is None or not lab.report.overlays:
        lab.notice = "No run is kept: k keeps this one, to compare the next with."
        return
    lab.link.send(protocol.DropOverlays())
    lab.notice = "The kept runs are forgotten."


def draw_lots(lab: LabController) -> None:
    """Train other seeds in the background, or stop that."""
    if not lab.may_command() or lab.must_predict_first("Lots are drawn"):
        return
    if lab.experiment.goal is None:
        lab.notice = "This experiment has no goal, so there is nothing to draw lots about."
    elif lab.report is not None and drawing(lab.report.lottery):
        lab.link.send(protocol.DrawLots(0))
        lab.notice = "No more lots are drawn."
    else:
        lab.link.send(protocol.DrawLots(SEEDS))
        lab.notice = f"{SEEDS} seeds are trained in the background with these knobs; o stops that."


def drawing(lottery: Lottery | None) -> bool:
    """Whether lots are being drawn now."""
    return lottery is not None and lottery.done < lottery.total


def position(report: Report | None) -> str:
    """Where the run stands after going back; "" at the end of what was trained."""
    if report is None or report.mark < 0 or not report.marks:
        return ""
    here, last = report.marks[min(report.mark, len(report.marks) - 1)], report.marks[-1]
    return f"◂ step {here:,} of {last:,}; space goes on from here, . goes forward again"


def lots(lottery: Lottery | None) -> str:
    """How many of so many seeds made it, with the interval that chance leaves."""
    if lottery is None:
        return ""
    running = f", {lottery.total - lottery.done} to go (o stops)" if drawing(lottery) else ""
    if not lottery.done:
        return f"Drawing lots: {lottery.total} seeds in the background (o stops)"
    said = f"{lottery.reached} of {lottery.done} seeds made it (95%: {lottery.low:.0%} to {lottery.high:.0%})"
    if lottery.reached:
        said += f", median step {short(int(lottery.median_step))}"
    return said + _counts(lottery) + running


def _counts(lottery: Lottery) -> str:
    """Whether a goal that asks for several seeds counts."""
    if not lottery.needed:
        return ""
    if lottery.met is None:
        return f"; the goal asks for {lottery.needed} of {lottery.total}"
    return "; ✓ the goal counts" if lottery.met else f"; ✗ it asks for {lottery.needed} of {lottery.total}"


def _standing_at(report: Report) -> int:
    """The mark that the run stands at; at the end of what was trained one beyond those before it."""
    if report.mark >= 0:
        return report.mark
    step = report.quantities.get("steps", 0)
    behind = [index for index, mark in enumerate(report.marks) if mark >= step]
    return behind[0] if behind else len(report.marks)


def _label(lab: LabController) -> str:
    """What is different in this run: its knobs, else its seed."""
    turned = ", ".join(f"{label} {value}" for label, value in lab.bench.turned.items())
    seed = f"seed {lab.bench.seed}"
    return f"{turned}, {seed}" if turned and lab.bench.seed else turned or seed
