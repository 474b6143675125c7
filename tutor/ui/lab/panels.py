"""The lab's numbered panels. Each draws from a frozen report and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tutor.charts import (
    boundary,
    boundary_legend,
    digits,
    gradient_bars,
    layers_table,
    line_chart,
    line_table,
)
from tutor.report import Report, Series
from tutor.ui.lab import drawing, tables

_SIGNS = ("o class 0, x class 1; O, X answered wrong", "o is 0, x 1; O X wrong")
"""What the signs on the boundary mean, in as many words as there is room for."""


@dataclass(frozen=True)
class Look:
    """How the panels draw."""

    log: bool = False
    """Logarithmic axes for the loss and the mistakes."""
    table: bool = False
    """Numbers in a table instead of a picture."""
    large: bool = False
    """One panel alone: room for a sentence that explains it."""
    colours: bool = True
    few: bool = False
    """Whether the terminal has 16 colours and no more."""


class Panel(Widget):
    """Draws the newest report it was shown; drawing happens only when the screen asks for a line."""

    number: ClassVar[int]

    def __init__(self) -> None:
        super().__init__(id=f"panel-{self.number}", classes="panel")
        self.report: Report | None = None
        self.look = Look()
        self._strips: list[Strip] = []
        self._drawn: tuple[Report | None, Look, Size] | None = None

    def show(self, report: Report | None, look: Look) -> None:
        """Draw this report in this manner from now on."""
        if report is not self.report or look != self.look:
            self.report, self.look = report, look
            self.refresh()

    def render_line(self, y: int) -> Strip:
        key = (self.report, self.look, self.size)
        if self._drawn is None or self._drawn[0] is not key[0] or self._drawn[1:] != key[1:]:
            self._strips = self._draw(self.size.width, self.size.height)
            self._drawn = key
        strip = self._strips[y] if y < len(self._strips) else Strip([])
        return strip.adjust_cell_length(self.size.width).apply_style(self.rich_style)

    def _draw(self, width: int, height: int) -> list[Strip]:
        if self.report is None:
            return [
                drawing.title(self.title(None)),
                *drawing.strips_of_text(["waiting for the first report"]),
            ]
        words = tables.wrap(self.explain(self.report), width) if self.look.large and height >= 12 else []
        room = height - len(words)
        body = self.table(self.report, room) if self.look.table else self.picture(self.report, width, room)
        return [*body, *drawing.strips_of_text(words)]

    def title(self, report: Report | None) -> str:
        """The heading, with the panel's key in front."""
        raise NotImplementedError

    def explain(self, report: Report) -> str:
        """A sentence or two for those who meet this panel for the first time."""
        raise NotImplementedError

    def picture(self, report: Report, width: int, height: int) -> list[Strip]:
        """The panel drawn, heading included."""
        raise NotImplementedError

    def table(self, report: Report, height: int) -> list[Strip]:
        """The same facts as plain text, heading included."""
        raise NotImplementedError


class CurvePanel(Panel):
    """Curves over the epochs."""

    def series(self, report: Report) -> list[Series]:
        """The curves of this report that the panel draws."""
        raise NotImplementedError

    def logarithmic(self) -> bool:
        """Whether this panel follows the switch to a logarithmic axis."""
        return self.look.log

    def picture(self, report: Report, width: int, height: int) -> list[Strip]:
        heading = self.title(report) + (" (log axis)" if self.logarithmic() else "")
        series = self.series(report)
        chart = line_chart(
            series if any(len(one.x) > 1 for one in series) else [],  # one point is no curve yet
            width,
            height,
            title=heading,
            log=self.logarithmic(),
            y_range=self.y_range(report),
            colours=self.look.colours,
            empty="the curve begins after the first epochs",
        )
        return drawing.strips_of_ansi(chart.replace(heading, f"\x1b[1m{heading}\x1b[0m", 1))

    def y_range(self, report: Report) -> tuple[float, float] | None:
        """Fixed ends of the axis; None follows the numbers."""
        return None

    def table(self, report: Report, height: int) -> list[Strip]:
        rows = line_table(self.series(report), rows=max(height - 2, 1))
        return [drawing.title(self.title(report)), *drawing.strips_of_text(rows)]


