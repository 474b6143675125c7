"""A run in a file, from which another process goes on: an .npz archive behind its digest, no pickle in it.

It holds what the learner goes on from, as arrays, and what the run told until then. The marks to go back to
stay behind: they are many times as large.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass

import msgspec
import numpy as np

from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.errors import InputError
from tutor.lab.details import Past
from tutor.lab.ensemble import EnsembleLearner
from tutor.lab.history import History
from tutor.lab.learner import Arrays, Learner
from tutor.lab.network import NetworkLearner
from tutor.lab.pretraining import PretrainedLearner
from tutor.report import Overlay

MOST_BYTES = 4 * 2**20
"""Of a learner's state: larger ones are not kept, as writing them would hold up the training."""

_TOLD = "told"
_DIGEST_BYTES = 32


class Told(msgspec.Struct, frozen=True):
    """All that is no array."""

    whose: str
    """The :func:`identity` of the run."""
    knobs: dict[str, Value]
    step: int
    seconds: float
    history: History
    past: Past
    overlays: list[Overlay]
    number: int = 0
    """The number that the training process gave the run."""


@dataclass(frozen=True)
class Saved:
    """A run as it stood at one moment."""

    told: Told
    arrays: Arrays


def identity(experiment: Experiment, lesson: str, seed: int, backend: str) -> str:
    """What makes two runs with the same knobs the same run."""
    parts = msgspec.msgpack.encode((experiment, lesson, seed, backend))
    return hashlib.blake2b(parts, digest_size=_DIGEST_BYTES).hexdigest()


def why_not(learner: Learner, state_bytes: int) -> str:
    """Why a learner with a state of that size is never saved, in words for people; empty if it can be."""
    if isinstance(learner, PretrainedLearner) or not isinstance(learner, NetworkLearner | EnsembleLearner):
        return "runs of this kind are short, so no snapshot is kept"
    return "" if 0 < state_bytes <= MOST_BYTES else "the network is too large for a snapshot"


def encode(saved: Saved, number: int) -> bytes:
    """The file's contents, for the run with this ``number``."""
    told = msgspec.structs.replace(saved.told, number=number)
    header = np.frombuffer(msgspec.msgpack.encode(told), np.uint8)
    archive = io.BytesIO()
    np.savez(archive, allow_pickle=False, **{_TOLD: header}, **saved.arrays)
    contents = archive.getvalue()
    return _digest(contents) + contents


def decode(file: bytes) -> Saved:
    """What :func:`encode` gave; InputError if it is damaged or anything else."""
    contents = file[_DIGEST_BYTES:]
    if file[:_DIGEST_BYTES] != _digest(contents):
        raise InputError("the snapshot is damaged")
    try:
        with np.load(io.BytesIO(contents), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        told = msgspec.msgpack.decode(arrays.pop(_TOLD).tobytes(), type=Told)
    except (ValueError, KeyError, AttributeError, zipfile.BadZipFile, msgspec.MsgspecError):
        raise InputError("the snapshot is of another version of this program") from None
    return Saved(told, arrays)


def _digest(contents: bytes) -> bytes:
    return hashlib.blake2b(contents, digest_size=_DIGEST_BYTES).digest()
