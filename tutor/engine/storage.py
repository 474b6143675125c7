"""Networks in files: .npz archives of the weights and a description in JSON. Nothing in them is executed."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.engine import memory, optimizers
from tutor.engine.checks import choice
from tutor.engine.layers import KINDS, Layer
from tutor.errors import EngineError
from tutor.text import clean_line

if TYPE_CHECKING:
    from tutor.engine.network import Sequential

FORMAT = "dltutor network 1"


@memory.clear
def save(model: Sequential, path: Path) -> None:
    """Write ``model`` to ``path``; EngineError if that cannot be written."""
    description = {
        "format": FORMAT,
        "layers": [{"kind": layer.kind, **layer.settings()} for layer in model.layers],
        "input_shape": model.input_shape,
        "seed": model.seed,
        "dtype": model.dtype,
        "loss": model.loss,
        "metrics": model.metrics,
        "optimizer": {"name": model.optimizer.name, **model.optimizer.settings()}
        if model.optimizer
        else None,
    }
    text = json.dumps(description, default=_plain)  # before the file is opened, which empties it
    arrays: dict[str, Any] = {f"weights_{i:04d}": array for i, array in enumerate(model.get_weights())}
    try:
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, description=np.array(text), **arrays)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = getattr(error, "strerror", None) or error
        raise EngineError(
            f"cannot write {_name(path)}: {reason}", "choose a place that can be written"
        ) from None


def _name(path: Path) -> str:
    return clean_line(str(path))


def _plain(number: Any) -> Any:
    """A setting that was given as one of numpy's numbers."""
    return number.item() if isinstance(number, np.generic | np.ndarray) else float(number)


@memory.clear
def load(cls: type[Sequential], path: Path) -> Sequential:
    """The network in ``path``; EngineError if it is missing, damaged or something else."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            description = json.loads(str(archive["description"]))
            weights = [archive[name] for name in sorted(archive.files) if name.startswith("weights_")]
        if description["format"] != FORMAT:
            raise ValueError
        return _rebuild(cls, description, weights)
    except FileNotFoundError:
        raise EngineError(f"there is no file {_name(path)}") from None
    except OSError as error:
        raise EngineError(f"cannot read {_name(path)}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, RecursionError, zipfile.BadZipFile):
        raise EngineError(
            f"{_name(path)} is not a saved network, or it is damaged", "save it again"
        ) from None


def _rebuild(cls: type[Sequential], description: dict[str, Any], weights: list[Any]) -> Sequential:
    layers = [_layer(settings) for settings in description["layers"]]
    model = cls(layers, description["input_shape"], seed=description["seed"], dtype=description["dtype"])
    model.set_weights(weights)
    if description["optimizer"] is not None:
        optimizer = optimizers.make(description["optimizer"].pop("name"), **description["optimizer"])
        model.compile(optimizer, description["loss"], description["metrics"])
    return model


def _layer(settings: dict[str, Any]) -> Layer:
    """A layer from its settings, those inside it first."""
    kind = choice("kind of layer", settings["kind"], tuple(KINDS))
    return KINDS[kind](**{key: _inside(value) for key, value in settings.items() if key != "kind"})


def _inside(value: Any) -> Any:
    holds_layers = isinstance(value, list) and value and isinstance(value[0], dict)
    return [_layer(part) for part in value] if holds_layers else value
