"""Panel 8: every finished run of this lesson, the newest first."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from tutor.charts import short
from tutor.charts.tables import aligned
from tutor.content.settings import initial_knobs
from tutor.progress.state import PastRun
from tutor.report import Report
from tutor.ui.lab import drawing
from tutor.ui.lab.bench import shown
from tutor.ui.lab.cursor import Field
from tutor.ui.lab.panels.base import Panel
from tutor.ui.lab.scene import Scene


class RunsPanel(Panel):
    """What was changed, and how it ended, side by side."""

    number = 8

    def title(self, report: Report) -> str:
        return "Runs of this lesson"

    def aside(self, scene: Scene) -> Sequence[str]:
        return [f"{len(scene.runs):,} finished, the newest first"] if scene.runs else []

    def explain(self, scene: Scene) -> str:
        return (
            "changed: the knobs that did not stand where the lesson put them. goal: the step at which it was "
            "reached. guess: whether your prediction came true (✓ yes, ✗ no, - none made)."
        )

    def fields(self, scene: Scene) -> list[Field]:
        return [Field("run", range(1, len(scene.runs) + 1))] if scene.runs else []

    def picture(self, scene: Scene, width: int, height: int) -> list[Strip]:
        if not scene.runs:
            return drawing.strips_of_text(["No run of this lesson has finished yet."])
        rows = [_row(run, scene) for run in scene.runs]
        head = ["", "seed", "goal", "loss", "right", "guess", "changed"]
        lines = aligned([head, *rows], left=(0, 6))
        place = scene.place(self.fields(scene)[0])
        room = max(height - 1, 1)
        first = min(max(place - room + 1, 0), max(len(rows) - room, 0))
        inside = lines[1 + first : 1 + first + room]
        marked = [(">" if index == place and scene.large else " ") + line
                  for index, line in enumerate(inside, first)]  # fmt: skip
        return drawing.strips_of_text([_cut(line, width) for line in (" " + lines[0], *marked)])

    def table(self, scene: Scene, width: int, height: int) -> list[Strip]:
        return self.picture(scene, width, height)


def changed(run: PastRun, scene: Scene) -> str:
    """The knobs of a run that did not stand where the author of its experiment put them."""
    experiment = next((one for one in scene.lesson if one.id == run.experiment), None)
    if experiment is None:
        return "an experiment that is no more"
    own = initial_knobs(experiment)
    turned = [
        f"{knob.label} {shown(knob, run.knobs[knob.name])}"
        for knob in experiment.knobs
        if knob.name in run.knobs and run.knobs[knob.name] != own[knob.name]
    ]
    return ", ".join(turned) or "nothing"


def _row(run: PastRun, scene: Scene) -> list[str]:
    right = {None: "-", True: "✓", False: "✗"}[run.predicted_right]
    goal = "never" if run.goal_step is None else f"{run.goal_step:,}"
    share = "-" if run.accuracy is None else f"{run.accuracy:.0%}"
    loss = "-" if run.loss is None else short(run.loss)
    return [run.experiment, str(run.seed), goal, loss, share, right, changed(run, scene)]


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: max(width - 1, 0)] + "…"
