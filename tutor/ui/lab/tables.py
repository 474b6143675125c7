"""The panels' facts as plain rows of text."""

from __future__ import annotations

import math
import textwrap

from tutor.charts.numbers import short
from tutor.report import Maps, Perceptron, Points, Samples


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` cells."""
    return textwrap.wrap(text, max(width, 10))


def answers(samples: Samples | None, points: Points | None, rows: int) -> list[str]:
    """Truth and answer of the examples, the wrong ones first and marked ``!``, at most ``rows`` lines."""
    if samples is not None:
        head, body = "  truth  answer  sure", _images(samples)
    elif points is not None:
        head, body = "  class  answer       x       y", _examples(points)
    else:
        return ["These examples have no picture and no table."]
    wrong = sum(line.startswith("!") for line in body)
    body.sort(key=lambda line: not line.startswith("!"))
    lines = [f"{wrong} of these {len(body)} wrong", head, *body]
    return lines if len(lines) <= rows else [*lines[: rows - 1], f"and {len(lines) - rows + 1} more"]


def differences(pairs: Maps) -> list[str]:
    """How far each image is from what is drawn back, which follows it; black and white are 1 apart."""
    size = pairs.height * pairs.width
    parts = [pairs.pixels[start : start + size] for start in range(0, len(pairs.pixels), size)]
    rows = ["  image  mean squared difference"]
    for number, (seen, again) in enumerate(zip(parts[::2], parts[1::2], strict=True), start=1):
        error = sum((a - b) ** 2 for a, b in zip(seen, again, strict=True)) / size / 255**2
        rows.append(f"{number:>7}  {short(error)}")
    return rows


def _weight_or_veto(unit: Perceptron) -> list[str]:
    return ["veto" if place in unit.vetoes else f"{w:+.3g}" for place, w in enumerate(unit.weights)]


def perceptron(unit: Perceptron) -> list[str]:
    """A single unit's numbers, and where it has them its mistakes and what is proved of its rule."""
    if unit.support_vectors is not None:
        margin = "none yet" if unit.margin is None else short(unit.margin)
        return [f"support vectors   {unit.support_vectors:,}", f"margin's width    {margin}"]
    weights = "  ".join(f"{weight:+.3g}" for weight in unit.weights[:6])
    if len(unit.weights) > 6:
        weights += f"  and {len(unit.weights) - 6} more"
    lines = [f"weights           {weights}", f"bias              {unit.bias:+.3g}"]
    if unit.threshold is not None:
        lines[1:] = [f"threshold         {unit.threshold:+.3g}", "learns            nothing: you set it"]
        if unit.vetoes:
            lines[0] = "weights           " + "  ".join(_weight_or_veto(unit))
    if unit.updates is not None:
        lines.append(f"updates so far    {unit.updates:,}")
    if unit.bound is not None:
        bound = short(unit.bound) if math.isfinite(unit.bound) else "none: inseparable"
        lines.append(f"Novikoff's bound  {bound}")
    if unit.stable_rate is not None:
        lines.append(f"batch rate below  {short(unit.stable_rate)}")
    return lines


def _images(samples: Samples) -> list[str]:
    rows = zip(samples.label, samples.answer, samples.confidence, strict=True)
    return [f"{_mark(t, a)}{t:6}{a:8}{sure:6.0%}" for t, a, sure in rows]


def _examples(points: Points) -> list[str]:
    rows = zip(points.x, points.y, points.label, points.answer, strict=True)
    return [f"{_mark(t, a)}{t:6}{a:8}{x:8.2f}{y:8.2f}" for x, y, t, a in rows]


def _mark(truth: int, answer: int) -> str:
    return " " if truth == answer else "!"
