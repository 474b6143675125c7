"""From a list of layers to the kernels' table of operations, with a place for every number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import initializers, memory, regularizers
from tutor.engine.kernels import description as d
from tutor.engine.kernels import work
from tutor.engine.layers import Layer
from tutor.engine.planner import Planner, Tensor
from tutor.errors import EngineError

MAX_PARAMETERS = 50_000_000
MAX_WORKSPACE = 500_000_000
"""Numbers, not bytes. More than this is a slip of the pen, or work for a larger machine."""

_WORTH_SHARDS = 1_000_000
_WORTH_EXCHANGE = 128
"""Multiply-adds in a step, and for each gradient that goes from one core to the other."""


@dataclass(frozen=True)
class Plan:
    """All that is fixed once the layers are known."""

    operations: d.Integers
    tensors: tuple[Tensor, ...]
    layer_names: tuple[str, ...]
    """The network's layers', then those of the layers inside of them."""
    output_shapes: tuple[tuple[int, ...], ...]
    parameters: int
    """Length of what is learned in the flat parameter buffer, padding included."""
    kept: int
    """Length of what is kept behind it."""
    values: int
    """Numbers per example in the workspace."""
    transposed: int
    scratch: int

    @property
    def learned(self) -> tuple[Tensor, ...]:
        """The weight arrays that have gradients."""
        return tuple(tensor for tensor in self.tensors if tensor.learned)

    @property
    def weights(self) -> tuple[Tensor, ...]:
        """Those that are learned or would be, were they not frozen."""
        return tuple(tensor for tensor in self.tensors if not tensor.measured)

    @property
    def outputs(self) -> int:
        """Numbers that the network answers per example."""
        return int(self.operations[-1, d.OUT_WIDTH])

    def network(self, dtype: Any) -> d.Network:
        """The network for the kernels, all weights zero; OutOfMemoryError if there is no room for it."""
        numbers = 2 * self.parameters + self.kept
        drawn = max((initializers.room(t.initializer) * t.size for t in self.tensors), default=0)
        memory.check(
            f"a network of {sum(tensor.size for tensor in self.tensors):,} weights",
            numbers * np.dtype(dtype).itemsize + drawn,
            dtype,
            "take smaller layers",
        )
        penalties = [regularizers.parse(tensor.regularizer) for tensor in self.learned]
        gradients = zeros(self.parameters, dtype)
        gradients.fill(0)  # taken from the system now, so that what it has left afterwards is true
        return d.Network(
            self.operations,
            zeros(self.parameters + self.kept, dtype),
            gradients,
            np.array([(t.start, t.length) for t in self.learned], np.int64).reshape(-1, 2),
            np.array([(p.l1, p.l2) for p in penalties], np.float64).reshape(-1, 2),
        )

    def workspace(self, capacity: int, dtype: Any, count: int = 1, besides: int = 0) -> d.Workspace:
        """Room for ``capacity`` examples, ``count`` times.

        EngineError if that is absurdly much, or if there is no memory for it and ``besides`` numbers more.
        """
        size = capacity * self.values + d.WIDTH  # the last pixel is copied as a whole lane group
        sizes = [count * _whole_lines(part) for part in (size, size, self.transposed, self.scratch)]
        batch, numbers = f"a batch of {count * capacity:,}", sum(sizes) + besides
        if numbers > MAX_WORKSPACE:
            raise EngineError(f"{batch} is too large: {numbers:,} numbers", "take a smaller batch")
        memory.check(batch, numbers * np.dtype(dtype).itemsize, dtype, "take a smaller batch or network")
        return d.Workspace(capacity, *(zeros(part, dtype) for part in sizes))

    def training_room(self, batch: int, dtype: Any, backend: str) -> d.Workspace | d.Shards:
        """Room to train with batches of that size: in shards if the work is worth it."""
        count = self.shards(batch) if backend == "cpu" else 1
        if count == 1:
            return self.workspace(batch, dtype)
        capacity, gradients = d.rows_per_shard(batch, count), count * self.parameters
        return d.Shards(
            self.workspace(capacity, dtype, count, besides=gradients),
            count,
            zeros(gradients, dtype),
            capacity * self.work,
        )

    def shards(self, batch: int) -> int:
        """Into how many shards a batch is cut: that decides how sums are rounded, so nothing else counts."""
        whole = any(  # where statistics are those of the whole batch
            row[d.KIND] == d.NORMALIZE and row[d.BACKWARD] & d.OF_WEIGHTS for row in self.operations
        )
        exchanged = work.gradients_of_shards(self.operations, self.parameters)
        return 2 if batch >= 8 and not whole and shards_pay(batch * self.work, exchanged) else 1

    @property
    def work(self) -> int:
        """Multiply-adds for one example in a step of training, roughly."""
        return work.of_a_step(self.operations)


def shards_pay(work: int, exchanged: int) -> bool:
    """Whether two cores are quicker than one at ``work`` multiply-adds in a step, for all that they exchange.

    Measured: a number that one core has written costs the other as much as some hundred multiply-adds.
    """
    return work >= max(_WORTH_SHARDS, _WORTH_EXCHANGE * exchanged)


def make_plan(layers: Sequence[Layer], input_shape: tuple[int, ...]) -> Plan:
    """Lay out the layers; EngineError if they do not fit together or are absurdly large."""
    planner = Planner(input_shape, len(layers))
    shapes = []
    for number, layer in enumerate(layers):
        planner.add(number, layer)
        shapes.append(planner.shape)
        _check_size(planner)
    if not planner.rows:
        raise EngineError("the network has no layer that computes anything", "add a Dense layer")
    operations, tensors = planner.finish()
    return Plan(
        operations=np.array(operations, np.int64),
        tensors=tensors,
        layer_names=tuple(planner.layer_names),
        output_shapes=tuple(shapes),
        parameters=planner.parameters,
        kept=planner.kept,
        values=planner.values,
        transposed=planner.transposed,
        scratch=planner.scratch,
    )


def _check_size(planner: Planner) -> None:
    weights = planner.parameters + planner.kept
    if weights > MAX_PARAMETERS:
        raise EngineError(
            f"the network is too large: {weights:,} weights up to {planner.layer_name}",
            f"stay below {MAX_PARAMETERS:,} weights; take fewer or smaller layers",
        )
    room = 2 * planner.values + planner.transposed + planner.scratch + planner.shared
    if room > MAX_WORKSPACE:
        raise EngineError(
            f"the network is too large: {room:,} numbers for one example up to {planner.layer_name}",
            "take fewer or smaller layers",
        )


def _whole_lines(size: int) -> int:
    """``size`` rounded up to cache lines, whatever the number type."""
    return -(-size // 16) * 16


def zeros(size: int, dtype: Any) -> NDArray[Any]:
    """A flat array that begins at a cache line (64 bytes), so that no lane group straddles two."""
    itemsize = np.dtype(dtype).itemsize
    spare = 64 // itemsize
    raw = np.zeros(size + spare, dtype)
    skip = -(raw.ctypes.data // itemsize) % spare
    return raw[skip : skip + size]
