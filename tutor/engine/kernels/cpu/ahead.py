"""Every linked kernel and every entry with the types it is compiled for, in an order in which they stand."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.core import types

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu import (
    activations,
    conv,
    dense,
    dropout,
    linking,
    losses,
    normalize,
    optimizers,
    pixels,
    pool,
    survey,
    team,
    train,
    views,
)
from tutor.engine.kernels.cpu.parts import Part

Compiled = tuple[Any, linking.Types]
"""A kernel, and the types of its arguments."""

_INTEGER, _DOUBLE, _BOOLEAN = types.int64, types.float64, types.boolean
_standing: set[str] = set()


def all_stand(dtype: str) -> None:
    """Have every linked kernel for a number type in memory, before an entry is used that calls them."""
    if dtype not in _standing:
        for kernel, arguments in linked(dtype):
            linking.stand(kernel, arguments)
        _standing.add(dtype)


def names(dtype: str) -> list[str]:
    """What :func:`compile_alone` can compile; first what takes long, so that no process is left with it."""
    every = [kernel.__name__ for kernel, _ in (*entries(dtype), *reversed(linked(dtype)))]
    return sorted(every, key=lambda name: name not in _LONG)


_LONG = ("conv_forward", "conv_backward", "weight_gradient", "train_in_shards", "train_steps")


def compile_alone(name: str, dtype: str) -> None:
    """Put one of the kernels into the cache, in a process that runs none of them."""
    together = linked(dtype)
    for kernel, arguments in together:
        linking.pretend(kernel, arguments)
    for kernel, arguments in (*together, *entries(dtype)):
        if kernel.__name__ == name:
            linking.dispatcher(kernel).compile(arguments)


def linked(dtype: str) -> list[Compiled]:
    """Each linked kernel; whatever one calls comes before it."""
    numbers, integers, doubles = map(_pointer, (_number(dtype), _INTEGER, _DOUBLE))
    network = _tuple(
        views.NetworkView, integers, _INTEGER, numbers, numbers, _INTEGER, integers, doubles, _INTEGER
    )
    room = _tuple(views.WorkspaceView, _INTEGER, *4 * [numbers])
    examples = _tuple(views.ExamplesView, numbers, numbers, integers, _INTEGER)
    run = _tuple(views.RunView, integers, doubles, integers, doubles, numbers, numbers)
    mode = _tuple(dropout.Mode, _BOOLEAN, *3 * [_INTEGER])
    lines = _tuple(dense.Lines, _INTEGER, _INTEGER, _BOOLEAN)
    part = _tuple(Part, *3 * [_INTEGER])
    images = (room, integers, _INTEGER)
    layer = (network, *images)
    return [
        (activations.apply_function, (_INTEGER, numbers, numbers, _INTEGER)),
        (activations.apply_slope, (_INTEGER, numbers, numbers, _INTEGER, _INTEGER)),
        (activations.softmax_forward, images),
        (activations.softmax_backward, images),
        (dense.weight_gradient, (numbers, *images, lines)),
        (dense.dense_forward, layer),
        (dense.dense_backward, (*layer, _BOOLEAN)),
        (conv.conv_forward, (*layer, _INTEGER, _INTEGER)),
        (conv.conv_backward, (*layer, _INTEGER, _INTEGER)),
        (pool.pool_forward, images),
        (pool.pool_backward, images),
        (pixels.repack_forward, images),
        (pixels.repack_backward, images),
        (normalize.normalize_forward, (*layer, mode)),
        (normalize.normalize_backward, (*layer, mode)),
        (dropout.dropout_forward, (*images, mode)),
        (dropout.dropout_backward, (*images, mode)),
        (losses.loss_and_delta, (network, room, examples, *4 * [_INTEGER])),
        (optimizers.update, (network, run, part)),
    ]


def entries(dtype: str) -> list[Compiled]:
    """What Python calls, in ``launch``."""
    numbers, integers, doubles = (_array(kind, 1) for kind in (_number(dtype), _INTEGER, _DOUBLE))
    table, pairs = _array(_INTEGER, 2), _array(_DOUBLE, 2)
    network = _tuple(d.Network, table, numbers, numbers, table, pairs)
    room = _tuple(d.Workspace, _INTEGER, *4 * [numbers])
    shards = _tuple(d.Shards, room, _INTEGER, numbers, _INTEGER)
    examples = _tuple(d.Examples, numbers, numbers, integers)
    run = _tuple(d.Run, integers, doubles, integers, doubles, numbers, numbers)
    looks = (table, integers, table, *4 * [numbers], _INTEGER, pairs, pairs, _array(_INTEGER, 3))
    return [
        (train.train_steps, (network, room, examples, run, _INTEGER)),
        (train.evaluate, (network, room, examples, _INTEGER, _BOOLEAN, numbers)),
        (team.train_in_shards, (network, shards, examples, run, _BOOLEAN, integers, pairs, _INTEGER)),
        (survey.survey, looks),
    ]


def _number(dtype: str) -> Any:
    return numba.from_dtype(np.dtype(dtype))


def _pointer(kind: Any) -> Any:
    return types.CPointer(kind)  # type: ignore[no-untyped-call]


def _array(kind: Any, dimensions: int) -> Any:
    return types.Array(kind, dimensions, "C")


def _tuple(kind: Any, *of: Any) -> Any:
    return types.BaseTuple.from_types(of, kind)  # type: ignore[no-untyped-call]
