"""One unit's forward and backward pass as formulas with the numbers filled in, a line each."""

from __future__ import annotations

import math

from tutor.report import Inspection

STEPS = ("forward", "loss", "backward", "update")
_TERMS = 3
"""A sum shows so many products before it is cut short."""


def forward(seen: Inspection, weight: int) -> list[str]:
    """What the unit makes of this example: the weighted sum z, then the activation a."""
    terms = [f"{n(w)}·{n(x)}" for w, x in zip(seen.weights, seen.inputs, strict=False)]
    name = _input_name(seen, weight)
    return [
        f"z = {_sum(terms, weight)} + {n(seen.bias)} = {n(seen.z)}",
        "    every input times its weight, summed, plus the bias",
        f"a = {seen.function}(z) = {seen.function}({n(seen.z)}) = {n(seen.a)}",
        "    the unit's output: softmax looks at the z of all units of the layer"
        if seen.function == "softmax"
        else "    the unit's output, which the next layer takes in",
        f"w{weight + 1} = {n(seen.weights[weight])} weighs {name} = {n(seen.inputs[weight])}",
    ]


def loss(seen: Inspection) -> list[str]:
    """What was wanted, and the loss of the whole minibatch."""
    wanted = "  ".join(n(one) for one in seen.target[:10]) + ("  ..." if len(seen.target) > 10 else "")
    lines = [f"wanted from the network for this example: {wanted}"]
    if seen.layer == seen.layers[-1] and len(seen.target) == seen.units:
        lines.append(f"this unit: a = {n(seen.a)}, wanted {n(seen.target[seen.unit])}")
    batch = "the one example" if seen.examples == 1 else f"the {seen.examples} examples"
    return [*lines, f"loss, the mean over {batch} of the minibatch = {n(seen.loss)}"]


def backward(seen: Inspection, weight: int) -> list[str]:
    """The unit's share of the error, and the gradient of the chosen weight."""
    if seen.outgoing:
        terms = [f"{n(w)}·{n(d)}" for w, d in zip(seen.outgoing, seen.next_deltas, strict=False)]
        inner = _sum(terms, 0)
        # Of many next units only the first are told, so their sum is taken as the network has it.
        total = seen.output_gradient
        if math.isnan(total):
            total = _dot(seen.outgoing, seen.next_deltas)
        lines = [
            f"f'(z) = slope of {seen.function} at {n(seen.z)} = {n(seen.slope)}",
            f"δ = f'(z) · ({inner})",
            f"  = {n(seen.slope)} · {n(total)} = {n(seen.delta)}",
            "    the next layer's errors come back through the weights",
        ]
    else:
        lines = _last_delta(seen)
    x = seen.inputs[weight]
    lines.append(f"∂loss/∂w{weight + 1} of this example = δ · {_input_name(seen, weight)} = "
                 f"{n(seen.delta)}·{n(x)} = {n(seen.delta * x)}")  # fmt: skip
    if seen.examples > 1:
        lines.append(
            f"g = summed over the {seen.examples} examples of the minibatch = "
            f"{n(seen.weight_gradients[weight])}"
        )
    return lines


def _last_delta(seen: Inspection) -> list[str]:
    """The last layer's error comes from the loss; before a dropout or the like it comes back as a whole."""
    if not math.isnan(seen.output_gradient):
        return [
            f"∂loss/∂a = {n(seen.output_gradient)}, f'(z) = slope of {seen.function} = {n(seen.slope)}",
            f"δ = ∂loss/∂a · f'(z) = {n(seen.output_gradient)}·{n(seen.slope)} = {n(seen.delta)}",
            "    how the loss grows with z; its sign says which way z is wrong",
        ]
    if len(seen.target) == seen.units:
        wanted = n(seen.target[seen.unit])
        return [
            f"δ = (a - wanted) / examples = ({n(seen.a)} - {wanted}) / {seen.examples} = {n(seen.delta)}",
            f"    {seen.function} and cross-entropy together have this simple derivative",
        ]
    return [f"δ = ∂loss/∂z = {n(seen.delta)}"]


def update(seen: Inspection, weight: int) -> list[str]:
    """What the optimizer makes of the gradient."""
    return [
        *_update(
            f"w{weight + 1}",
            seen.weights[weight],
            seen.weight_gradients[weight],
            seen.new_weights[weight],
            seen,
        ),
        *_update("b", seen.bias, seen.bias_gradient, seen.new_bias, seen),
        *(
            []
            if stopped(seen)
            else ["    against the gradient: downhill, η (the learning rate) times as far"]
        ),
    ]


def explained(seen: Inspection, step: str, weight: int) -> list[str]:
    """The lines of one of ``STEPS``."""
    weight = min(weight, len(seen.weights) - 1)
    if weight < 0:
        return ["this unit has no weights"]
    if step == "forward":
        return forward(seen, weight)
    if step == "loss":
        return loss(seen)
    return backward(seen, weight) if step == "backward" else update(seen, weight)


def stopped(seen: Inspection) -> bool:
    """Whether the step is not done: a number stopped being finite in it, whichever unit's that is."""
    return not math.isfinite(seen.loss) and (seen.new_weights, seen.new_bias) == (seen.weights, seen.bias)


def n(value: float) -> str:
    """A number within a formula: three digits; ``?`` where it is no finite one."""
    if not math.isfinite(value):
        return "?"
    text = f"{value:.3g}"
    return "0" if text in ("-0", "0") else text


def _update(name: str, old: float, gradient: float, new: float, seen: Inspection) -> list[str]:
    """Plain gradient descent as a formula; for what has a memory or a penalty, what came out of it."""
    step = f"{name} ← {name} - η·g = {n(old)} - {n(seen.learning_rate)}·{n(gradient)}"
    plain = old - seen.learning_rate * gradient
    if stopped(seen):
        return [f"{name} stays {n(old)}: no step is made where the loss is ?, with g = {n(gradient)}"]
    if not math.isfinite(new):
        return [f"{step} = {n(new)}"]
    if math.isclose(plain, new, rel_tol=1e-3, abs_tol=1e-7):
        return [f"{step} = {_precise(new, old)}"]
    return [
        f"{name} ← {_precise(new, old)}, from {n(old)} with g = {n(gradient)}, η = {n(seen.learning_rate)}",
        f"    {seen.optimizer} does more than w - η·g: it scales, remembers or shrinks",
    ]


def _precise(new: float, old: float) -> str:
    """With as many digits as tell the new number from the old one."""
    for digits in range(3, 8):
        if f"{new:.{digits}g}" != f"{old:.{digits}g}":
            return f"{new:.{digits}g}"
    return n(new)


def _sum(terms: list[str], chosen: int) -> str:
    """The first products, the chosen one among them, and how many are left out."""
    if len(terms) <= _TERMS + 1:
        return " + ".join(terms) or "0"
    shown = list(range(_TERMS)) if chosen < _TERMS else [0, 1, chosen]
    told = [terms[index] for index in shown]
    return " + ".join(told) + f" + {len(terms) - len(shown)} more"


def _dot(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=False))


def _input_name(seen: Inspection, weight: int) -> str:
    return seen.input_names[weight] if weight < len(seen.input_names) else f"x{weight + 1}"
