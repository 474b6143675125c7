"""What belongs to one block's network: of all arrays but the examples' the first axis is the blocks."""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda.jit import Workspace, device


@device
def network_of(block: int, networks: d.Network) -> d.Network:
    return d.Network(
        networks.operations[block],
        networks.parameters[block],
        networks.gradients[block],
        networks.tensors[block],
        networks.penalties[block],
    )


@device
def workspace_of(block: int, workspaces: Workspace) -> Workspace:
    return Workspace(
        workspaces.capacity,
        workspaces.values[block],
        workspaces.deltas[block],
        workspaces.transposed[block],
        workspaces.scratch[block],
        workspaces.partials[block],
    )


@device
def examples_of(block: int, examples: d.Examples) -> d.Examples:
    """The inputs and targets are all networks'; each has its order."""
    return d.Examples(examples.inputs, examples.targets, examples.order[block])


@device
def run_of(block: int, runs: d.Run) -> d.Run:
    return d.Run(
        runs.controls[block],
        runs.rates[block],
        runs.counters[block],
        runs.sums[block],
        runs.slots[block],
        runs.before[block],
    )
