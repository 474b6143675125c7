"""The quiz's own keys, and how each kind of question is answered with those of its widget."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tutor.quiz.grading import Kind

BINDINGS: list[BindingType] = [
    Binding("enter", "next", "Next", tooltip="The next question"),
    Binding("enter", "again", "Again", tooltip="The same quiz once more"),
    Binding("tab", "doubt", "Not sure", tooltip="You are not sure of this answer; again: you are"),
    Binding("e", "explain", "Explain", tooltip="Open the page that explains this question"),
    Binding("x", "cancel", "Choose again", tooltip="Stop the training and choose another answer"),
    Binding("l", "experience", "See it run", tooltip="Open the experiment that shows it"),
    Binding("h", "hint", "Hint", tooltip="A hint; each costs a quarter of the score"),
    Binding("shift+tab", "hint_while_typing", "Hint", tooltip="A hint; each costs a quarter of the score"),
    *[
        Binding(
            str(n),
            f"missed({n})",
            "Open page" if n == 1 else "",
            show=n == 1,
            key_display="number",
            tooltip="Open a listed page",
        )
        for n in range(1, 10)
    ],
    Binding("space,pagedown", "scroll(1)", "Scroll", show=False, tooltip="A screenful down"),
    Binding("pageup", "scroll(-1)", "Scroll up", show=False, tooltip="A screenful up"),
]

HOW: dict[Kind, str] = {
    "single": "Press the letter of your answer.",
    "truefalse": "True or false? Press its letter.",
    "multiple": "More than one may be right. Letters mark, enter answers.",
    "numeric": "Type a number, then enter.",
    "ordering": "Press the letters in the right order, then enter.",
    "matching": "A letter goes to the row at ›; ↑ ↓ choose another row. Then enter.",
    "gap": "Type the missing word, then enter.",
    "chart": "Which of these runs is it? Press its letter.",
    "predict": "Press the letter of what you expect; then it is trained.",
    "trace": "Work it out, type the number, then enter. The numbers are new at each try.",
}