class LossPanel(CurvePanel):
    """How wrong the model is: the loss, or for a perceptron the examples it answers wrong."""

    number = 1

    def title(self, report: Report | None) -> str:
        return "1 Wrong answers" if report is not None and report.perceptron is not None else "1 Loss"

    def explain(self, report: Report) -> str:
        if report.perceptron is not None:
            return "How many of the examples are answered wrong after each epoch (pass over all examples)."
        return (
            "The loss says how far the network's outputs are from the right ones, averaged over the "
            "examples; training makes it smaller. Held-out examples are never trained on."
        )

    def series(self, report: Report) -> list[Series]:
        wanted = ("errors",) if report.perceptron is not None else ("loss", "val_loss")
        return [one for one in report.series if one.name in wanted]

    def logarithmic(self) -> bool:
        return self.look.log and (self.report is None or self.report.perceptron is None)


class AccuracyPanel(CurvePanel):
    """The share of right answers; for a perceptron its updates against Novikoff's bound."""

    number = 4

    def title(self, report: Report | None) -> str:
        return "4 Updates" if report is not None and report.perceptron is not None else "4 Accuracy"

    def explain(self, report: Report) -> str:
        if report.perceptron is not None:
            return (
                "Each mistake moves the line once: an update. If some line separates the classes, there are "
                "never more updates than Novikoff's bound: (largest distance from 0 / margin) squared."
            )
        return "The share of examples answered right: 1 is all of them. Held-out ones are never trained on."

    def series(self, report: Report) -> list[Series]:
        wanted = ("updates", "bound") if report.perceptron is not None else ("accuracy", "val_accuracy")
        return [one for one in report.series if one.name in wanted]

    def logarithmic(self) -> bool:
        return self.look.log and self.report is not None and self.report.perceptron is not None

    def y_range(self, report: Report) -> tuple[float, float] | None:
        return None if report.perceptron is not None else (0.0, 1.0)


class PicturePanel(Panel):
    """What the model answers: over the plane, or for sample images."""

    number = 2

    def title(self, report: Report | None) -> str:
        return "2 Digits" if report is not None and report.samples is not None else "2 Boundary"

    def explain(self, report: Report) -> str:
        if report.samples is not None:
            return "Held-out images; under each truth -> answer (!: wrong), and how sure the net is."
        return "; ".join(boundary_legend(colours=self.look.colours, few=self.look.few)) + "."

    def picture(self, report: Report, width: int, height: int) -> list[Strip]:
        title, colours = self.title(report), self.look.colours
        if report.samples is not None:
            if height < report.samples.height // 2 + 2:
                return self.table(report, height)  # not one image would fit
            body = digits(report.samples, width, height - 1, colours=colours)
            missed = [a != b for a, b in zip(report.samples.label, report.samples.answer, strict=True)]
            over = report.state == "finished" and missed[:1] == [True]
            says = "some wrong ones first" if over else "truth -> answer"
            return [drawing.title(title, says, width=width), *drawing.strips_of_lines(body)]
        if report.surface is not None:
            body = boundary(
                report.surface, report.points, width, height - 1, colours=colours, few=self.look.few
            )
            return [drawing.title(title, *_SIGNS, width=width), *drawing.strips_of_lines(body)]
        return [drawing.title(title), *drawing.strips_of_text(["These examples have no picture."])]

    def table(self, report: Report, height: int) -> list[Strip]:
        return [
            drawing.title(self.title(report)),
            *drawing.strips_of_text(tables.answers(report, height - 1)),
        ]


class GradientPanel(Panel):
    """Each layer's gradient norm; for a perceptron its weights and its mistakes against the bound."""

    number = 3

    def title(self, report: Report | None) -> str:
        return "3 Weights" if report is not None and report.perceptron is not None else "3 Gradient norms"

    def explain(self, report: Report) -> str:
        if report.perceptron is not None:
            return "The unit says class 1 (label +1) where its weighted sum is 0 or more, else class 0 (-1)."
        return (
            "How strongly the loss pulls at each layer's weights. A layer whose gradient is thousands "
            "of times smaller than another's hardly learns."
        )

    def picture(self, report: Report, width: int, height: int) -> list[Strip]:
        if report.perceptron is not None:
            return self.table(report, height)
        bars = gradient_bars(report.layers, width, height - 1, colours=self.look.colours)
        return [drawing.title(self.title(report), "log axis", width=width), *drawing.strips_of_lines(bars)]

    def table(self, report: Report, height: int) -> list[Strip]:
        rows = tables.perceptron(report.perceptron) if report.perceptron else layers_table(report.layers)
        return [drawing.title(self.title(report)), *drawing.strips_of_text(rows[: height - 1])]
