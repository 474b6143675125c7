"""Panel 6: how weights, gradients and activations are spread, and how that changes over the run."""

from __future__ import annotations

from textual.strip import Strip

from tutor.charts import short
from tutor.charts.density import cropped, histogram_table, over_time, rows
from tutor.report import Bins, LayerHealth, Report
from tutor.ui.lab import drawing
from tutor.ui.lab.cursor import Field
from tutor.ui.lab.panels.base import Panel, learns_by_gradients, waiting
from tutor.ui.lab.panels.health import NO_LAYERS
from tutor.ui.lab.scene import Scene

_NOW = 24
"""Cells of the histogram of this moment, beside the picture of the run."""
_BESIDE_FROM = 60


class HistogramsPanel(Panel):
    """One layer's histograms over time: a column per moment, the darker the fuller."""

    number = 6
    topics = ("health",)
    one_net = True

    def title(self, report: Report) -> str:
        return "Histograms"

    def aside(self, scene: Scene) -> list[str]:
        layer, kind = (str(scene.chosen(field)) if field.values else "" for field in self.fields(scene))
        return [f"{kind} of {layer}, over the epochs", f"{kind} of {layer}"] if layer else []

    def absent(self, report: Report) -> str:
        return "" if learns_by_gradients(report) else NO_LAYERS

    def explain(self, scene: Scene) -> str:
        return (
            "Each column is a moment of the run, each row a range of numbers; the darker the cell, the more "
            "of the layer's numbers lie there. At the right: now, with counts. Healthy layers stay spread "
            "out; all in one row means that the units do the same, or nothing."
        )

    def fields(self, scene: Scene) -> list[Field]:
        health = scene.report.health
        names = [layer.name for layer in health.layers] if health is not None else []
        return [Field("layer", names), Field("of", ["weights", "gradients", "activations"])]

    def picture(self, scene: Scene, width: int, height: int) -> list[Strip]:
        found = self._found(scene)
        health = scene.report.health
        if found is None or health is None:
            return waiting("the histograms")
        name, kind, bins = found
        colours = scene.look.colours
        past = [_bins(layer, kind) for moment in health.past for layer in moment if layer.name == name]
        past = [one if one.edges else Bins(bins.edges, one.counts, one.not_finite) for one in past]
        past = [one for one in past if one.edges == bins.edges]  # of another activation function: elsewhere
        *past, bins = cropped([*past, bins])
        past = past or [bins]
        rows_high = max(height - 1, 1)
        beside = _NOW if width >= _BESIDE_FROM else 0
        left = over_time(past, width - beside - 2 if beside else width, rows_high, colours=colours)
        lines = left
        if beside:
            now = rows(bins, beside + 9, rows_high, colours=colours)
            # The labels of the rows stand at the left of both already.
            lines = [[*a, ("  ", "", ""), *b[1:]] for a, b in zip(left, now, strict=True)]
        ends = f"epoch {short(health.epochs[0])} to {short(health.epochs[-1])}" if health.epochs else "now"
        bad = f"   {bins.not_finite:,} not finite" if bins.not_finite else ""
        return [*drawing.strips_of_lines(lines), *drawing.strips_of_text([" " * 9 + ends + bad])]

    def table(self, scene: Scene, width: int, height: int) -> list[Strip]:
        found = self._found(scene)
        if found is None:
            return waiting("the histograms")
        name, kind, bins = found
        return drawing.strips_of_text([f"{kind} of {name} now:", *histogram_table(bins, max(height - 1, 1))])

    def _found(self, scene: Scene) -> tuple[str, str, Bins] | None:
        """The chosen layer's name, which numbers, and their histogram now."""
        health = scene.report.health
        if health is None or not health.layers:
            return None
        layer, kind = self.fields(scene)
        chosen = health.layers[scene.place(layer)]
        return chosen.name, str(scene.chosen(kind)), _bins(chosen, str(scene.chosen(kind)))


def _bins(layer: LayerHealth, kind: str) -> Bins:
    found: Bins = getattr(layer, kind)
    return found
