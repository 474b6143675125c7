"""A pack with one question of every kind, long enough to have edges and short enough to read."""

from __future__ import annotations

from tutor.content.model import FORMAT_VERSION, Lesson, LessonHead, Page, Source, Term, TraceRow
from tutor.content.pack import Pack
from tutor.content.questions import (
    Chart,
    ChartOption,
    Curve,
    Extra,
    Gap,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    OrderItem,
    Pair,
    Predict,
    PredictionOption,
    SingleChoice,
    Slip,
    Trace,
    TrueFalse,
    WrongWord,
)

SINGLE = SingleChoice(
    id="gate",
    prompt="Weights 1 and 1, bias -1.5: which gate is it? [not markup] [/]",
    explanation="Only 1 + 1 lifts the sum above 0.",
    page="second",
    options=[
        Option("AND", "Both inputs are needed.", correct=True),
        Option("OR", "One input gives -0.5, which is a no."),
        Option("NAND", "That needs negative weights."),
    ],
)
MULTIPLE = MultipleChoice(
    id="linear",
    prompt="Which gates can one unit compute?",
    explanation="XOR is the one that no line separates.",
    page="first",
    options=[
        Option("AND", "One line is enough.", correct=True),
        Option("OR", "One line is enough for it too.", correct=True),
        Option("XOR", "No line separates its answers."),
    ],
)
TRUEFALSE = TrueFalse(
    id="always",
    prompt="The rule always settles.",
    explanation="Only where a line separates the classes.",
    page="first",
    answer=False,
    if_true="Think of XOR.",
    if_false="It goes round for ever on XOR.",
)
NUMERIC = Numeric(
    id="sum",
    prompt="w = 2, x = 1, b = -3. What is the sum?",
    explanation="2 * 1 - 3 = -1.",
    page="second",
    answer=-1,
    tolerance=0.01,
    feedback="Product first, then the bias.",
    unit="steps",
    slips=[Slip(2, "The bias is missing.")],
)
ORDERING = Ordering(
    id="order",
    prompt="Put one update in order.",
    explanation="The answer comes before the correction.",
    page="third",
    items=[
        OrderItem("Compute the sum", "Nothing can be judged before it."),
        OrderItem("Compare with the label", "This finds the mistake."),
        OrderItem("Add the example to the weights", "This mends it."),
    ],
)
MATCHING = Matching(
    id="who",
    prompt="Who built what?",
    explanation="Three names, three machines.",
    page="second",
    pairs=[
        Pair("McCulloch and Pitts", "a unit with fixed weights", "In 1943."),
        Pair("Rosenblatt", "a unit that learns from mistakes", "In 1957."),
        Pair("Widrow and Hoff", "a unit that minimises squared errors", "In 1960."),
    ],
    extras=[Extra("a unit without weights", "Nobody did.")],
)
GAP = Gap(
    id="name",
    prompt="The rule of Widrow and Hoff is called ___ for short.",
    explanation="Least mean squares.",
    page="third",
    accept=["LMS", "least mean squares"],
    feedback="It makes the mean of the squares least.",
    slips=[WrongWord("SGD", "That is the family.")],
    hints=["Three letters.", "The first one stands for least."],
)
TRACE = Trace(
    id="traced",
    prompt="One step of a single unit.",
    explanation="Old weight less rate times derivative.",
    page="second",
    asks="weight",
    tolerance=0.005,
    layers="dense 1 sigmoid",
)
PREDICT = Predict(
    id="ends",
    prompt="Will it learn XOR in a thousand steps?",
    explanation="Steps of 0.5 are short for two units.",
    page="second",
    experiment="xor",
    options=[
        PredictionOption("All four right", "errors == 0", "Then it has left the plateau."),
        PredictionOption("Not yet", "errors > 0", "It is on the plateau still."),
    ],
)
CHART = Chart(
    id="which-run",
    prompt="Which setting made this run?",
    explanation="A rate too large climbs.",
    page="second",
    experiment="xor",
    curves=["loss"],
    options=[
        ChartOption("rate 0.1", "It falls slowly."),
        ChartOption("rate 0.5", "It falls fast."),
        ChartOption("rate 50", "It climbs."),
    ],
    drawn=[
        [Curve("loss", [0.0, 10.0, 20.0], [1.0, 0.8, 0.6])],
        [Curve("loss", [0.0, 10.0, 20.0], [1.0, 0.2, 0.1])],
        [Curve("loss", [0.0, 10.0, 20.0], [1.0, 4.0, 9.0])],
    ],
)
QUESTIONS = [SINGLE, MULTIPLE, TRUEFALSE, NUMERIC, ORDERING]


def lesson(number: int, id: str, title: str, questions: list[object]) -> Lesson:
    head = LessonHead(
        format_version=FORMAT_VERSION,
        id=id,
        title=title,
        summary=f"What {title.lower()} is.",
        years="1957-1962",
        minutes=20,
        objectives=["Compute a sum by hand.", "Say when the rule settles."],
        terms=[Term(f"term {n}", "a meaning that takes a line of text") for n in range(12)],
        covers=[TraceRow(7, "Learnable weights.", "Right.", ["Ros58"])],
        sources=[Source("Ros58", "Rosenblatt, F. (1958). The perceptron. Psychological Review 65.")],
    )
    pages = [
        Page("first", "The first page", "A *first* paragraph with `code` and [square] brackets."),
        Page("second", "The second page", "\n\n".join(f"Line {n} of a full page." for n in range(9))),
        Page("third", "The third page", "The end."),
    ]
    return Lesson(number, head, pages, [], questions)  # type: ignore[arg-type]


PACK = Pack(
    "tests",
    "Tests",
    [
        lesson(1, "perceptron", "The perceptron", QUESTIONS),
        lesson(2, "winter", "The first winter", [SINGLE]),
        lesson(3, "backprop", "Back-propagation", [TRUEFALSE]),
    ],
)
