"""The lab's keys. One without a description works, and is left out of key bar and help: another one's
``key_display`` stands for it."""

from __future__ import annotations

from textual.binding import Binding, BindingType


def _quiet(keys: str, action: str, description: str = "", display: str | None = None) -> Binding:
    """A key for the help screen alone: the key bar has room for the most used ones."""
    return Binding(keys, action, description, show=False, key_display=display)


BINDINGS: list[BindingType] = [
    Binding("space", "control('toggle')", "Start/pause", tooltip="Start the training, or pause it"),
    Binding("s", "control('step')", "Step", tooltip="One step: a single update of the weights"),
    Binding("e", "control('epoch')", "Epoch", tooltip="One epoch: to the end of this pass over the examples"),
    Binding("x", "control('reset')", "Again", tooltip="Back to the start, same seed: the same run again"),
    Binding("n", "control('new_seed')", "New seed", tooltip="Back to the start, other random weights"),
    Binding("up", "arrow(0, -1)", "Choose", key_display="↑↓←→",
            tooltip="↑↓ choose what, ←→ change it: a knob, or in the panel marked ▸"),
    _quiet("down", "arrow(0, 1)"),
    _quiet("left", "arrow(-1, 0)"),
    _quiet("right", "arrow(1, 0)"),
    Binding("tab", "arrows", "Knobs/panel", tooltip="Give the arrows to the next panel, or to the knobs"),
    Binding("p", "control('ask')", "Predict", tooltip="The question; predict the coming run"),
    _quiet("a", "predict(0)", "Answer the question: your prediction", "a-d"),
    _quiet("b", "predict(1)"),
    _quiet("c", "predict(2)"),
    _quiet("d", "predict(3)"),
    _quiet("enter", "enter", "Commit to the answer; show or hide what happened"),
    _quiet("f", "control('hurry')", "Full speed, or slow motion"),
    _quiet("1", "large(1)", "One panel large: 1 curves, 2 layer health, 3 activation, 4 picture, 5 network, "
           "6 histograms, 7 numbers, 8 runs", "1-8"),
    *(_quiet(str(number), f"large({number})") for number in range(2, 9)),
    _quiet("0", "large(0)", "The overview: several panels"),
    _quiet("t", "table", "Panels as tables of numbers, or drawn"),
    _quiet("g", "log", "Linear or logarithmic axis of the loss"),
    _quiet("comma,less_than_sign", "branch('scrub', -1)", "Go back along the run, and forward again; space "
           "goes on from there", ", ."),
    _quiet("full_stop,greater_than_sign", "branch('scrub', 1)"),
    _quiet("k", "branch('keep')", "Keep this run's curves, to compare the next run with them"),
    _quiet("K", "branch('drop')", "Forget the kept runs"),
    _quiet("o", "branch('draw_lots')", "Draw lots: train 100 seeds in the background; again: stop"),
    _quiet("right_square_bracket", "control('other_experiment', 1)", "The next experiment", "]"),
    _quiet("left_square_bracket", "control('other_experiment', -1)", "The one before", "["),
    _quiet("pageup", "page(-1)", "Scroll a long text", "pgup pgdn"),
    _quiet("pagedown", "page(1)"),
    _quiet("w", "restart", "Restart the training process, if it died"),
]  # fmt: skip

NOT_WHILE_ASKED = {
    ("control", "toggle"): "space",
    ("control", "step"): "s",
    ("control", "epoch"): "e",
    ("arrows",): "tab",
}
"""What the key bar does not offer while the question is up -> its key."""
