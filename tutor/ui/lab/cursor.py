"""What the arrow keys choose within a panel: a layer, an example, an epoch. Plain logic without a screen.

The rule is that of the knobs: up and down choose what, left and right change it. Where a panel has but one
thing to choose, all four arrows change that. A choice is kept by its name, so that the layer chosen in one
panel is the layer shown in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Choice = float | str


@dataclass(frozen=True)
class Field:
    """One thing to choose: its name and what there is. ``first`` is where it stands before it is chosen."""

    name: str
    values: Sequence[Choice]
    first: int = 0

    def place(self, chosen: Choice | None) -> int:
        """Where the chosen value stands among those that there are now; a number at the nearest one."""
        if isinstance(chosen, float | int):
            numbers = [
                (abs(value - chosen), at)
                for at, value in enumerate(self.values)
                if not isinstance(value, str)
            ]
            return min(numbers)[1] if numbers else self._start
        names = list(self.values)
        return names.index(chosen) if chosen is not None and chosen in names else self._start

    @property
    def _start(self) -> int:
        return self.first % len(self.values) if self.values else 0


class Cursor:
    """The choices made so far, and which field of the panel the arrows change."""

    def __init__(self) -> None:
        self._chosen: dict[str, Choice] = {}
        self._field = ""

    @property
    def choices(self) -> dict[str, Choice]:
        """Field name -> the value chosen."""
        return dict(self._chosen)

    def current(self, fields: Sequence[Field]) -> int:
        """Which of these fields the arrows change."""
        names = [field.name for field in fields]
        return names.index(self._field) if self._field in names else 0

    def move(self, fields: Sequence[Field], across: int, down: int) -> str:
        """Follow an arrow key; a sentence if it leads nowhere, else ""."""
        fields = [field for field in fields if field.values]
        if not fields:
            return "There is nothing to choose in this panel: tab gives the arrows back to the knobs."
        if len(fields) == 1:
            return self._change(fields[0], across or down)
        at = self.current(fields)
        if down:
            self._field = fields[(at + down) % len(fields)].name
            return ""
        return self._change(fields[at], across)

    def _change(self, field: Field, direction: int) -> str:
        place = field.place(self._chosen.get(field.name)) + direction
        if not 0 <= place < len(field.values):
            end = "first" if direction < 0 else "last"
            return (
                f"This is the {end} {field.name}."
                if len(field.values) > 1
                else f"There is but one {field.name}."
            )
        self._chosen[field.name] = field.values[place]
        return ""
