"""Text that the scripts of both frameworks have in common."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence

from tutor.engine.layers import Conv2D, Dense, Layer, Residual
from tutor.export.arrays import arrays_of
from tutor.export.source import Source

_LONG = 88
"""Characters from which a call goes over several lines."""


def heading(source: Source, framework: str, install: str) -> str:
    """The docstring: what it is, with which settings, how to run it."""
    knobs = ", ".join(f"{name} = {value}" for name, value in source.knobs.items() if name != "layers")
    return "\n".join(
        [
            f'"""{plain(source.experiment.title)}: {source.name} of dltutor, for {framework}.',
            "",
            f"Seed {source.seed}" + (f"; {knobs}." if knobs else "."),
            *_goal(source),
            *_before(source),
            f"Needs: {install}.",
            '"""',
        ]
    )


def _goal(source: Source) -> list[str]:
    goal, epochs = source.experiment.goal, source.experiment.training.epochs
    return (
        [f"The lab stops at its goal ({plain(goal.text)}); this goes through all {epochs} epochs."]
        if goal
        else []
    )


def _before(source: Source) -> list[str]:
    transfer = source.experiment.transfer
    if transfer is None or transfer.keep == 0:
        return []
    return [
        f"The starting weights of the first {transfer.keep} layers were learned on another task before;",
        "that, and the network that the lab trains from random weights beside this one, is left out.",
    ]


def plain(text: str) -> str:
    """``text`` as it may stand in a docstring."""
    return text.replace("\\", "/").replace('"', "'")


def imports(source: Source, lines: Sequence[str]) -> str:
    """The import lines, with ``Path`` where a file is read."""
    return "\n".join([*(["from pathlib import Path", ""] if arrays_of(source) else []), *lines])


def call(name: str, *given: object, **settings: object) -> str:
    """``name(1, key=2)``: text stands as it is, everything else as ``repr`` writes it."""
    words = [str(value) for value in given]
    words += [f"{key}={value if isinstance(value, str) else repr(value)}" for key, value in settings.items()]
    line = f"{name}({', '.join(words)})"
    return line if len(line) <= _LONG else f"{name}(\n" + "".join(f"    {word},\n" for word in words) + ")"


def quoted(text: str) -> str:
    """A text as the scripts write it."""
    return f'"{text}"'


def changed(thing: object, *names: str) -> dict[str, object]:
    """Those of the dataclass's fields ``names`` that differ from their defaults."""
    defaults = {field.name: field.default for field in dataclasses.fields(thing)}  # type: ignore[arg-type]
    return {name: value for name in names if (value := getattr(thing, name)) not in (None, defaults[name])}


def one_or_pair(sizes: object) -> str:
    """``3`` for (3, 3), and ``(5, 3)`` as it is."""
    assert isinstance(sizes, tuple)
    return str(sizes[0]) if sizes[0] == sizes[1] else str(sizes)


def shortcut(layer: Residual, start: Sequence[int], end: Sequence[int]) -> Sequence[Layer]:
    """The layers of a block's shortcut between these shapes, as the training core makes them."""
    if layer.projection == "dense":
        return [Dense(end[-1])]
    if layer.projection == "conv":
        return [Conv2D(end[2], 1, (-(-start[0] // end[0]), -(-start[1] // end[1])), "same")]
    return [part for part in layer.projection or () if isinstance(part, Layer)]


def sections(parts: Iterable[str]) -> str:
    """The parts that are there, a blank line between them."""
    return re.sub(r"\n{4,}", "\n\n\n", "\n\n".join(part for part in parts if part)) + "\n"


def shuffle_note(source: Source, framework: str) -> str:
    """What keeps the numbers from being exactly those of the lab; empty if nothing does."""
    training = source.experiment.training
    reasons = []
    if training.shuffle and source.batch_size < len(source.x):
        reasons.append("the order of the examples")
    if any(layer.kind == "dropout" for layer in source.model.layers):
        reasons.append("which units drop out")
    if training.shift or training.rotate or training.noise:
        reasons.append("how the images are changed")
    if not reasons:
        return "# Nothing is left to chance from here on: the losses are those of the lab, up to rounding."
    listed = " and ".join(reasons)
    return (
        f"# {framework} draws {listed} by its own random numbers,\n"
        "# so the losses are like those of the lab, not the same."
    )
