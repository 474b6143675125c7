"""Training steps of larger networks, done by one thread or by several with the same result to the bit.

A batch is cut into *shards*, of which each has its own room and its own gradients. A step has three stages:
each shard's way forward and back; the gradients of the batch (``sums``); the update. A stage is cut into
*parts* that do not touch each other, and threads *claim* parts until none is left. One thread, the leader,
opens the stages and does what lies between them. Nothing depends on who does a part, nor on whether anybody
helps the leader at all: what the helpers do not come to, the leader does.

No weight may move before all gradients are known to be finite. Those of large layers surely are wherever the
values and deltas that they come from are not huge. Then each of their parts is formed *late*, in the stage of
the update, which finds it in the cache.

The number of shards depends on the network and the batch size alone (``plan``), and sums are formed in the
order of the shards, so that the number of threads changes nothing but the time.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.atomics import add, exchange, look, nap, pause, publish
from tutor.engine.kernels.cpu.denormals import flush_denormals, restore_denormals
from tutor.engine.kernels.cpu.dropout import Mode
from tutor.engine.kernels.cpu.gradients import clip, penalty
from tutor.engine.kernels.cpu.jit import entry, kernel, spliced
from tutor.engine.kernels.cpu.optimizers import remember, update
from tutor.engine.kernels.cpu.parts import NO_LAYER, count_parts, part_of
from tutor.engine.kernels.cpu.schedules import follow_schedule
from tutor.engine.kernels.cpu.sums import (
    are_surely_finite,
    form_gradients,
    rows_per_shard,
    sum_gradients,
)
from tutor.engine.kernels.cpu.train import count_step, gradient_of_rows, order_examples
from tutor.engine.kernels.cpu.views import (
    ExamplesView,
    NetworkView,
    Pointer,
    RunView,
    ShardsView,
    advanced,
    pointer_to,
    shard,
    view_examples,
    view_network,
    view_run,
    view_shards,
    with_gradients,
)

LEADER = 0
"""The member number of the thread that opens the stages."""

# The stages of a step.
_GRADIENTS = 0
_SUM = 1
_UPDATE = 2

_PARTS_BITS = 16
_MOST_PARTS = (1 << _PARTS_BITS) - 1  # the 50 million weights of a plan are some 12,000
_SPINS = 4000  # some tenth of a millisecond of waiting
_HELPERS_SPINS = 20000  # more, so that they do not miss the next stages
_NAP = 50  # microseconds; with the system's slack some hundred


@entry
def train_in_shards(
    network: d.Network,
    shards: d.Shards,
    examples: d.Examples,
    run: d.Run,
    training: bool,
    board: d.Integers,
    losses: NDArray[np.float64],
    member: int,
) -> float:
    """Do board[STEPS_TO_DO] updates as ``train_steps`` does, or help to; returns the last batch's loss.

    With 0 steps only the gradients of the next batch are computed. All members pass the same arguments but
    for ``member``; ``board`` (BOARD,) and ``losses`` (shards + 1, LINE) are where they meet.
    """
    net, room = view_network(network), view_shards(shards)
    data, state = view_examples(examples), view_run(run)
    place, partial = pointer_to(board), pointer_to(losses)
    before = flush_denormals()
    if member == LEADER:
        _open_step(room, data, state, place)
    waited = 0
    while look(place, d.DOOR) == d.OPEN or (member == LEADER and place[d.DOOR] == d.SHUT):
        part = _claim(place, member)
        if part >= 0:
            if place[d.STAGE] == _GRADIENTS:
                _gradients_of_shard(net, room, data, state, training, place, partial, part)
            elif place[d.STAGE] == _SUM:
                _sum_part(net, room, place, part)
            else:
                _update_part(net, room, state, place, part)
            add(place, d.FINISHED, 1)
            waited = 0
        elif member == LEADER and look(place, d.FINISHED) == place[d.PARTS]:
            _go_on(net, room, data, state, place, partial)
            waited = 0
        else:
            waited = _wait(place, member, waited)
    restore_denormals(before)
    return float(partial[room.length * d.LINE])


# --------------------------------------------------------------------------- parts


@spliced
def _gradients_of_shard(
    network: NetworkView,
    room: ShardsView,
    examples: ExamplesView,
    run: RunView,
    training: bool,
    board: Pointer,
    losses: Pointer,
    number: int,
) -> None:
    """Forward and back with the shard's rows of the batch; the penalty belongs to the first shard's loss."""
    batch = board[d.ROWS]
    share = rows_per_shard(batch, room.length)
    first = min(number * share, batch)
    mode = Mode(training, run.controls[d.SEED], run.counters[d.STEPS], first)
    loss = gradient_of_rows(
        with_gradients(network, advanced(room.gradients, number * network.size)),
        shard(room, number),
        examples,
        mode,
        run.controls[d.LOSS],
        board[d.FIRST] + first,
        min(share, batch - first),
        batch,
        False,
    )
    losses[number * d.LINE] = loss + (penalty(network) if number == 0 else 0.0)
    if not are_surely_finite(network, shard(room, number), min(share, batch - first)):
        add(board, d.BAD, 1)


@spliced
def _sum_part(network: NetworkView, room: ShardsView, board: Pointer, number: int) -> None:
    """A part of the gradients of the batch, unless its time is later."""
    part = part_of(network, number)
    late = board[d.LATE] != 0 and part.layer != NO_LAYER
    if not late and not sum_gradients(network, room, board[d.ROWS], part):
        add(board, d.BAD, 1)


@spliced
def _update_part(network: NetworkView, room: ShardsView, run: RunView, board: Pointer, number: int) -> None:
    """Move the parameters of one part."""
    part = part_of(network, number)
    if board[d.LATE] != 0 and part.layer != NO_LAYER:
        form_gradients(network, room, board[d.ROWS], part)
    if not update(network, run, part):
        add(board, d.BAD, 1)


# --------------------------------------------------------------------------- stages


@kernel
def _claim(board: Pointer, member: int) -> int:
    """The number of a part that nobody else has, or -1 if there is none.

    Members take from the front and from the back by turns, so that each has nearly the same parts again in
    the next step, in the cache of its core. The ticket is the number of the stage, of its first part that is
    left, and how many are left; so no late claim hits another stage.
    """
    while True:
        ticket = look(board, d.TICKET)
        left = ticket & _MOST_PARTS
        if left == 0:
            return -1
        first = (ticket >> _PARTS_BITS) & _MOST_PARTS
        if member % 2 == 0:
            if exchange(board, d.TICKET, ticket, ticket + _MOST_PARTS):  # one more before, one less left
                return int(first)
        elif exchange(board, d.TICKET, ticket, ticket - 1):
            return int(first + left - 1)


@kernel
def _open(board: Pointer, stage: int, parts: int) -> None:
    """Let members claim the parts of a stage."""
    board[d.STAGE], board[d.PARTS], board[d.BAD] = stage, parts, 0
    publish(board, d.FINISHED, 0)
    stages = (board[d.TICKET] >> (2 * _PARTS_BITS)) + 1
    publish(board, d.TICKET, (stages << (2 * _PARTS_BITS)) + parts)


@kernel
def _open_step(room: ShardsView, examples: ExamplesView, run: RunView, board: Pointer) -> None:
    """Let members claim the shards of the next batch."""
    order_examples(examples, run, board[d.STEPS_DONE] == 0)
    board[d.FIRST] = run.counters[d.POSITION]
    board[d.ROWS] = min(run.controls[d.BATCH_SIZE], examples.n - board[d.FIRST])
    _open(board, _GRADIENTS, room.length)


@spliced
def _go_on(
    network: NetworkView,
    room: ShardsView,
    examples: ExamplesView,
    run: RunView,
    board: Pointer,
    losses: Pointer,
) -> None:
    """For the leader: what lies between the stage that is done and the next one."""
    if board[d.STAGE] == _GRADIENTS:
        board[d.LATE] = 1 if board[d.BAD] == 0 and _may_be_late(network, run, board) else 0
        _open(board, _SUM, count_parts(network))
        return
    if board[d.STAGE] == _SUM:
        loss = 0.0
        for s in range(room.length):
            loss += losses[s * d.LINE]
        losses[room.length * d.LINE] = loss
        if board[d.STEPS_TO_DO] > 0:
            if board[d.STEPS_DONE] == board[d.STEPS_TO_DO] - 1:
                remember(network, run)
            run.counters[d.STATUS] = _check_and_clip(network, run, loss, board[d.BAD] != 0)
        if board[d.STEPS_TO_DO] > 0 and run.counters[d.STATUS] == d.HEALTHY:
            _open(board, _UPDATE, count_parts(network))
        elif board[d.LATE] != 0:  # no update will form what whoever looks for the cause wants to see
            board[d.LATE] = 0
            _open(board, _SUM, count_parts(network))
        else:
            publish(board, d.DOOR, d.OVER)
        return
    if board[d.BAD] != 0:
        run.counters[d.STATUS] = d.BAD_WEIGHTS
        publish(board, d.DOOR, d.OVER)
        return
    count_step(examples, run, losses[room.length * d.LINE], board[d.ROWS])
    board[d.STEPS_DONE] += 1
    if board[d.STEPS_DONE] == board[d.STEPS_TO_DO]:
        publish(board, d.DOOR, d.OVER)
        return
    _open_step(room, examples, run, board)


@kernel
def _may_be_late(network: NetworkView, run: RunView, board: Pointer) -> bool:
    """Whether nothing but the update needs the large layers' gradients, and nothing is added to them."""
    if board[d.STEPS_TO_DO] == 0 or run.controls[d.CLIPPING] != d.NO_CLIPPING:
        return False
    for t in range(network.arrays):
        if network.penalties[2 * t + d.L1] != 0.0 or network.penalties[2 * t + d.L2] != 0.0:
            return False
    return True


@spliced
def _check_and_clip(network: NetworkView, run: RunView, loss: float, bad: bool) -> int:
    """As ``train._checked_update`` before the update; returns the run's status."""
    if not math.isfinite(loss):
        return d.BAD_LOSS
    if bad:
        return d.BAD_GRADIENT
    follow_schedule(run)
    clip(network, run)
    return d.HEALTHY


# --------------------------------------------------------------------------- waiting


@kernel
def _wait(board: Pointer, member: int, waited: int) -> int:
    """A moment; ``waited`` says how often already. Returns that number for the next time.

    Where a helper has claimed a part and then lost its core to another program, the leader sends the helpers
    home: a busy second core must not hold up the first.
    """
    if waited < (_SPINS if member == LEADER else _HELPERS_SPINS):
        pause()
    else:
        nap(_NAP)
        if member == LEADER and waited == _SPINS + board[d.PATIENCE]:
            publish(board, d.DOOR, d.SHUT)
    return waited + 1
