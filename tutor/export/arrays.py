"""The numbers that a script needs: written into it where they are few, else put into a file beside it."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.export.source import Source

Array = NDArray[Any]

FEW = 100
"""So many numbers a reader still looks at; XOR with its network has some thirty."""


def arrays_of(source: Source) -> dict[str, Array]:
    """All arrays by the names they have in the script's file; none where they are few."""
    named = {"x": source.x, "y": source.y}
    if len(source.x_val):
        named |= {"x_val": source.x_val, "y_val": source.y_val}
    named |= {f"weights_{place}": array for place, array in enumerate(source.weights)}
    return {} if sum(array.size for array in named.values()) <= FEW else named


def loading(source: Source, file: str) -> str:
    """The lines that give ``x``, ``y``, the held-out ``x_val``, ``y_val`` and the list ``weights``."""
    if not arrays_of(source):
        return _literal(source)
    lines = [
        f"data = np.load(Path(__file__).with_name({json.dumps(file, ensure_ascii=False)}))",
        'x, y = data["x"], data["y"]',
    ]
    if len(source.x_val):
        lines.append('x_val, y_val = data["x_val"], data["y_val"]  # held out: never trained on')
    lines.append(f'weights = [data[f"weights_{{i}}"] for i in range({len(source.weights)})]')
    return "\n".join(lines)


def _literal(source: Source) -> str:
    lines = [f"x = {_written(source.x, 4)}", f"y = {_written(source.y, 4)}"]
    if len(source.x_val):
        lines += [f"x_val = {_written(source.x_val, 8)}", f"y_val = {_written(source.y_val, 8)}"]
    lines.append("weights = [")
    lines += [f"    {_written(array, 4)}," for array in source.weights]
    return "\n".join([*lines, "]"])


def _written(array: Array, indent: int) -> str:
    digits = np.array2string(
        array,
        separator=", ",
        threshold=sys.maxsize,
        max_line_width=96,
        floatmode="unique",
        prefix=" " * (indent + len("np.array(")),
    )
    return f'np.array({digits}, dtype="{array.dtype}")'
