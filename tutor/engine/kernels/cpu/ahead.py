"""What every entry calls, compiled before an entry asks for it: so two processes can do half of it each."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.core import types

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.activations import (
    apply_function,
    apply_slope,
    softmax_backward,
    softmax_forward,
)
from tutor.engine.kernels.cpu.conv import conv_backward, conv_forward
from tutor.engine.kernels.cpu.dense import Lines, dense_backward, dense_forward, weight_gradient
from tutor.engine.kernels.cpu.dropout import Mode, dropout_backward, dropout_forward
from tutor.engine.kernels.cpu.gradients import add_penalty_gradients, penalty
from tutor.engine.kernels.cpu.losses import loss_and_delta
from tutor.engine.kernels.cpu.normalize import normalize_backward, normalize_forward
from tutor.engine.kernels.cpu.optimizers import update
from tutor.engine.kernels.cpu.parts import Part
from tutor.engine.kernels.cpu.pixels import repack_backward, repack_forward
from tutor.engine.kernels.cpu.pool import pool_backward, pool_forward
from tutor.engine.kernels.cpu.views import view_examples, view_network, view_run, view_workspace

_INTEGER = types.int64
_INTEGERS: Any = types.CPointer(_INTEGER)  # type: ignore[no-untyped-call]
_MODE: Any = types.NamedTuple((types.boolean, *3 * (_INTEGER,)), Mode)  # type: ignore[no-untyped-call]
_LINES: Any = types.NamedTuple((_INTEGER, _INTEGER, types.boolean), Lines)  # type: ignore[no-untyped-call]
_PART: Any = types.NamedUniTuple(_INTEGER, 3, Part)  # type: ignore[no-untyped-call]


def compile_products(dtype: str) -> None:
    """Dense layers and convolutions."""
    network, workspace, _examples, _run = _views(dtype)
    layer = (network, workspace, _INTEGERS, _INTEGER)
    _compile(weight_gradient, (_numbers(dtype), *layer[1:], _LINES))
    _compile(dense_forward, layer)
    _compile(dense_backward, (*layer, types.boolean))
    for operation in (conv_forward, conv_backward):
        _compile(operation, (*layer, _INTEGER, _INTEGER))


def compile_others(dtype: str) -> None:
    """About as much: the other operations, losses, updates."""
    network, workspace, examples, run = _views(dtype)
    numbers = _numbers(dtype)
    layer = (workspace, _INTEGERS, _INTEGER)
    for images in (pool_forward, pool_backward, repack_forward, repack_backward):
        _compile(images, layer)
    for softmax in (softmax_forward, softmax_backward):
        _compile(softmax, layer)
    for normalization in (normalize_forward, normalize_backward):
        _compile(normalization, (network, *layer, _MODE))
    for dropout in (dropout_forward, dropout_backward):
        _compile(dropout, (*layer, _MODE))
    _compile(apply_function, (_INTEGER, numbers, numbers, _INTEGER))
    _compile(apply_slope, (_INTEGER, numbers, numbers, _INTEGER, _INTEGER))
    _compile(loss_and_delta, (network, workspace, examples, *4 * (_INTEGER,)))
    _compile(penalty, (network,))
    _compile(add_penalty_gradients, (network, _PART))
    _compile(update, (network, run, _PART))


def _numbers(dtype: str) -> Any:
    return types.CPointer(numba.from_dtype(np.dtype(dtype)))  # type: ignore[no-untyped-call]


def _views(dtype: str) -> tuple[Any, ...]:
    """Numba's types of the views that kernels are called with."""
    numbers, integers, doubles = (np.zeros(1, kind) for kind in (dtype, np.int64, np.float64))
    return (
        _type_of(view_network, d.Network(integers[:, None], numbers, numbers, integers[:, None], doubles)),
        _type_of(view_workspace, d.Workspace(1, *4 * (numbers,))),
        _type_of(view_examples, d.Examples(numbers, numbers, integers)),
        _type_of(view_run, d.Run(integers, doubles, integers, doubles, numbers, numbers)),
    )


def _type_of(view: Any, argument: Any) -> Any:
    """Of what ``view(argument)`` is."""
    signature = (numba.typeof(argument),)  # type: ignore[no-untyped-call]
    _compile(view, signature)
    return view.overloads[signature].signature.return_type


def _compile(kernel: Any, signature: tuple[Any, ...]) -> None:
    kernel.compile(signature)
