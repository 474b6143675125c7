"""Numbers to text: curves, bars, heat maps and images for a terminal. Knows no Textual.

Two kinds of result: a line chart is text with SGR colour sequences (:func:`line_chart`); everything
painted cell by cell is a list of lines, each a list of spans (:mod:`tutor.charts.spans`).
Every chart is exactly as many lines high and cells wide as it was asked to be.
"""

from tutor.charts.bars import gradient_bars
from tutor.charts.boundary import boundary, boundary_legend
from tutor.charts.confusion import confusion_matrix, confusion_words
from tutor.charts.curves import fitted_curve, line_chart
from tutor.charts.descent import descent
from tutor.charts.digits import digits
from tutor.charts.health import health_rows, health_table
from tutor.charts.images import images
from tutor.charts.numbers import short, signed
from tutor.charts.spans import Line, Span
from tutor.charts.tables import layers_table, line_table
from tutor.charts.wiring import wiring

__all__ = [
    "Line",
    "Span",
    "boundary",
    "boundary_legend",
    "confusion_matrix",
    "confusion_words",
    "descent",
    "digits",
    "fitted_curve",
    "gradient_bars",
    "health_rows",
    "health_table",
    "images",
    "layers_table",
    "line_chart",
    "line_table",
    "short",
    "signed",
    "wiring",
]
