"""The description of a network and its run as the compiled functions pass it on: bare pointers.

Numba counts references to every array that is taken out of a tuple, with atomic instructions; in a network of
seventeen weights that was a third of the time. The entry points keep the arrays alive while these exist.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from numba.core import types

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import kernel
from tutor.engine.kernels.cpu.lanes import primitive

Pointer = Any
"""A numba ``CPointer`` to integers or floats: ``pointer[i]`` reads and writes, nothing is checked."""


@primitive
def pointer_to(typing: Any, array: Any) -> Any:
    """The address of a contiguous array's first number."""
    pointer: Any = types.CPointer(array.dtype)  # type: ignore[no-untyped-call]

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.make_array(array)(context, builder, args[0]).data

    return pointer(array), generate


@primitive
def advanced(typing: Any, pointer: Any, count: Any) -> Any:
    """``pointer`` moved on by ``count`` numbers."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.gep(args[0], [args[1]], inbounds=True)

    return pointer(pointer, types.intp), generate


class NetworkView(NamedTuple):
    """As ``description.Network``; ``depth`` operations; ``size`` learned parameters in ``arrays`` arrays."""

    operations: Pointer
    depth: int
    parameters: Pointer
    gradients: Pointer
    size: int
    tensors: Pointer
    penalties: Pointer
    arrays: int


class WorkspaceView(NamedTuple):
    """As ``description.Workspace``."""

    capacity: int
    values: Pointer
    deltas: Pointer
    transposed: Pointer
    scratch: Pointer


class ShardsView(NamedTuple):
    """As ``description.Shards``; each shard's room begins so many numbers after the one before it."""

    workspace: WorkspaceView
    length: int
    gradients: Pointer
    values_size: int
    transposed_size: int
    scratch_size: int


class ExamplesView(NamedTuple):
    """As ``description.Examples``; ``n`` of them."""

    inputs: Pointer
    targets: Pointer
    order: Pointer
    n: int


class RunView(NamedTuple):
    """As ``description.Run``; one slot after the other."""

    controls: Pointer
    rates: Pointer
    counters: Pointer
    sums: Pointer
    slots: Pointer
    before: Pointer


@kernel
def view_network(network: d.Network) -> NetworkView:
    """Pointers into ``network``."""
    return NetworkView(
        pointer_to(network.operations),
        network.operations.shape[0],
        pointer_to(network.parameters),
        pointer_to(network.gradients),
        network.gradients.size,
        pointer_to(network.tensors),
        pointer_to(network.penalties),
        network.tensors.shape[0],
    )


@kernel
def with_gradients(network: NetworkView, gradients: Pointer) -> NetworkView:
    """The same network, with its gradients elsewhere."""
    return NetworkView(
        network.operations,
        network.depth,
        network.parameters,
        gradients,
        network.size,
        network.tensors,
        network.penalties,
        network.arrays,
    )


@kernel
def view_workspace(workspace: d.Workspace) -> WorkspaceView:
    """Pointers into ``workspace``."""
    return WorkspaceView(
        workspace.capacity,
        pointer_to(workspace.values),
        pointer_to(workspace.deltas),
        pointer_to(workspace.transposed),
        pointer_to(workspace.scratch),
    )


@kernel
def view_shards(shards: d.Shards) -> ShardsView:
    """Pointers into ``shards``."""
    return ShardsView(
        view_workspace(shards.workspace),
        shards.length,
        pointer_to(shards.gradients),
        shards.workspace.values.size // shards.length,
        shards.workspace.transposed.size // shards.length,
        shards.workspace.scratch.size // shards.length,
    )


@kernel
def shard(shards: ShardsView, number: int) -> WorkspaceView:
    """The room of one shard."""
    whole = shards.workspace
    return WorkspaceView(
        whole.capacity,
        advanced(whole.values, number * shards.values_size),
        advanced(whole.deltas, number * shards.values_size),
        advanced(whole.transposed, number * shards.transposed_size),
        advanced(whole.scratch, number * shards.scratch_size),
    )


@kernel
def view_examples(examples: d.Examples) -> ExamplesView:
    """Pointers into ``examples``."""
    return ExamplesView(
        pointer_to(examples.inputs),
        pointer_to(examples.targets),
        pointer_to(examples.order),
        examples.order.size,
    )


@kernel
def view_run(run: d.Run) -> RunView:
    """Pointers into ``run``."""
    return RunView(
        pointer_to(run.controls),
        pointer_to(run.rates),
        pointer_to(run.counters),
        pointer_to(run.sums),
        pointer_to(run.slots),
        pointer_to(run.before),
    )


@kernel
def operation(network: NetworkView, k: int) -> Pointer:
    """Row ``k`` of the table of operations: ``op[KIND]``, ``op[INPUT]``, ..."""
    return advanced(network.operations, k * d.COLUMNS)
