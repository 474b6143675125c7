"""Panel 3: an activation function, its slope, and where on it the chosen layer's units work."""

from __future__ import annotations

import math
import re

from textual.strip import Strip

from tutor.charts import line_chart, short
from tutor.charts.density import columns, edge_label, histogram_table
from tutor.charts.functions import FUNCTIONS, sampled
from tutor.report import PreActivations, Report, Series
from tutor.ui.lab import drawing
from tutor.ui.lab.cursor import Field
from tutor.ui.lab.panels.base import Panel, waiting
from tutor.ui.lab.scene import Scene

_OWN = "its own"
_SGR = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile("[┤│]")
_RANGE = (-6.0, 6.0)


class ActivationsPanel(Panel):
    """The function with its derivative, and under it the histogram of what goes into it now."""

    number = 3
    headed = True
    topics = ("pre_activations",)
    one_net = True
    asks = ("layer",)

    def title(self, report: Report) -> str:
        inputs = report.pre_activations
        return f"Activation of {inputs.layer}" if inputs is not None else "Activation"

    def absent(self, report: Report) -> str:
        if report.perceptron is not None:
            return "The answer is a step at 0 here, with no slope to learn by: panel 5 shows the numbers."
        if report.reconstructions is not None:
            return (
                "These units are sigmoids, and what they learn needs no slope: panel 5 shows their weights."
            )
        return ""

    def explain(self, scene: Scene) -> str:
        name = self._function(scene)
        about = FUNCTIONS[name].about if name in FUNCTIONS else "all units of the layer share out 1"
        return (
            f"{name}: {about}. A gradient on its way back is multiplied by the slope at each unit's input z "
            "(its weighted sum). The bars show where this layer's z lie: at a slope near 0 they learn little."
        )

    def fields(self, scene: Scene) -> list[Field]:
        inputs = scene.report.pre_activations
        names = (inputs.layers or [inputs.layer]) if inputs is not None else []
        return [Field("layer", names), Field("function", [_OWN, *FUNCTIONS])]

    def picture(self, scene: Scene, width: int, height: int) -> list[Strip]:
        inputs, heading = scene.report.pre_activations, self.heading(scene)
        if inputs is None:
            return [drawing.title(heading), *waiting("the layer's numbers")]
        bars = max(height // 4, 1)
        name = self._function(scene)
        words = drawing.strips_of_text([self._said(inputs)])
        low, high = self._range(inputs)
        if name not in FUNCTIONS:
            hint = "no curve of one number: choose another function with the arrows"
            plain = columns(inputs.inputs, width, max(height - 4, 1), colours=scene.look.colours)
            ends = drawing.strips_of_text([_ends(inputs, 0, width)])
            return [
                drawing.title(heading),
                *drawing.strips_of_text([f"{name} has {hint}."]),
                *drawing.strips_of_lines(plain),
                *ends,
                *words,
            ]
        xs, values, _ = sampled(name, low, high, 121)
        dots, _, slopes = sampled(name, low, high, max(width // 4, 2))
        chart = line_chart(
            [Series(name, xs, values)], width, height - bars - 1, title=heading, x_label="z",
            colours=scene.look.colours, dots=Series("slope", dots, slopes), values=False,
        )  # fmt: skip
        left, canvas = _canvas(chart, width)
        shown = [
            [(" " * left, "", ""), *line]
            for line in columns(inputs.inputs, canvas, bars, colours=scene.look.colours)
        ]
        return [*drawing.strips_of_chart(chart, heading), *drawing.strips_of_lines(shown), *words]

    def table(self, scene: Scene, width: int, height: int) -> list[Strip]:
        inputs = scene.report.pre_activations
        if inputs is None:
            return waiting("the layer's numbers")
        rows = ["inputs z of the layer, and how many:", *histogram_table(inputs.inputs, max(height - 2, 1))]
        return drawing.strips_of_text([self._said(inputs), *rows])

    def _function(self, scene: Scene) -> str:
        chosen = str(scene.chosen(self.fields(scene)[1]))
        inputs = scene.report.pre_activations
        return chosen if chosen != _OWN else inputs.function if inputs is not None else "linear"

    @staticmethod
    def _said(inputs: PreActivations) -> str:
        slope = "-" if math.isnan(inputs.slopes) else short(inputs.slopes)
        return f"{inputs.function}: mean slope at these z {slope}"

    @staticmethod
    def _range(inputs: PreActivations) -> tuple[float, float]:
        edges = inputs.inputs.edges
        return (edges[0], edges[-1]) if len(edges) > 1 else _RANGE


def _canvas(chart: str, width: int) -> tuple[int, int]:
    """Where the frame's inside begins in a line chart, and how wide it is."""
    for line in _SGR.sub("", chart).split("\n"):
        frame = _FRAME.search(line)
        if frame:
            left = frame.end()
            return left, max(width - left - 1, 1)
    return 0, width


def _ends(inputs: PreActivations, left: int, width: int) -> str:
    """The ends of the histogram's axis."""
    low, high = inputs.inputs.edges[0], inputs.inputs.edges[-1]
    ends = f"z {edge_label(low)}", edge_label(high)
    return " " * left + ends[0] + " " * max(width - left - len(ends[0]) - len(ends[1]), 1) + ends[1]
