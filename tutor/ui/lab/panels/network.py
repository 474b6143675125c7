"""Panel 5: the network drawn, with the numbers that one example makes in it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from textual.strip import Strip

from tutor.charts import images, short, signed, wiring
from tutor.charts.spans import Line
from tutor.charts.tables import aligned
from tutor.report import Drawing, DrawnLayer, Maps, Report
from tutor.ui.lab import drawing, tables
from tutor.ui.lab.cursor import Field
from tutor.ui.lab.panels.base import NO_NUMBER, Panel, waiting
from tutor.ui.lab.scene import Scene

_EXAMPLES = 1000
"""So many examples can be stepped through; the training process stays at the last one it has."""
_SIDE_BY_SIDE = 60
"""Cells from which on the example stands beside its maps, not above."""


class NetworkPanel(Panel):
    """Units, weights by sign and size; for images the filters and the feature maps of one example."""

    number = 5
    topics = ("drawing",)
    one_net = True
    asks = ("example",)

    def title(self, report: Report) -> str:
        if report.reconstructions is not None:
            return "Boltzmann machine"
        if report.perceptron is None:
            return "Network"
        return "Unit" if report.perceptron.support_vectors is None else "Support vector machine"

    def aside(self, scene: Scene) -> Sequence[str]:
        drawn = scene.report.drawing
        if drawn is None or scene.report.perceptron is not None:
            return []
        judged = "accuracy" in scene.report.quantities
        right = " !" if judged and drawn.label != drawn.answer else ""
        total = sum(layer.parameters for layer in drawn.layers)
        if scene.report.reconstructions is not None:
            told = f"a {drawn.label}"
        else:
            told = f"{drawn.label} -> {drawn.answer}{right}" if drawn.label else ""
        return [f"{total:,} parameters; example: {told}", told] if told else [f"{total:,} parameters"]

    def still(self, report: Report) -> bool:
        return report.perceptron is not None

    def explain(self, scene: Scene) -> str:
        unit = scene.report.perceptron
        if unit is not None and unit.support_vectors is not None:
            return (
                "An answer is a sum over the support vectors: how alike each is to the new example, times "
                "its weight. Of more than two classes each pair has a machine, and these vote."
            )
        if unit is not None:
            if unit.threshold is not None:
                said = "The unit says 1 where its weighted sum reaches the threshold, else 0."
                return said + (" An input with a veto silences it while it is on." if unit.vetoes else "")
            return "The unit says class 1 (label +1) where its weighted sum is 0 or more, else class 0 (-1)."
        if scene.report.reconstructions is not None:
            return (
                "filters: the weights of each hidden unit to the pixels, white: positive, black: negative. "
                "The bars above: how likely each unit is to be on for this example."
            )
        if scene.report.drawing is not None and scene.report.drawing.image is not None:
            return (
                "A line per layer; the bars are its units' outputs for this example. filters: the weights "
                "that a unit slides over the image; maps: where it found its pattern (white: strongly)."
            )
        return (
            "Each unit's output for one example: in brackets, or as a bar where units are many. Solid lines: "
            "positive weights, dashed: negative, thick: large; only the largest are drawn. Parameters: "
            "weights and biases, all that is learned."
        )

    def fields(self, scene: Scene) -> list[Field]:
        drawn = scene.report.drawing
        if scene.report.perceptron is not None or drawn is None:
            return []
        return [
            # Of a Boltzmann machine's two layers it is the second that learns.
            Field(
                "layer",
                [layer.name for layer in drawn.layers],
                first=0 if scene.report.reconstructions is None else -1,
            ),
            Field("example", range(1, _EXAMPLES + 1)),
        ]

    def picture(self, scene: Scene, width: int, height: int) -> list[Strip]:
        unit, drawn, look = scene.report.perceptron, scene.report.drawing, scene.look
        if unit is not None:
            return drawing.strips_of_text(tables.perceptron(unit))
        if drawn is None:
            return waiting("the network")
        layer = self._layer(scene, drawn)
        note = _note(drawn, width)
        if drawn.image is None:
            told = tables.wrap(_described(layer), width) if scene.large and height > 8 else []
            words = drawing.strips_of_text(told)
            net = wiring(
                drawn.layers, width, height - len(words) - len(note),
                chosen=layer.name if scene.large else "", colours=look.colours,
            )  # fmt: skip
            return [*note, *drawing.strips_of_lines(net), *words]
        rows = min(len(drawn.layers), max(height // 2 - 1, 3))
        net = wiring(drawn.layers, width, rows, chosen=layer.name, colours=look.colours)
        left = height - len(net) - len(note)
        pictures = self._pictures(drawn, layer.name, width, left, colours=look.colours)
        return [*note, *drawing.strips_of_lines(net), *drawing.strips_of_lines(pictures)]

    def table(self, scene: Scene, width: int, height: int) -> list[Strip]:
        unit, drawn = scene.report.perceptron, scene.report.drawing
        if unit is not None:
            return drawing.strips_of_text(tables.perceptron(unit))
        if drawn is None:
            return waiting("the network")
        layer = self._layer(scene, drawn)
        told = [*tables.wrap(_described(layer), width), *_weights(layer, width)]
        return [*_note(drawn, width), *drawing.strips_of_text(told)]

    # ------------------------------------------------------------------ inside

    def _layer(self, scene: Scene, drawn: Drawing) -> DrawnLayer:
        return drawn.layers[scene.place(self.fields(scene)[0])]

    @staticmethod
    def _pictures(drawn: Drawing, layer: str, width: int, height: int, *, colours: bool) -> list[Line]:
        """The example, and beside it the filters and the feature maps of the chosen layer, if it has any."""
        assert drawn.image is not None
        groups: list[tuple[str, Maps]] = []
        for word, found in (("filters", drawn.filters), ("maps", drawn.maps)):
            groups += [
                (f"{word}, {short(one.low)} to {short(one.high)}", one) for one in found if one.layer == layer
            ]
        beside = width >= _SIDE_BY_SIDE or not groups
        groups = [("example", drawn.image), *groups] if beside else groups[-1:]
        if len(groups) == 1 and groups[0][0] == "example":
            groups.append(("this layer has no filters and no maps", Maps(layer, 1, 1, 0, b"", 0.0, 0.0)))
        blocks: list[tuple[int, list[Line]]] = []
        left = width
        for index, (word, maps) in enumerate(groups):
            share = max(maps.width, 7) if word == "example" else left // (len(groups) - index) - 2
            share = min(max(share, 1), left)
            caption: Line = [(word[:share].ljust(share), "", "")]
            blocks.append((share, [caption, *images(maps, share, height - 1, colours=colours)]))
            left -= share + 2
        return _beside(blocks, height)


def _beside(blocks: Sequence[tuple[int, list[Line]]], height: int) -> list[Line]:
    lines: list[Line] = []
    for row in range(min(max(len(block) for _, block in blocks), height)):
        line: Line = []
        for width, block in blocks:
            part = block[row] if row < len(block) else []
            used = sum(len(text) for text, _, _ in part)
            line += [*part, (" " * (width - used + 2), "", "")]
        lines.append(line)
    return lines


def _note(drawn: Drawing, width: int) -> list[Strip]:
    """What a ``?`` stands for, where there is one."""
    numbers = (number for layer in drawn.layers for number in (*layer.weights, *layer.biases, *layer.outputs))
    return [] if all(map(math.isfinite, numbers)) else drawing.strips_of_text(tables.wrap(NO_NUMBER, width))


def _described(layer: DrawnLayer) -> str:
    """The layer in a sentence."""
    if not layer.parameters:
        return f"{layer.name}: {'x'.join(map(str, layer.shape))} numbers, nothing to learn."
    function = f" {layer.activation}" if layer.activation else ""
    units = f"{layer.units}{function} unit{'s' if layer.units > 1 else ''}"
    size = f"{layer.name}: {layer.inputs} inputs, {units}, {layer.parameters:,} parameters"
    if not layer.weights or not all(map(math.isfinite, layer.weights)):
        return size
    largest = max(range(len(layer.weights)), key=lambda index: abs(layer.weights[index]))
    source, unit = divmod(largest, layer.units)
    return f"{size}. Largest: {layer.weights[largest]:+.3g}, input {source + 1} to unit {unit + 1}"


def _weights(layer: DrawnLayer, width: int) -> list[str]:
    """A row per unit: output, bias, first weights."""
    if not layer.weights:
        outputs = "  ".join(f"{signed(output)}" for output in layer.outputs[:64])
        return [*tables.wrap(f"outputs: {outputs}", width)] if outputs else ["too many numbers for a table"]
    shown = min(layer.inputs, 6)
    head = ["unit", "output", "bias", *(f"w{index + 1}" for index in range(shown))]
    body = [
        [
            str(unit + 1),
            signed(layer.outputs[unit]) if unit < len(layer.outputs) else "-",
            signed(layer.biases[unit]) if unit < len(layer.biases) else "-",
            *(signed(layer.weights[source * layer.units + unit]) for source in range(shown)),
        ]
        for unit in range(layer.units)
    ]
    more = [f"and {layer.inputs - shown} more weights for each unit"] if layer.inputs > shown else []
    return [*more, *aligned([head, *body], width=width)]
