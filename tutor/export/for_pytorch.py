"""The script for PyTorch, with a training loop in the open and a note wherever it differs from Keras."""

from __future__ import annotations

from textwrap import indent

from tutor.engine.layers import BatchNormalization
from tutor.engine.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from tutor.export import arrays
from tutor.export.parts import call, changed, heading, imports, sections, shuffle_note
from tutor.export.pytorch_modules import Modules, modules
from tutor.export.source import Source

_LOSSES = {
    "mean_squared_error": "nn.MSELoss()",
    "mean_absolute_error": "nn.L1Loss()",
    "binary_crossentropy": "nn.BCEWithLogitsLoss()",
    "categorical_crossentropy": "nn.CrossEntropyLoss()",
}
_NOTES = {
    "momentum": [
        "PyTorch multiplies the whole velocity by the learning rate, Keras each gradient: the same",
        "as long as the rate stays as it is.",
    ],
    "adam": [
        "Keras's epsilon is 1e-7, PyTorch's 1e-8, and it comes in at another place: that shows",
        "where gradients are next to nothing.",
    ],
    "rmsprop": [
        "Keras forgets with 0.9, PyTorch with 0.99 if nothing is said. Keras adds epsilon under",
        "the root, PyTorch outside of it: with small gradients the two part a little.",
    ],
    "adagrad": ["Keras's sums of squares begin at 0.1, PyTorch's at 0 if nothing is said."],
}
"""Where the optimizers differ, as the script says it."""
_LOGITS = {
    "binary_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
}


def script(source: Source, file: str) -> str:
    """The whole script; ``file`` is the name of the data file beside it."""
    model = source.model
    shapes = [model.input_shape, *model.plan.output_shapes]
    network = modules(list(model.layers), shapes, logits=model.loss in _LOGITS)
    return sections(
        [
            heading(source, "PyTorch", "pip install torch numpy"),
            imports(source, _imports(source)),
            _setup(source),
            arrays.loading(source, file),
            _tensors(source),
            *(f"\n{text}\n" for text in network.classes),
            _network(source, network),
            _copying(network),
            _learning(source, network),
            _augmenting(source),
            _judging(source),
            _training(source, network),
        ]
    )


def _imports(source: Source) -> list[str]:
    copying = ["import copy", ""] if source.experiment.training.patience else []
    return [*copying, "import numpy as np", "import torch", "from torch import nn"]


def _setup(source: Source) -> str:
    lines = [f"torch.manual_seed({source.seed})"]
    if source.model.dtype != "float32":
        lines.append(f"torch.set_default_dtype(torch.{source.model.dtype})")
    return "\n".join(lines)


def _tensors(source: Source) -> str:
    first = len(source.model.input_shape) == 3
    change = ".permute(0, 3, 1, 2)" if first else ""
    lines = ["# PyTorch wants the channels of images first."] if first else []
    lines.append(f"x, y = torch.tensor(x){change}, torch.tensor(y)")
    if len(source.x_val):
        lines.append(f"x_val, y_val = torch.tensor(x_val){change}, torch.tensor(y_val)")
    return "\n".join(lines)


# ------------------------------------------------------------------------------- the network


def _network(source: Source, network: Modules) -> str:
    lines = []
    if source.model.loss in _LOGITS:
        last = _LOGITS[source.model.loss]
        lines.append(f"# No {last} at the end: the loss below has it inside, which keeps the numbers exact.")
    if any(isinstance(layer, BatchNormalization) for layer in source.model.layers):
        lines += [
            "# Where Keras keeps 0.99 of a moving mean, PyTorch replaces 0.01 of it. Its moving variance is",
            "# that of n - 1, Keras's that of n, so answers to held-out examples differ a little.",
        ]
    return "\n".join([*lines, f"model = {network.sequential()}"])


def _copying(network: Modules) -> str:
    return "\n".join(
        [
            "# The starting values of this seed, out of Keras's layout: PyTorch keeps a kernel's outputs",
            "# first. Without these lines it draws its own.",
            "with torch.no_grad():",
            *(f"    {line}" for line in network.copies),
            *(f"{name}.requires_grad_(False)  # frozen" for name in network.frozen),
        ]
    )


