"""How often the goal was reached at a setting: one lucky or unlucky start proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tutor.content.part import Value

Setting = frozenset[tuple[str, Value]]


@dataclass
class Tally:
    """Finished runs of one experiment, by setting of the knobs and by seed.

    The same seed at the same setting repeats the same run, so it counts once.
    """

    _reached: dict[Setting, dict[int, bool]] = field(default_factory=dict)

    def add(self, knobs: Mapping[str, Value], seed: int, reached: bool) -> None:
        """Note that the run with these knobs and this seed is over."""
        self._reached.setdefault(frozenset(knobs.items()), {})[seed] = reached

    def counts(self, knobs: Mapping[str, Value]) -> tuple[int, int]:
        """(seeds tried, seeds that reached the goal) at this setting."""
        seeds = self._reached.get(frozenset(knobs.items()), {})
        return len(seeds), sum(seeds.values())
