"""Panel 7: one unit's numbers, step by step through one minibatch."""

from __future__ import annotations

import math
from collections.abc import Sequence

from textual.strip import Strip

from tutor.charts.tables import aligned
from tutor.report import Inspection, Report
from tutor.ui.lab import drawing, formulas
from tutor.ui.lab.cursor import Field
from tutor.ui.lab.panels.base import NO_NUMBER, Panel, learns_by_gradients, waiting
from tutor.ui.lab.scene import Scene
from tutor.ui.lab.tables import wrap

_ALL_FROM = 20
"""Lines from which on all four steps stand below one another."""


class InspectorPanel(Panel):
    """Forward, loss, backward, update: each formula with this unit's live numbers filled in."""

    number = 7
    topics = ("inspection",)
    one_net = True
    asks = ("layer", "unit", "example")

    def title(self, report: Report) -> str:
        return "Number inspector"

    def aside(self, scene: Scene) -> Sequence[str]:
        seen = scene.report.inspection
        if seen is None:
            return []
        unit = f"unit {seen.unit + 1} of {seen.units} in {seen.layer}"
        return [f"{unit}, example {seen.example + 1} of {seen.examples}", unit]

    def absent(self, report: Report) -> str:
        if not learns_by_gradients(report):
            return "The inspector follows gradients through layers; here are none: panel 5 shows the numbers."
        return ""

    def explain(self, scene: Scene) -> str:
        return (
            "The numbers of the coming minibatch. z: weighted sum; a: activation, the output; δ (delta): how "
            "the loss grows with z; g: gradient; η: learning rate. s does this step, and all move on."
        )

    def fields(self, scene: Scene) -> list[Field]:
        seen = scene.report.inspection
        if seen is None:
            return []
        return [
            Field("step", formulas.STEPS),
            Field("layer", seen.layers),
            Field("unit", range(1, seen.units + 1)),
            Field("weight", range(1, len(seen.weights) + 1)),
            Field("example", range(1, seen.examples + 1)),
        ]

    def picture(self, scene: Scene, width: int, height: int) -> list[Strip]:
        seen = scene.report.inspection
        if seen is None:
            return waiting("the unit's numbers")
        step, _, _, weight, _ = self.fields(scene)
        chosen, index = str(scene.chosen(step)), scene.place(weight)
        steps = formulas.STEPS if height >= _ALL_FROM else (chosen,)
        lines = []
        for place, name in enumerate(formulas.STEPS, 1):
            if name in steps:
                mark = ">" if name == chosen else " "
                lines.append(f"{mark} {place} {name}")
                for line in formulas.explained(seen, name, index):
                    lines += ["    " + part for part in _broken(line, width - 4)]
        return drawing.strips_of_text(_noted(lines, width))

    def table(self, scene: Scene, width: int, height: int) -> list[Strip]:
        seen = scene.report.inspection
        if seen is None:
            return waiting("the unit's numbers")
        return drawing.strips_of_text(_noted(_table(seen, width), width))


def _noted(lines: list[str], width: int) -> list[str]:
    """What a ``?`` stands for, where there is one, and the lines."""
    return [*wrap(NO_NUMBER, width), *lines] if any("?" in line for line in lines) else lines


def _broken(line: str, width: int) -> list[str]:
    """A formula in lines of at most ``width`` cells, its indent kept."""
    indent = " " * (len(line) - len(line.lstrip()))
    return [indent + part for part in wrap(line.strip(), width - len(indent))]


def _table(seen: Inspection, width: int) -> list[str]:
    head = ["from", "input", "weight", "gradient", "new weight"]
    body = [
        [name, formulas.n(x), formulas.n(w), formulas.n(g), _exact(new)]
        for name, x, w, g, new in zip(
            seen.input_names, seen.inputs, seen.weights, seen.weight_gradients, seen.new_weights, strict=False
        )
    ]
    bias = ["bias", "1", formulas.n(seen.bias), formulas.n(seen.bias_gradient), _exact(seen.new_bias)]
    named = {"z": seen.z, "a": seen.a, "slope": seen.slope, "δ": seen.delta}
    told = "   ".join(f"{name} {formulas.n(value)}" for name, value in named.items())
    return [*wrap(told, width), *aligned([head, bias, *body], width=width)]


def _exact(value: float) -> str:
    """With more digits than the weight before the step, which it hardly differs from."""
    return f"{value:.5g}" if math.isfinite(value) else "?"
