"""Penalties on weights, written in one line: "l2 0.01", "l1 0.001", or both as "l1 0.001 l2 0.01".

As in Keras, L1 * sum |w| + L2 * sum w² is added to the loss, here and in what ``evaluate`` and reports show.
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.engine.checks import choice, spelled_number
from tutor.errors import EngineError

NAMES = ("l1", "l2")


@dataclass(frozen=True)
class Penalty:
    """The two factors."""

    l1: float = 0.0
    l2: float = 0.0


def parse(text: str) -> Penalty:
    """Read a penalty; the empty text is none. EngineError on nonsense."""
    words = str(text).split()
    factors: dict[str, float] = {}
    for name, value in zip(words[::2], [*words[1::2], ""], strict=False):
        choice("penalty", name, NAMES)
        if name in factors or not value:
            raise EngineError(f"cannot read the penalty {text[:40]!r}", 'write it like "l2 0.01"')
        factors[name] = spelled_number(f"the factor of {name}", value, least=0.0)
    return Penalty(**factors)
