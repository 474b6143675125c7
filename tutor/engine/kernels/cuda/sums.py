"""Sums over a whole batch, shared by all threads: pieces first, then the sums of the pieces.

Where an operation adds up few sums of many terms each (the gradients of a filter, the statistics of a
channel), a thread for each sum would leave most threads idle. So each sum is cut into so many pieces that all
have work; a piece takes every ``pieces``-th term. The order depends on nothing but the number of threads.
"""

from __future__ import annotations

from typing import Any

from tutor.engine.kernels.cuda.jit import Array, Span, device

_MOST_PIECES = 128  # one thread joins them all


@device
def pieces_of(sums: int, terms: int, span: Span) -> int:
    """Into how many pieces each sum is cut; together there are no more than threads, or than sums."""
    pieces = span.step // sums
    pieces = terms if pieces > terms else pieces
    pieces = _MOST_PIECES if pieces > _MOST_PIECES else pieces
    return pieces if pieces > 1 else 1


@device
def joined(partials: Array, which: int, sums: int, pieces: int) -> Any:
    """Sum number ``which``, from its pieces at ``which``, ``which + sums``, ... of ``partials``."""
    total = partials[which]
    for piece in range(1, pieces):
        total += partials[which + piece * sums]
    return total
