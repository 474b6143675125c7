"""Conditions on a run, as goals, predictions and claims write them: ``"accuracy == 1 and steps < 500"``."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tutor.errors import InputError

QUANTITIES: dict[str, str] = {
    "steps": "parameter updates done (for the perceptron: examples looked at)",
    "epochs": "passes over the training set",
    "loss": "training loss now",
    "first_loss": "training loss before the first step",
    "accuracy": "share of training examples answered right, 0 to 1",
    "val_loss": "loss on the held-out examples",
    "val_accuracy": "share of held-out examples answered right, 0 to 1",
    "member_accuracy": "mean held-out accuracy of an ensemble's nets, each asked by itself",
    "best_member_accuracy": "held-out accuracy of the best of an ensemble's nets",
    "errors": "training examples answered wrong now",
    "min_errors": "fewest training examples answered wrong after any epoch",
    "max_errors": "most training examples answered wrong after any epoch",
    "updates": "times the perceptron made a mistake and moved",
    "bound": "Novikoff's bound on the perceptron's mistakes; infinite where no line separates",
    "stable_rate": "learning rate beyond which ADALINE diverges in full batches",
    "support_vectors": "training examples that a support vector machine keeps",
    "margin": "width of a support vector machine's margin, in the kernel's space; of many the smallest",
    "reconstruction_error": "mean squared difference of training inputs and what an RBM draws back from them",
    "val_reconstruction_error": "the same for held-out inputs",
    "free_energy_gap": "how much higher an RBM's free energy is for held-out inputs than for training ones",
    "pretrained_layers": "layers that are pretrained by now, of a network that begins so",
    "diverged": "1 if the loss, a weight or a gradient stopped being finite, else 0",
    "goal_step": "step at which the goal was reached; infinite if it was not",
    "seconds": "time spent training",
    "throughput": "examples gone through per second of training",
    "gradient_norm": "length of the gradient of all layers together, at the last step",
    "gradient_ratio": "length of the first layer's gradient over that of the last layer's, at the last step",
    "spread": "standard deviation of what the last hidden layer puts out now",
    "scratch_accuracy": "held-out accuracy of the same network trained beside it from random weights",
    "gain": "held-out accuracy minus that of the network from random weights",
    "first_source_accuracy": "share of the source task's held-out examples right once it was learned",
    "source_accuracy": "the same with the kept layers as they are now, under the source's own last ones",
}

TRANSFER = {"scratch_accuracy", "gain", "first_source_accuracy", "source_accuracy"}
"""What only a network has that learned another task before."""

_OF_KIND: dict[str, set[str]] = {
    "unit": set(),
    "perceptron": {"updates", "bound"},
    "adaline": {"loss", "first_loss", "stable_rate"},
    "svm": {"support_vectors", "margin"},
    "rbm": {"reconstruction_error", "val_reconstruction_error", "free_energy_gap"},
    "ensemble": {"loss", "first_loss", "val_loss", "member_accuracy", "best_member_accuracy"},
    "network": {
        "loss",
        "first_loss",
        "val_loss",
        "gradient_norm",
        "gradient_ratio",
        "spread",
        "pretrained_layers",
        *TRANSFER,
    },
}
"""What not every kind of experiment has."""
_OF_CLASSES = {"accuracy", "val_accuracy", "errors", "min_errors", "max_errors"}
"""What an RBM lacks, which gives no answers."""
_SPECIAL: set[str] = set().union(*_OF_KIND.values())

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_CLAUSE = re.compile(r"\s*([a-z_]+)\s*(==|!=|<=|>=|<|>)\s*([a-z_]+|[-+]?[\d.]+(?:e[-+]?\d+)?)\s*")


@dataclass(frozen=True)
class Condition:
    """Clauses joined by ``and``; each compares a quantity with a number or another quantity."""

    text: str
    clauses: tuple[tuple[str, str, str | float], ...]

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read a condition; raises :class:`InputError` naming what is wrong with it."""
        clauses: list[tuple[str, str, str | float]] = []
        for part in text.split(" and "):
            match = _CLAUSE.fullmatch(part)
            if match is None:
                raise InputError(
                    f"cannot read the condition {part.strip()!r}", 'write it like "accuracy >= 0.95"'
                )
            name, sign, right = match.groups()
            value = _operand(right)
            for quantity in (name, value):
                if isinstance(quantity, str) and quantity not in QUANTITIES:
                    raise InputError(f"unknown quantity {quantity!r}", "known are: " + ", ".join(QUANTITIES))
            clauses.append((name, sign, value))
        return cls(text, tuple(clauses))

    @property
    def quantities(self) -> list[str]:
        """The names of the quantities it asks for."""
        return [name for left, _, right in self.clauses for name in (left, right) if isinstance(name, str)]

    def holds(self, quantities: Mapping[str, float]) -> bool:
        """Whether every clause holds; one on a quantity that the run lacks, or that is NaN, does not."""
        for name, sign, right in self.clauses:
            left_value = quantities.get(name, math.nan)
            right_value = quantities.get(right, math.nan) if isinstance(right, str) else right
            if math.isnan(left_value) or math.isnan(right_value):
                return False
            if not _OPERATORS[sign](left_value, right_value):
                return False
        return True


def quantities_of(kind: str) -> set[str]:
    """The quantities that a run of this ``kind`` of experiment has."""
    known = set(QUANTITIES) - (_SPECIAL - _OF_KIND[kind])
    return known - _OF_CLASSES if kind == "rbm" else known


def _operand(text: str) -> str | float:
    try:
        number = float(text)
    except ValueError:
        return text
    return text if math.isnan(number) else number  # nothing compares with NaN: let it be an unknown quantity
