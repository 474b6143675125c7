"""Numbers as people type them, and what "equal within the tolerance" means."""

from __future__ import annotations

import math
import re

from tutor.errors import InputError
from tutor.text import clean_line

_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-", "‑": "-"})
_DECIMAL = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_NUMBER = re.compile(rf"({_DECIMAL})\s*(?:/\s*({_DECIMAL}))?", re.ASCII | re.IGNORECASE)
_HINT = "write it like 12, 0.05, -3, 1e-3 or 1/3"

ROUNDING_GUARD = 1e-9
"""Relative slack for decimals that binary floating point cannot hold, as 0.1 + 0.2 against 0.3."""


def parse_number(text: str, unit: str = "") -> float:
    """Read what a learner typed as the answer to a question whose answer is in ``unit``.

    Taken are plain and scientific notation, a fraction ``a/b``, the Unicode minus, blanks around it and the
    unit behind it. A percent sign goes with the unit ``%`` (``50 %`` is 50) and with no unit (``50 %`` is
    0.5). Everything else, and what is not finite, raises :class:`InputError` with one line.
    """
    shown = clean_line(text)[:40]
    body = shown.translate(_MINUS)
    if not body:
        raise InputError("nothing was entered", _HINT)
    if "," in body:
        raise InputError(
            f"{shown!r} has a comma in it", "write a decimal point, as in 0.5, and 1000 without a comma"
        )
    body, hundredth = _without_unit(body, unit)
    match = _NUMBER.fullmatch(body)
    if match is None:
        unit_hint = f", with or without {unit!r} behind it" if unit else ""
        raise InputError(f"{shown!r} is not a number", _HINT + unit_hint)
    value, divisor = float(match[1]), float(match[2] or 1)
    if divisor == 0:
        raise InputError(f"{shown!r} divides by zero", _HINT)
    value /= divisor
    if not math.isfinite(value):
        raise InputError(f"{shown!r} is too large", _HINT)
    return value / 100 if hundredth else value


def within(value: float, answer: float, tolerance: float) -> bool:
    """Whether ``value`` is ``answer`` give or take ``tolerance``.

    Exact where all three are whole numbers; otherwise a value on the very edge counts as inside although
    its binary form may lie a hair outside.
    """
    distance = abs(value - answer)
    if value.is_integer() and float(answer).is_integer() and float(tolerance).is_integer():
        return distance <= tolerance
    return distance <= tolerance + ROUNDING_GUARD * max(abs(answer), abs(tolerance))


def number_text(value: float, unit: str = "") -> str:
    """``value`` without needless digits, and its unit."""
    return f"{value:.10g} {unit}".rstrip()


def _without_unit(body: str, unit: str) -> tuple[str, bool]:
    """The number without the unit behind it, and whether it counts hundredths of the unit asked for."""
    if unit and body.lower().endswith(unit.lower()):
        return body[: -len(unit)].rstrip(), False
    if not unit and body.endswith("%"):
        return body[:-1].rstrip(), True
    return body, False
