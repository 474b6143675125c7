"""What all parts of a pack have in common."""

from __future__ import annotations

from msgspec import Struct

Value = int | float | str
"""What a setting may be."""


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of everything in a pack: frozen, and strict about keys."""
