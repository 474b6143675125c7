"""An experiment's data as its file describes them: cut short, labelled wrongly, measured in other units."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import DataSpec
from tutor.engine import datasets
from tutor.engine.datasets import Dataset
from tutor.errors import InputError

Array = NDArray[np.float32]


def load(spec: DataSpec, seed: int) -> Dataset:
    """The data set of ``spec``, inputs as they were measured; held-out examples are left as they are.

    Raises :class:`InputError` for a number that makes no sense, and as ``datasets.load`` does.
    """
    data = datasets.load(spec.name, seed, **spec.options)
    if not 0 <= spec.examples <= len(data.y):
        message = f"{spec.name} has {len(data.y)} training examples, so examples cannot be {spec.examples}"
        raise InputError(message, "take fewer, or 0 for all of them")
    if spec.examples:
        data = replace(data, x=data.x[: spec.examples], y=data.y[: spec.examples])
    if not 0 <= spec.shuffled_labels <= 1:
        message = f"shuffled_labels must lie between 0 and 1, not {spec.shuffled_labels:g}"
        raise InputError(message, "0.5 deals out half of the training targets anew")
    if spec.shuffled_labels:
        data = replace(data, y=_dealt_out(data.y, spec.shuffled_labels, seed))
    return data


@dataclass(frozen=True)
class Scaling:
    """From inputs as they were measured to what the learner gets: (x * factor - mean) / deviation."""

    factor: float
    mean: NDArray[np.float64]
    """(inputs,)"""
    deviation: NDArray[np.float64]
    """(inputs,)"""

    @classmethod
    def of(cls, spec: DataSpec, x: Array) -> Scaling:
        """That of ``spec``, for training inputs ``x`` (n, inputs); InputError for a useless factor."""
        if not 0 < spec.input_scale < math.inf:
            raise InputError(
                f"input_scale must be more than 0, not {spec.input_scale:g}", "1 changes nothing"
            )
        mean, deviation = np.zeros(x.shape[1]), np.ones(x.shape[1])
        if spec.standardize:
            measured = x.astype(np.float64) * spec.input_scale
            mean, deviation = measured.mean(axis=0), measured.std(axis=0)
            # An input that never changes stays 0; a rounding must not be blown up into a spread.
            deviation[deviation <= 1e-12 * np.abs(mean)] = 1.0
        return cls(spec.input_scale, mean, deviation)

    def __call__(self, x: Array) -> Array:
        """Inputs (n, inputs) for the learner."""
        with np.errstate(over="ignore"):  # what has become infinite is refused by whoever gets it
            return ((x * self.factor - self.mean) / self.deviation).astype(np.float32)


def _dealt_out(y: NDArray[np.generic], share: float, seed: int) -> NDArray[np.generic]:
    """The targets (n,), of which a random ``share`` have changed places with each other."""
    rng = np.random.default_rng((zlib.crc32(b"shuffled labels"), seed))
    chosen = rng.choice(len(y), round(share * len(y)), replace=False)
    dealt = y.copy()
    dealt[chosen] = y[rng.permutation(chosen)]
    return dealt
