"""Panel 4: what the model answers, over the plane, along a curve, or for images; the way down a loss."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from tutor.charts import (
    boundary,
    boundary_legend,
    confusion_matrix,
    confusion_words,
    descent,
    digits,
    fitted_curve,
    images,
    short,
)
from tutor.report import Report, Samples
from tutor.ui.lab import drawing, tables
from tutor.ui.lab.cursor import Field
from tutor.ui.lab.panels.base import Panel
from tutor.ui.lab.scene import Scene

_SIGNS = ("o class 0, x class 1; O, X answered wrong", "o is 0, x 1; O X wrong")
"""What the signs on the boundary mean, in as many words as there is room for."""
_SIGNS_OF_MACHINE = ("o x support vectors; O X answered wrong; · all others", "o x support, O X wrong")
_ALL = 10_000
"""Rows of a table that is paged through."""
_IMAGES, _CONFUSION, _MISTAKES = "images", "confusion", "worst mistakes"


class PicturePanel(Panel):
    """Decision boundary, fitted curve, or sample images with confusion matrix and worst mistakes."""

    number = 4
    topics = ("picture",)

    def title(self, report: Report) -> str:
        if report.reconstructions is not None:
            return "Reconstructions"
        if report.samples is not None:
            return "Images"
        if report.descent is not None:
            return "The way down"
        return "Fit" if report.fit is not None else "Boundary" if report.surface is not None else "Answers"

    def aside(self, scene: Scene) -> Sequence[str]:
        report = scene.report
        if report.reconstructions is not None:
            return ["each image, and what is drawn back from it", "image, drawn back"]
        if report.surface is not None and not scene.look.table:
            return _SIGNS_OF_MACHINE if report.points is not None and report.points.support else _SIGNS
        if report.descent is not None and not scene.look.table:
            return ["loss over both weights; o path, @ now", "o path, @ now"]
        if report.samples is None or self._view(scene) != _IMAGES:
            return []
        missed = [a != b for a, b in zip(report.samples.label, report.samples.answer, strict=True)]
        first = report.state == "finished" and missed[:1] == [True]
        return ["some wrong ones first" if first else "truth -> answer"]

    def absent(self, report: Report) -> str:
        if (
            report.reconstructions
            or report.samples
            or report.surface
            or report.fit
            or report.confusion
            or report.descent
        ):
            return ""
        return (
            "These examples have more than two inputs and are no images, so they have no picture: panel 1 "
            "tells how many answers are right."
        )

    def explain(self, scene: Scene) -> str:
        view = self._view(scene)
        if scene.report.reconstructions is not None:
            return (
                "Held-out images, each with what the machine draws back: the hidden units look at the image, "
                "and the pixels are then made from the hidden units alone."
            )
        if view == _CONFUSION:
            return (
                "A row for each true class, a column for each answer. In brackets what was answered right; "
                "the other numbers are mistakes, and of which kind."
            )
        if view == _MISTAKES:
            return "Held-out images answered wrong, those the network was surest of first: truth -> answer."
        if scene.report.descent is not None:
            return (
                "The loss over the first weight (across) and the second (up): the bluer the lower, each band "
                "a constant factor. o: where training has been, @: where it stands."
            )
        if scene.report.samples is not None:
            unit = scene.report.perceptron
            sure = "how sure the net is" if unit is None else "its share of the votes it could have"
            return f"Held-out images; under each: truth -> answer (!: wrong), {sure}."
        if scene.report.fit is not None and scene.report.surface is None:
            return "Each dot is an example; the line is what the network answers for every input between."
        return "; ".join(boundary_legend(colours=scene.look.colours, few=scene.look.few)) + "."

    def fields(self, scene: Scene) -> list[Field]:
        return [Field("view", self._views(scene.report))]

    def picture(self, scene: Scene, width: int, height: int) -> list[Strip]:
        report, look, view = scene.report, scene.look, self._view(scene)
        if report.reconstructions is not None:
            pairs = images(report.reconstructions, width, height, colours=look.colours, group=2)
            return drawing.strips_of_lines(pairs)
        if view == _CONFUSION and report.confusion is not None:
            lines = confusion_matrix(report.confusion, width, height, colours=look.colours)
            return drawing.strips_of_lines(lines)
        if view == _MISTAKES and report.mistakes is not None:
            return self._images(report.mistakes, scene, width, height)
        if report.samples is not None:
            return self._images(report.samples, scene, width, height)
        if report.surface is not None:
            body = boundary(report.surface, report.points, width, height, colours=look.colours, few=look.few)
            return drawing.strips_of_lines(body)
        if report.descent is not None:
            body = descent(report.descent, width, height, colours=look.colours, few=look.few)
            return drawing.strips_of_lines(body)
        if report.fit is not None:
            return drawing.strips_of_ansi(fitted_curve(report.fit, width, height, colours=look.colours))
        return self.table(scene, width, height)

    def table(self, scene: Scene, width: int, height: int) -> list[Strip]:
        report, view = scene.report, self._view(scene)
        height = _ALL if scene.large else height
        if report.reconstructions is not None:
            return drawing.strips_of_text(tables.differences(report.reconstructions)[:height])
        if view == _CONFUSION and report.confusion is not None:
            rows = confusion_words(report.confusion, height)
        elif view == _MISTAKES and report.mistakes is not None:
            rows = tables.answers(report.mistakes, None, height)
        elif report.descent is not None:
            pairs = zip(report.descent.x, report.descent.y, strict=True)
            rows = ["    weight 1    weight 2", *(f"{short(a):>12}{short(b):>12}" for a, b in pairs)][:height]
        elif report.fit is not None and report.surface is None and report.samples is None:
            pairs = zip(report.fit.curve_x, report.fit.curve_y, strict=True)
            rows = ["       input      answer", *(f"{short(x):>12}{short(y):>12}" for x, y in pairs)][:height]
        else:
            rows = tables.answers(report.samples, report.points, height)
        return drawing.strips_of_text(rows)

    # ------------------------------------------------------------------ inside

    @staticmethod
    def _views(report: Report) -> list[str]:
        first = _IMAGES if report.samples else "boundary" if report.surface else "fit" if report.fit else ""
        views = [first] if first else []
        if report.confusion:
            views.append(_CONFUSION)
        if report.mistakes and report.mistakes.label:
            views.append(_MISTAKES)
        return views

    def _view(self, scene: Scene) -> str:
        (view,) = self.fields(scene)
        return str(scene.chosen(view)) if view.values else ""

    def _images(self, samples: Samples, scene: Scene, width: int, height: int) -> list[Strip]:
        if height < samples.height // 2 + 1:
            return drawing.strips_of_text(tables.answers(samples, None, height))  # not one image would fit
        return drawing.strips_of_lines(digits(samples, width, height, colours=scene.look.colours))
