"""Sentences and figures of the lab, as plain text: the status line, the goal, what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tutor.charts.numbers import short
from tutor.content.condition import Condition
from tutor.content.model import Experiment, Goal
from tutor.report import Report, State
from tutor.ui.lab.controller import LETTERS, LabController

STATE_WORDS: dict[State, str] = {
    "ready": "READY", "running": "RUNNING", "paused": "PAUSED", "finished": "FINISHED",
}  # fmt: skip

_NAMES = {
    "first_loss": "loss before training", "val_loss": "held-out loss", "val_accuracy": "held-out accuracy",
    "member_accuracy": "each net by itself, on average", "best_member_accuracy": "the best net by itself",
    "errors": "wrong answers", "min_errors": "fewest wrong answers", "max_errors": "most wrong answers",
    "scratch_accuracy": "from scratch", "gain": "gain", "source_accuracy": "source task now",
    "first_source_accuracy": "source task at first",
    "support_vectors": "support vectors", "margin": "width of the margin",
    "reconstruction_error": "reconstruction error", "free_energy_gap": "free energy gap",
    "val_reconstruction_error": "held-out reconstruction error", "pretrained_layers": "layers pretrained",
    "bound": "Novikoff's bound", "goal_step": "goal reached at step", "seconds": "seconds of training",
    "throughput": "examples per second",
}  # fmt: skip

# What the status line shows, the most important first; what does not fit is left out from the end.
_NETWORK_STATUS = [
    ("step", "steps"), ("epoch", "epochs"), ("loss", "loss"), ("accuracy", "accuracy"),
    ("reconstruction", "reconstruction_error"), ("held-out", "val_reconstruction_error"),
    ("gap", "free_energy_gap"), ("held-out", "val_accuracy"), ("each net", "member_accuracy"),
    ("layers pretrained", "pretrained_layers"),
    ("wrong", "errors"), ("held-out loss", "val_loss"),
]  # fmt: skip
_TWIN_STATUS = [
    ("step", "steps"), ("epoch", "epochs"), ("held-out", "val_accuracy"),
    ("from scratch", "scratch_accuracy"), ("source", "source_accuracy"),
    ("accuracy", "accuracy"), ("loss", "loss"),
]  # fmt: skip
_UNIT_STATUS = [
    ("step", "steps"), ("epoch", "epochs"), ("loss", "loss"), ("wrong", "errors"), ("updates", "updates"),
    ("support vectors", "support_vectors"), ("accuracy", "accuracy"), ("held-out", "val_accuracy"),
]  # fmt: skip


def number(value: float) -> str:
    """``value`` as a learner reads it; whole numbers keep all their digits."""
    return short(int(value)) if value == value and abs(value) < 1e12 and value == int(value) else short(value)


def figure(quantity: str, value: float) -> str:
    """The value of a quantity; a share of right answers in percent."""
    if quantity == "gain" and value == value:
        return f"{100 * value:+.3g} points"
    if quantity.endswith("accuracy") and value == value:
        return f"{100 * value:.3g} %"
    return number(value)


def named(quantity: str, value: float) -> str:
    """A quantity of a run in words, as in ``held-out accuracy 0.972``."""
    if quantity == "diverged":
        return "stayed finite" if value == 0 else "stopped being finite"
    if quantity == "goal_step" and value == float("inf"):
        return "goal never reached"
    return f"{_NAMES.get(quantity, quantity)} {figure(quantity, value)}"


def status(report: Report | None, width: int) -> str:
    """Step, epoch, loss and so on in one line of at most ``width`` cells."""
    if report is None:
        return ""
    line = ""
    fields = _UNIT_STATUS if report.perceptron is not None else _NETWORK_STATUS
    for name, quantity in _TWIN_STATUS if "scratch_accuracy" in report.quantities else fields:
        if quantity not in report.quantities:
            continue
        field = f"{name} {figure(quantity, report.quantities[quantity])}"
        if len(line) + 3 + len(field) > width:
            break
        line += ("   " if line else "") + field
    return line


def state_word(controller: LabController) -> str:
    """The run's state in one word."""
    if controller.gone:
        return "LOST"
    if controller.busy and controller.state == "running":
        return "WAITING"
    if controller.resting:
        return "RESTING"
    return STATE_WORDS[controller.state]