# ------------------------------------------------------------------------------- learning


def _learning(source: Source, network: Modules) -> str:
    assert source.model.optimizer is not None
    return f"{_loss(source, network)}\n\n{_optimizer(source.model.optimizer)}"


def _loss(source: Source, network: Modules) -> str:
    loss, l2 = source.model.loss, source.experiment.model.l2
    if loss in _LOSSES and not l2:
        return f"loss_function = {_LOSSES[loss]}"
    plain = (
        f"{_LOSSES[loss]}(answers, targets)"
        if loss in _LOSSES
        else "torch.relu(1 - targets * answers).mean()"
    )
    if not l2:
        return f"\ndef loss_function(answers, targets):\n    return {plain}\n"
    kernels = "".join(f"        {kernel},\n" for kernel in network.penalized)
    return f"""
def loss_function(answers, targets):
    kernels = [
{kernels}    ]
    return {plain} + {l2!r} * sum((kernel**2).sum() for kernel in kernels)
"""


def _optimizer(optimizer: Optimizer) -> str:
    rate = optimizer.learning_rate
    match optimizer:
        case SGD():
            text = call(
                "torch.optim.SGD", "model.parameters()", lr=rate, **changed(optimizer, "momentum", "nesterov")
            )
            notes = _NOTES["momentum"] if optimizer.momentum else []
        case Adam():
            settings: dict[str, object] = {"eps": optimizer.epsilon}
            if changed(optimizer, "beta_1", "beta_2"):
                settings["betas"] = f"({optimizer.beta_1!r}, {optimizer.beta_2!r})"
            if isinstance(optimizer, AdamW):
                settings["weight_decay"] = optimizer.weight_decay
            text = call(f"torch.optim.{type(optimizer).__name__}", "model.parameters()", lr=rate, **settings)
            notes = _NOTES["adam"]
        case RMSprop():
            text = call("torch.optim.RMSprop", "model.parameters()", lr=rate, alpha=optimizer.rho,
                        eps=optimizer.epsilon, **changed(optimizer, "momentum"))  # fmt: skip
            notes = _NOTES["rmsprop"]
        case Adagrad():
            text = call("torch.optim.Adagrad", "model.parameters()", lr=rate,
                        initial_accumulator_value=optimizer.initial_accumulator_value,
                        eps=optimizer.epsilon)  # fmt: skip
            notes = _NOTES["adagrad"]
        case _:
            raise AssertionError(optimizer)
    return "\n".join([*(f"# {note}" for note in notes), f"optimizer = {text}"])


def _augmenting(source: Source) -> str:
    training = source.experiment.training
    lines = []
    if training.shift or training.rotate:
        height, width = source.image_shape or source.model.input_shape[:2]
        lines += [
            f"images = batch.reshape(len(batch), -1, {height}, {width})",
            f"angle = torch.deg2rad({training.rotate:g} * (2 * torch.rand(len(batch)) - 1))",
            f"steps = torch.randint({-training.shift}, {training.shift + 1}, (len(batch), 2))",
            f"right, down = 2 * steps[:, 0] / {width}, 2 * steps[:, 1] / {height}",
            "cos, sin = torch.cos(angle), torch.sin(angle)",
            "matrix = torch.stack([cos, -sin, right, sin, cos, down], dim=1).reshape(-1, 2, 3)",
            "grid = nn.functional.affine_grid(matrix, images.shape, align_corners=False)",
            "batch = nn.functional.grid_sample(images, grid, align_corners=False).reshape(batch.shape)",
        ]
    if training.noise:
        lines.append(f"batch = batch + {training.noise!r} * torch.randn_like(batch)")
    if not lines:
        return ""
    body = indent("\n".join([*lines, "return batch"]), "    ")
    return (
        f'\ndef changed(batch):\n    """Every example a little different each time it is seen."""\n{body}\n'
    )


