"""Panel 1: how wrong the model is, and how often it is right, over the run."""

from __future__ import annotations

import math

from msgspec.structs import replace as changed
from textual.strip import Strip

from tutor.charts import line_chart, line_table, short
from tutor.charts.series import labels
from tutor.report import Report, Series
from tutor.ui.lab import drawing
from tutor.ui.lab.cursor import Field
from tutor.ui.lab.panels.base import Panel
from tutor.ui.lab.scene import Scene

_CHART = 9
"""Lines that a chart is given at least where there are several."""
_LOSS = ("loss", "val_loss")
_SHARE = ("accuracy", "val_accuracy", "member_accuracy")
_COMPARED = ("val_accuracy", "scratch_accuracy", "source_accuracy")
_WRONG, _UPDATES = ("errors",), ("updates", "bound")
_AGAIN, _GAP = ("reconstruction_error", "val_reconstruction_error"), ("free_energy_gap",)
_TITLES = {
    _LOSS: "Loss", _SHARE: "Accuracy", _COMPARED: "Accuracy", _WRONG: "Wrong answers", _UPDATES: "Updates",
    _AGAIN: "Reconstruction error", _GAP: "Free energy gap",
}  # fmt: skip
"""What a chart is headed with."""
_LOGARITHMIC = (_LOSS, _AGAIN)