def heading(controller: LabController, width: int) -> str:
    """Which experiment, and at the right the seed and the speed."""
    place, count = controller.place
    left = f"{place}/{count} {controller.experiment.title}" if count > 1 else controller.experiment.title
    report = controller.report
    right = f"seed {controller.bench.seed}"
    if report is not None and report.steps_per_second > 0:
        right += f"   {number(round(report.steps_per_second))} steps/s"
        right += " on the GPU" if report.backend == "cuda" else ""
    room = width - len(right) - 2
    left = left if len(left) <= room else left[: max(room - 1, 0)] + "…"
    return f"{left.ljust(room)}  {right}"  # no format: a terminal of one column leaves less than no room


def advice(controller: LabController) -> str:
    """What happened last, or which key to press next; before the first step what was learned earlier, too."""
    report = controller.report
    if controller.state == "ready" and report is not None and report.before:
        return f"{report.before} {_next(controller)}"
    return _next(controller)


def _next(controller: LabController) -> str:
    if controller.notice:
        return controller.notice
    if controller.gone:
        return f"{_sentence(controller.gone)} Press w to restart it."
    if controller.busy:
        then = " Training begins by itself then." if controller.state == "running" else ""
        return f"{_sentence(controller.busy)} You can read on: r.{then}"
    if controller.finished is not None:
        said = controller.finished.result.explanation
        # Where the learner is to find out what is wrong, what helps is not told.
        return said.partition(". ")[0].rstrip(".") + "." if controller.locked else said
    if controller.asking:
        return "Press the letter of your answer, or up and down and then enter."
    return {
        "ready": "space starts the training, s does a single step, e one epoch.",
        "running": "space pauses. A knob can be turned while it runs: left and right.",
        "paused": "space goes on, s does a single step, e one epoch, x goes back to the start.",
        "finished": "x runs it again with the same seed, n with a new one.",
    }[controller.state]


def standing(controller: LabController) -> str:
    """The goal, the prediction that stands, and how often the goal was reached at this setting."""
    bench, goal = controller.bench, controller.experiment.goal
    asks = bool(controller.experiment.prediction.options)
    score = _score(*bench.tally.counts(bench.knobs), has_goal=goal is not None)
    if controller.finished is not None:
        shown = "the knobs" if controller.revealing else "your prediction"
        score = score or "Not counted: a knob was turned"
        place, count = controller.place
        onward = "]: next experiment" if place < count else "n: a new seed"
        compare = f"  ·  enter: {shown}" if asks else ""
        return score if controller.asking else f"{score}{compare}  ·  {onward}"
    parts = [score] if score else [f"Goal: {goal.text.rstrip('.')}{_seeds(goal)}"] if goal else []
    if bench.prediction is not None:
        parts.append(f"you predict {LETTERS[bench.prediction]}")
    elif asks and not controller.must_predict and not controller.under_way:
        parts.append("p predicts this run")
    return "  ·  ".join(parts)


def _seeds(goal: Goal) -> str:
    """Whether one seed is enough for the goal to count."""
    return f", with {goal.at_least or goal.seeds} of {goal.seeds} seeds" if goal.seeds > 1 else ""


def _score(tried: int, reached: int, *, has_goal: bool) -> str:
    if not tried:
        return ""
    seeds = "1 seed" if tried == 1 else f"{tried} seeds"
    return f"Goal reached in {reached} of {seeds}" if has_goal else f"{seeds} tried"


def measured(experiment: Experiment, quantities: Mapping[str, float]) -> str:
    """The figures that decide between the prediction's answers, and the usual ones."""
    names: dict[str, None] = dict.fromkeys(("steps", "epochs"))
    names.update(dict.fromkeys(_asked_for(option.when for option in experiment.prediction.options)))
    if experiment.goal is not None:
        names.update(dict.fromkeys(_asked_for([experiment.goal.when])))
    return ", ".join(named(name, quantities[name]) for name in names if name in quantities)


def _asked_for(conditions: Iterable[str]) -> Iterable[str]:
    for condition in conditions:
        for left, _, right in Condition.parse(condition).clauses:
            yield left
            if isinstance(right, str):
                yield right


def _sentence(text: str) -> str:
    """With a capital at the front and a full stop at the end."""
    text = text.rstrip(". ")
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
