"""The charts' numbers as plain tables, for plain mode and for those who read numbers more easily."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.charts.numbers import short
from tutor.charts.series import labels
from tutor.report import Layer, Series


def line_table(
    series: Sequence[Series], rows: int = 12, x_label: str = "epoch", width: int = 10_000
) -> list[str]:
    """At most ``rows`` moments, evenly spaced from first to last, with each curve's value there.

    A curve that was not measured at that moment shows its value before it, ``-`` if there is none.
    """
    moments = sorted({x for one in series for x in one.x})
    if not moments:
        return ["no data yet"]
    count = min(rows, len(moments))
    chosen = [moments[round(i * (len(moments) - 1) / max(count - 1, 1))] for i in range(count)]
    body = [[short(x), *(_value_at(one, x) for one in series)] for x in chosen]
    return aligned([[x_label, *labels(series)], *body], width=width)


def layers_table(layers: Sequence[Layer], width: int = 10_000) -> list[str]:
    """Each layer's gradient norm and weight norm."""
    if not layers:
        return ["no layers"]
    body = [[layer.name, _measured(layer.gradient_norm), _measured(layer.weight_norm)] for layer in layers]
    return aligned([["layer", "gradient norm", "weight norm"], *body], width=width)


def _measured(value: float) -> str:
    return "-" if value != value else short(value)


def _value_at(series: Series, moment: float) -> str:
    before = [y for x, y in zip(series.x, series.y, strict=False) if x <= moment]
    return short(before[-1]) if before else "-"


def aligned(table: Sequence[Sequence[str]], left: Sequence[int] = (0,), width: int = 10_000) -> list[str]:
    """Columns two blanks apart: those in ``left`` flush left, the others flush right.

    Columns that do not fit into ``width`` cells are left out, from the end.
    """
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    while len(widths) > 1 and sum(widths) + 2 * (len(widths) - 1) > width:
        widths.pop()
    return [
        "  ".join(
            cell.ljust(room) if index in left else cell.rjust(room)
            for index, (cell, room) in enumerate(zip(row, widths, strict=False))
        ).rstrip()
        for row in table
    ]
