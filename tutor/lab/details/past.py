"""What a run remembers of its layers: gradient norms at every check, histograms at a few moments."""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from tutor.engine import Trainer
from tutor.lab.curve import Curve
from tutor.lab.details.descent import Place, has_landscape, place
from tutor.lab.details.health import Look, described, take
from tutor.report import Bins, Health, Layer, LayerHealth

MOMENTS = 32
"""At how many moments histograms are kept at most; even, so that they stay evenly spaced when thinned."""
FEWEST = 10
LOOKS = 200
"""Moments times layers: a report of deep networks shall stay small, so they are given fewer moments."""
BUCKETS = 50
"""Each keeps two points of a curve of gradient norms."""


class Past(Struct):
    """Fed at every check. What it keeps does not depend on when it is asked."""

    curves: dict[str, Curve] = field(default_factory=dict)
    epochs: list[float] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    path: list[Place] = field(default_factory=list)
    """The weights at every check, where there are two that make a landscape."""
    checks: int = 0
    spacing: int = 1
    """Every how many checks histograms are taken: it doubles whenever there is no more room."""

    def record(self, epoch: float, layers: list[Layer], trainer: Trainer) -> None:
        """Remember a check, ``epoch`` passes from the start."""
        for layer in layers:
            if layer.name not in self.curves:
                self.curves[layer.name] = Curve(layer.name, BUCKETS)
            self.curves[layer.name].add(epoch, layer.gradient_norm)
        if self.checks % self.spacing == 0:
            self._take(epoch, trainer)
        if has_landscape(trainer.model):
            self.path.append(place(trainer.model))
        self.checks += 1

    def health(self, epoch: float, trainer: Trainer) -> Health:
        """Every layer now, ``epoch`` passes from the start; what is remembered of them, up to now."""
        latest = take(trainer)
        epochs, looks = list(self.epochs), list(self.looks)
        if epoch > epochs[-1]:
            epochs, looks = [*epochs, epoch], [*looks, latest]
        now = described(latest)
        return Health(
            layers=now,
            gradients=[curve.series() for curve in self.curves.values()],
            epochs=epochs,
            past=[
                [_short(then, layer) for then, layer in zip(described(past), now, strict=True)]
                for past in looks
            ],
        )

    def copy(self) -> Past:
        """One that can be fed apart from this one."""
        curves = {name: curve.copy() for name, curve in self.curves.items()}
        lists = {"epochs": list(self.epochs), "looks": list(self.looks), "path": list(self.path)}
        return replace(self, curves=curves, **lists)

    def _take(self, epoch: float, trainer: Trainer) -> None:
        look = take(trainer)
        if len(self.looks) >= min(MOMENTS, max(FEWEST, LOOKS // len(look[0]) // 2 * 2)):
            self.epochs, self.looks = self.epochs[::2], self.looks[::2]
            self.spacing *= 2
        self.epochs.append(epoch)
        self.looks.append(look)


def _short(then: LayerHealth, now: LayerHealth) -> LayerHealth:
    """Without the edges that ``now`` has, too: they are most of a report's bytes."""
    same_function = then.activation == now.activation
    return replace(
        then,
        activations=_without_edges(then.activations) if same_function else then.activations,
        gradients=_without_edges(then.gradients),
        weights=_without_edges(then.weights),
    )


def _without_edges(bins: Bins) -> Bins:
    return Bins([], bins.counts, bins.not_finite)