class CurvesPanel(Panel):
    """The loss and, where there is room or on demand, the accuracy; for a perceptron mistakes and updates.

    For a Boltzmann machine, and while a network is pretrained by some, the reconstruction error.
    """

    number = 1
    headed = True

    def title(self, report: Report) -> str:
        return self._named(report, next(iter(self._halves(report).values())))

    def heading(self, scene: Scene) -> str:
        log = self._log(scene) and not _has_twin(scene.report)
        return super().heading(scene) + (" (log axis)" if log else "")

    def absent(self, report: Report) -> str:
        if report.perceptron is not None and report.perceptron.support_vectors is not None:
            return "A support vector machine is fitted in one step, so there is no curve: see panel 4."
        return ""

    def explain(self, scene: Scene) -> str:
        if scene.report.perceptron is not None and scene.report.perceptron.threshold is not None:
            return (
                "How many examples are answered wrong after each epoch (pass over all examples). This unit "
                "does not learn, so the curve stays level however long it is; only the knobs move it."
            )
        if _counts_mistakes(scene.report):
            return (
                "How many examples are answered wrong after each epoch (pass over all examples). Each "
                "mistake moves the line once: an update. If some line separates the classes, there are never "
                "more updates than Novikoff's bound: (largest distance from 0 / margin) squared."
            )
        if scene.report.reconstructions is not None:
            return (
                "Reconstruction error: the mean squared difference between the images and what the machine "
                "draws back from its hidden units. Free energy gap: how much stranger held-out images are to "
                "it than training ones; it grows when the machine learns those by heart."
            )
        if "reconstruction_error" in scene.report.quantities:
            return (
                "While the layers are pretrained there is no loss yet. The curve is the reconstruction error "
                "of the machine at work: each layer begins with one of its own."
            )
        if _has_twin(scene.report):
            return (
                "All on held-out examples. Scratch: the same network on the same examples, from random "
                "weights. Source: what the layers, as they are now, still know of the task learned before."
            )
        if scene.report.members > 1:
            return (
                f"Accuracy is that of the averaged answer of {scene.report.members} nets; member accuracy is "
                "what one of them gets by itself on held-out examples, on average. So is the loss."
            )
        return (
            "The loss says how far the outputs are from the right ones, averaged over the examples; training "
            "makes it smaller. Accuracy is the share of right answers. Held-out ones are never trained on."
        )

    def fields(self, scene: Scene) -> list[Field]:
        moments = sorted({x for one in self._pick(scene.report, *_LOSS, *_WRONG, *_AGAIN) for x in one.x})
        names = ["both", *self._halves(scene.report)]
        return [Field("epoch", moments, first=-1), Field("curves", names)]

    def picture(self, scene: Scene, width: int, height: int) -> list[Strip]:
        epoch, curves = self.fields(scene)
        halves = self._halves(scene.report)
        view = str(scene.chosen(curves))
        several = list(halves.values())[: max(height // _CHART, 1)]
        shown = [halves[view]] if view in halves else several
        words = drawing.strips_of_text([self._reading(scene, epoch)]) if self._reads(scene) else []
        room = height - len(words)
        cursor = float(scene.chosen(epoch)) if words else None
        strips: list[Strip] = []
        for index, names in enumerate(shown):
            rows = room * (index + 1) // len(shown) - room * index // len(shown)
            title = self.heading(scene) if index == 0 else self._named(scene.report, names)
            strips += self._chart(scene, names, (width, rows), title, cursor)
        return [*strips, *words]

    def table(self, scene: Scene, width: int, height: int) -> list[Strip]:
        series = [
            one for names in self._halves(scene.report).values() for one in self._pick(scene.report, *names)
        ]
        return drawing.strips_of_text(line_table(series, rows=max(height - 1, 1), width=width))

    # ------------------------------------------------------------------ inside

    @staticmethod
    def _named(report: Report, names: tuple[str, ...]) -> str:
        """What heads the chart of these curves."""
        return "Pretraining" if names is _AGAIN and report.reconstructions is None else _TITLES[names]

    @staticmethod
    def _pick(report: Report, *names: str) -> list[Series]:
        return [one for one in report.series if one.name in names]

    def _halves(self, report: Report) -> dict[str, tuple[str, ...]]:
        """Name of a chart -> the names of its curves; only those that the run has, and one at least."""
        if _counts_mistakes(report):
            halves: dict[str, tuple[str, ...]] = {"wrong answers": _WRONG, "updates": _UPDATES}
        else:
            halves = {"loss": _LOSS, "accuracy": _SHARE, "reconstruction": _AGAIN, "free energy": _GAP}
        if _has_twin(report):  # what is compared comes first
            halves = {"accuracy": _COMPARED, "loss": _LOSS}
        there = {name: curves for name, curves in halves.items() if self._pick(report, *curves)}
        return there or dict(list(halves.items())[:1])

    def _log(self, scene: Scene) -> bool:
        return scene.look.log and not _counts_mistakes(scene.report)

    @staticmethod
    def _reads(scene: Scene) -> bool:
        """Whether the numbers under the cursor are told: where the arrows are here, once there is a curve."""
        return scene.arrows and any(one.x for one in scene.report.series)

    def _reading(self, scene: Scene, epoch: Field) -> str:
        moment = float(scene.chosen(epoch))
        shown = [
            one for names in self._halves(scene.report).values() for one in self._pick(scene.report, *names)
        ]
        values = [
            f"{name.replace('reconstruction error', 'reconstruction')} {short(_at(one, moment))}"
            for name, one in zip(labels(shown), shown, strict=True)
            if one.x
        ]
        return f"epoch {short(moment)}:  " + "   ".join(values)

    def _chart(
        self, scene: Scene, names: tuple[str, ...], size: tuple[int, int], title: str, cursor: float | None
    ) -> list[Strip]:
        series = self._pick(scene.report, *names)
        kept = [
            changed(one, name=overlay.label)
            for overlay in scene.report.overlays
            for one in overlay.series
            if one.name == names[0]
        ]
        begun = any(len(one.x) > 1 for one in series)  # one point is no curve yet
        chart = line_chart(
            series if begun else [],
            *size,
            title=title,
            log=self._log(scene) and names in _LOGARITHMIC,
            y_range=(0.0, 1.0) if names in (_SHARE, _COMPARED) else None,
            colours=scene.look.colours,
            empty="the curve begins after the first epochs",
            kept=kept if begun else (),
            cursor=cursor,
        )
        return drawing.strips_of_chart(chart, title)


def _counts_mistakes(report: Report) -> bool:
    """Whether there is no loss to draw: the perceptron's rule knows only right and wrong."""
    return report.perceptron is not None and all(one.name != "loss" for one in report.series)


def _has_twin(report: Report) -> bool:
    """Whether the same network learns beside it from random weights."""
    return any(one.name == "scratch_accuracy" for one in report.series)


def _at(series: Series, moment: float) -> float:
    """The newest value up to that moment; NaN before the first."""
    before = [y for x, y in zip(series.x, series.y, strict=False) if x <= moment]
    return before[-1] if before else math.nan