def _judging(source: Source) -> str:
    """A function for losses and right answers over a whole set, in the state for answering."""
    if not (source.has_accuracy or len(source.x_val)):
        return ""
    lines = ["model.eval()", "with torch.no_grad():", "    answers = model(x)"]
    results = ["loss_function(answers, y).item()"]
    if source.has_accuracy:
        lines.append(f"right = {_right(source)}")
        results.append("right.float().mean().item()")
    body = indent("\n".join([*lines, f"return {', '.join(results)}"]), "    ")
    what = "loss and share of right answers" if source.has_accuracy else "loss"
    about = f'"""The {what}; dropout is off, batch norm takes its moving means."""'
    return f"\ndef evaluate(x, y):\n    {about}\n{body}\n"


def _right(source: Source) -> str:
    loss = source.model.loss
    if source.classes:
        return "answers.argmax(dim=1) == y"
    if loss in ("hinge", "binary_crossentropy"):
        bound = "0" if loss == "hinge" else "0.5"
        return f"(answers > 0) == (y > {bound})"
    if source.y.shape[1] == 1:
        return "(answers > 0.5) == (y > 0.5)"
    return "answers.argmax(dim=1) == y.argmax(dim=1)"


def _training(source: Source, network: Modules) -> str:
    training = source.experiment.training
    order = "torch.randperm(len(x))" if training.shuffle else "torch.arange(len(x))"
    seen = "changed(x[batch])" if training.shift or training.rotate or training.noise else "x[batch]"
    return "\n".join(
        [
            shuffle_note(source, "PyTorch"),
            *(['best, waited = float("inf"), 0'] if training.patience else []),
            f"for epoch in range(1, {training.epochs + 1}):",
            "    model.train()",
            *(f"    {name}.eval()  # frozen: it keeps its moving means" for name in network.resting),
            "    total = 0.0",
            f"    for batch in {order}.split({source.batch_size}):",
            "        optimizer.zero_grad()",
            f"        loss = loss_function(model({seen}), y[batch])",
            "        loss.backward()",
            *(f"        {line}" for line in _before_step(source)),
            "        optimizer.step()",
            "        total += loss.item() * len(batch)",
            *(f"    {line}" for line in _stopping(source)),
            f"    if epoch % {source.every} == 0:",
            *(f"        {line}" for line in _printing(source)),
        ]
    )


def _before_step(source: Source) -> list[str]:
    """Clipping and weight decay as Keras does them."""
    optimizer = source.model.optimizer
    assert optimizer is not None
    lines = []
    if optimizer.global_clipnorm:
        lines.append(f"nn.utils.clip_grad_norm_(model.parameters(), {optimizer.global_clipnorm!r})")
    if optimizer.weight_decay and not isinstance(optimizer, AdamW):
        factor = f"1 - {optimizer.learning_rate!r} * {optimizer.weight_decay!r}"
        lines += [
            "with torch.no_grad():  # Keras's weight decay, apart from the gradient",
            "    for parameter in model.parameters():",
            "        if parameter.requires_grad:",
            f"            parameter.mul_({factor})",
        ]
    return lines


def _stopping(source: Source) -> list[str]:
    patience = source.experiment.training.patience
    if not patience:
        return []
    watched = "total / len(x)"
    if len(source.x_val):
        watched = "evaluate(x_val, y_val)" + ("[0]" if source.has_accuracy else "")
    return [
        f"watched = {watched}",
        "if watched < best:",
        "    best, waited, best_state = watched, 0, copy.deepcopy(model.state_dict())",
        "else:",
        "    waited += 1",
        f"    if waited == {patience}:",
        "        model.load_state_dict(best_state)  # early stopping: back to the best weights",
        "        break",
    ]


def _printing(source: Source) -> list[str]:
    held_out = len(source.x_val) > 0
    parts = ["epoch {epoch:5d}", "loss {total / len(x):.6f}"]
    if not (held_out or source.has_accuracy):
        return [f'print(f"{"  ".join(parts)}")']
    if not held_out:
        first = "accuracy = evaluate(x, y)[1]"
        parts.append("accuracy {accuracy:.6f}")
    else:
        names = ["val_loss", "val_accuracy"] if source.has_accuracy else ["val_loss"]
        first = f"{', '.join(names)} = evaluate(x_val, y_val)"
        more = "  ".join(f"{name} {{{name}:.6f}}" for name in names)
        return [first, f'print(f"{"  ".join(parts)}  "', f'      f"{more}")']
    return [first, f'print(f"{"  ".join(parts)}")']
