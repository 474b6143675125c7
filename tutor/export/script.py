"""Exporting: which experiment, to which framework, and what belongs to the script."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.export import for_keras, for_pytorch
from tutor.export.arrays import arrays_of
from tutor.export.source import Source

FRAMEWORKS: Mapping[str, Callable[[Source, str], str]] = {
    "keras": for_keras.script,
    "pytorch": for_pytorch.script,
}
"""Framework -> a function from the source and the name of the data file to the script's text."""


@dataclass(frozen=True)
class Script:
    """``text`` runs as it is, with ``arrays``, if there are any, saved beside it as ``data_file``."""

    text: str
    arrays: dict[str, NDArray[Any]]
    data_file: str

    def data(self) -> bytes:
        """The data file's bytes."""
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **self.arrays)
        return file.getvalue()


def export(
    framework: str,
    experiment: Experiment,
    lesson: str,
    knobs: Mapping[str, Value] | None = None,
    seed: int = 0,
    data_file: str = "",
) -> Script:
    """The experiment as a script for ``framework``, a key of :data:`FRAMEWORKS`.

    ``data_file`` is the name under which the script looks for its numbers; "" is that of the experiment.
    Raises :class:`UsageError` where there is no network, :class:`InputError` for knobs that it has not.
    """
    source = Source.of(experiment, lesson, knobs or {}, seed)
    file = data_file or f"{experiment.id}.npz"
    return Script(FRAMEWORKS[framework](source, file), arrays_of(source), file)
