"""Panel 2: how each layer fares. Here vanishing gradients, dead and saturated units are seen."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from tutor.charts import gradient_bars, health_rows, health_table, layers_table, line_chart, line_table
from tutor.report import Report
from tutor.ui.lab import drawing
from tutor.ui.lab.cursor import Field
from tutor.ui.lab.panels.base import Panel, learns_by_gradients
from tutor.ui.lab.scene import Scene

NO_LAYERS = "There are no layers here that could be compared: panel 5 shows the numbers that there are."
_BOTH_FROM = 14
"""Lines from which on the norms over the run are drawn under those of now."""


class HealthPanel(Panel):
    """Gradient norms on a logarithmic axis, updates beside weights, saturated and dead shares."""

    number = 2
    topics = ("health",)
    one_net = True

    def title(self, report: Report) -> str:
        return "Layer health"

    def aside(self, scene: Scene) -> Sequence[str]:
        return ["gradient norms, log axis"]

    def absent(self, report: Report) -> str:
        return "" if learns_by_gradients(report) else NO_LAYERS

    def explain(self, scene: Scene) -> str:
        return (
            "gradient: how strongly the loss pulls at a layer's weights. satur.: saturated, the share of "
            "outputs (sigmoid, tanh) so far out that the slope is nearly 0. dead: the share of units that "
            "are off for all examples. update/w: the last update over the weights, near 0.001 (┊) is usual."
        )

    def fields(self, scene: Scene) -> list[Field]:
        return [
            Field("layer", [layer.name for layer in scene.report.layers]),
            Field("view", ["now", "over time"]),
        ]

    def picture(self, scene: Scene, width: int, height: int) -> list[Strip]:
        health, (layer, view) = scene.report.health, self.fields(scene)
        if health is None or not health.layers:
            bars = gradient_bars(scene.report.layers, width, height, colours=scene.look.colours)
            return drawing.strips_of_lines(bars)
        chosen = str(scene.chosen(layer)) if scene.large or scene.arrows else ""
        # A small tile is for the layers that learn.
        layers = [one for one in health.layers if scene.large or any(one.weights.counts)]
        if scene.chosen(view) != "now":
            return self._over_time(scene, chosen, width, height)
        rows = height if height < _BOTH_FROM else min(len(layers) + 1, height // 2)
        now = health_rows(layers, width, rows, chosen=chosen, colours=scene.look.colours)
        below = self._over_time(scene, chosen, width, height - rows) if rows < height else []
        return [*drawing.strips_of_lines(now), *below]

    def _over_time(self, scene: Scene, chosen: str, width: int, height: int) -> list[Strip]:
        """The chosen layer's gradient norm, and the first's and the last's to compare it with."""
        assert scene.report.health is not None
        curves = scene.report.health.gradients
        names = [curve.name for curve in curves]
        wanted = dict.fromkeys([chosen, *names[:1], *names[-1:]])
        shown = [curve for name in wanted for curve in curves if curve.name == name]
        chart = line_chart(
            shown, width, height, title="gradient norm", log=True, colours=scene.look.colours,
            empty="the curves begin with the first steps",
        )  # fmt: skip
        return drawing.strips_of_ansi(chart)

    def table(self, scene: Scene, width: int, height: int) -> list[Strip]:
        health = scene.report.health
        if health is None:
            rows = layers_table(scene.report.layers, width)
        elif scene.chosen(self.fields(scene)[1]) == "over time":
            rows = line_table(health.gradients, rows=max(height - 1, 1), width=width)
        else:
            rows = health_table(health.layers, width)
        return drawing.strips_of_text(rows)
