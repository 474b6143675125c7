"""GIFT as Moodle writes and reads it: what each construct becomes, and what is said of those that we lack."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.content.gift import FILL_IN, Imported, Note, read_gift, write_quiz
from tutor.content.gift.said import RIGHT, WRONG
from tutor.content.questions import (
    Extra,
    Gap,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Pair,
    Question,
    SingleChoice,
    Slip,
    TrueFalse,
    WrongWord,
)


def only(text: str) -> Question:
    """The one question in ``text``, which loses nothing."""
    read = read_gift(text)
    assert read.notes == []
    (question,) = read.questions
    return question


def notes(text: str) -> list[tuple[int, str]]:
    return [(note.line, note.message) for note in read_gift(text).notes]


def test_one_answer_behind_an_equals_sign_is_a_single_choice() -> None:
    question = only(
        "// colours\n::Sky at noon:: Which colour is the sky? {\n"
        "  ~green # Leaves are.\n  =blue#Short waves scatter most.\n  ~red\n  ####Rayleigh scattering.\n}"
    )
    assert question == SingleChoice(
        id="sky-at-noon",
        prompt="Which colour is the sky?",
        explanation="Rayleigh scattering.",
        page=FILL_IN,
        options=[
            Option("green", "Leaves are."),
            Option("blue", "Short waves scatter most.", correct=True),
            Option("red", WRONG),
        ],
    )


def test_weights_make_a_multiple_choice() -> None:
    question = only("Which are even? {~%50%2 ~%50%4#Twice two. ~%-50%3 ~%-50%5}")
    assert isinstance(question, MultipleChoice)
    assert [(option.text, option.correct) for option in question.options] == [
        ("2", True),
        ("4", True),
        ("3", False),
        ("5", False),
    ]
    assert question.options[1].feedback == "Twice two."
    assert question.explanation == "What is right: 2; 4"


def test_uneven_weights_are_named() -> None:
    text = "Which are even?\n{\n~%75%2\n~%25%4\n~%-100%3\n~5\n}"
    assert notes(text) == [(3, "the weights are not kept: here every option counts the same")]


def test_a_weight_beside_a_single_right_answer_is_named() -> None:
    text = "Which is nearest to 3?\n{=3\n~%50%4#Near.\n~9}"
    assert notes(text) == [(3, "the weight 50 % is not kept: only the answer behind = counts")]
    assert isinstance(read_gift(text).questions[0], SingleChoice)


@pytest.mark.parametrize(
    ("answer", "truth"),
    [("T", True), ("TRUE", True), ("F", False), ("FALSE", False), ("true", True)],
)
def test_true_or_false(answer: str, truth: bool) -> None:
    question = only(f"The sun is a star.{{{answer}}}")
    assert isinstance(question, TrueFalse)
    assert question.answer is truth
    assert {True: question.if_true, False: question.if_false} == {truth: RIGHT, not truth: WRONG}


def test_the_first_feedback_of_true_or_false_is_for_the_wrong_answer() -> None:
    question = only("::star::The sun is a planet.{FALSE#It shines by itself.#Yes, a star.####A star.}")
    assert isinstance(question, TrueFalse)
    assert (question.if_true, question.if_false, question.explanation) == (
        "It shines by itself.",
        "Yes, a star.",
        "A star.",
    )


@pytest.mark.parametrize(
    ("answers", "value", "tolerance"),
    [
        ("#3.14:0.05", 3.14, 0.05),
        ("#42", 42, 0),
        ("#1..5", 3, 2),
        ("#-2.5 .. -1.5", -2, 0.5),
        ("#=1e3:5", 1000, 5),
        ("#\n  =%100%7:1\n", 7, 1),
        ("#3:2#Near enough.", 3, 2),
    ],
)
def test_numbers(answers: str, value: float, tolerance: float) -> None:
    question = only(f"How much? {{{answers}}}")
    assert isinstance(question, Numeric)
    assert (question.answer, question.tolerance) == (value, tolerance)


def test_numbers_with_weights_become_slips_and_what_is_lost_is_named() -> None:
    text = "::sum:: 2 + 2? {#\n=4:0#Right.\n=%50%22:0#Side by side.\n=%0%0:0#Minus.\n=%30%4.0:2\n~#Add.\n}"
    question = read_gift(text).questions[0]
    assert isinstance(question, Numeric)
    assert (question.answer, question.feedback) == (4, "Right.")
    assert question.slips == [Slip(22, "Side by side."), Slip(0, "Minus.")]
    assert notes(text) == [
        (3, "the weight 50 % of 22 is not kept: it counts as wrong"),
        (5, "the weight 30 % of 4 is not kept: it counts as wrong"),
        (5, "4 is not kept: that number has its feedback already"),
        (6, "feedback to every other number is not kept: 'Add.'"),
    ]


def test_a_short_answer_is_a_gap() -> None:
    assert only("::star::What is it? {=the sun#Yes. =sun =%0%the moon#By night.####Our star.}") == Gap(
        id="star",
        prompt="What is it? ___",
        explanation="Our star.",
        page=FILL_IN,
        accept=["the sun", "sun"],
        feedback="Yes.",
        slips=[WrongWord("the moon", "By night.")],
    )
    inside = only("The {sun} is a star.")
    assert (inside.prompt, inside.accept) == ("The _____ is a star.", ["sun"])  # type: ignore[union-attr]
    assert only("The ________ is a ________, or not?{=sun}").prompt == "The ___ is a ___, or not?"


def test_what_a_gap_cannot_keep_is_named() -> None:
    text = "A star?{\n=sun#Yes.\n=Sol#In Latin.\n=%50%light#Almost.\n=%0%m*#Look again.\n=%100%a\\*b\n}"
    question = read_gift(text).questions[0]
    assert isinstance(question, Gap)
    assert (question.accept, question.feedback) == (["sun", "Sol", "a*b"], "Yes.")
    assert question.slips == [WrongWord("light", "Almost.")]
    assert notes(text) == [
        (3, "all right words share one feedback; this one is not kept: 'In Latin.'"),
        (4, "the weight 50 % of 'light' is not kept: it counts as wrong"),
        (5, "'m*' stands for many words and is not kept, nor is its feedback"),
    ]


def test_pairs_are_a_matching_and_a_lonely_right_side_is_an_extra() -> None:
    question = only(
        "// dltutor-feedback: It barks.\n::pets::Who eats what?{\n"
        "= dog -> [plain]a bone\n=cat->a mouse\n= -> grass\n####Each its own.}"
    )
    assert question == Matching(
        id="pets",
        prompt="Who eats what?",
        explanation="Each its own.",
        page=FILL_IN,
        pairs=[Pair("dog", "a bone", "It barks."), Pair("cat", "a mouse", RIGHT)],
        extras=[Extra("grass", WRONG)],
    )


def test_a_missing_word_leaves_a_blank() -> None:
    question = only("The sun is {~a planet =a star ~a moon} that shines by itself.")
    assert question.prompt == "The sun is _____ that shines by itself."


def test_escaped_signs_are_text_and_brackets_that_mark_no_format_too() -> None:
    question = only(
        r"::a\:b::[0, 1] \{x \= 2\} \~ C\: \\n and \#1\nnext{=\=2 #\#1 ~\~3 ~[x]}"  # one line of the file
    )
    assert isinstance(question, SingleChoice)
    assert question.id == "a-b"
    assert question.prompt == "[0, 1] {x = 2} ~ C: \\n and #1\nnext"
    assert [option.text for option in question.options] == ["=2", "~3", "[x]"]
    assert question.options[0].feedback == "#1"


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("[html]<p>Is 2&lt;3?</p>", "Is 2<3?"),
        ("[html]<p>x<sub>1</sub> and\n2<sup>3</sup></p><br>end", "x_1 and 2^3\n\nend"),
        ("<b>Is</b> it?", "Is it?"),
        ("[plain]Is 1 <b and c> 2?", "Is 1 <b and c> 2?"),
        ("[markdown]one\ntwo", "one two"),
        ("[moodle]one\n  two", "one\ntwo"),
        ("Is a < b?", "Is a < b?"),
    ],
)
def test_format_marks(text: str, prompt: str) -> None:
    assert read_gift(f"{text}{{T}}").questions[0].prompt == prompt


def test_html_that_is_lost_is_named_once() -> None:
    text = '::q::[html]<p>See</p><img src="x.png" alt="a net">\n{=<b>yes</b>#<b>good</b> ~no ~never}'
    assert notes(text) == [
        (1, "of the HTML <img> only the text is kept"),
        (2, "of the HTML <b> only the text is kept"),
    ]
    assert read_gift(text).questions[0].prompt == "See\n[picture: a net]"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("\nOn the following questions.", 2, "a description, which asks nothing: write it on a page"),
        ("::e::Write about nets.{}", 1, "an essay, which no program can grade"),
        ("A{\n=x\n=y ~z}", 3, "more than one answer behind =: where several are right, ~%50% or the like"),
        ("A{=x ~\n}", 1, "an answer has no text"),
        ("A{~x ~y}", 1, "no answer is right: none stands behind = or has a weight above 0"),
        ("A{x ~y =z}", 1, "an answer that no = or ~ precedes"),
        ("A{~%100%x}", 1, "a choice needs two answers or more"),
        ("A\n{=x ~y", 2, "the } is missing: answers stand between { and }, without a blank line"),
        ("A\n=x}", 2, "the { is missing: answers stand between { and }, without a blank line"),
        ("A{=x ~y} and\n{=u ~v}", 2, "a second { or }: write \\{ and \\} where they are text"),
        (
            "A{#\n=1:0\n=2:0}",
            1,
            "2 numbers are right, and one must be: a number with its tolerance, or a range",
        ),
        ("A{#\n=%50%1:0}", 1, "no number is wholly right, and one must be"),
        ("A{#}", 1, "no number is wholly right, and one must be"),
        ("A{#\n=two}", 2, "'two' is no number, number:tolerance or low..high"),
        ("A{#5..1}", 1, "'5..1' has its ends the wrong way round, or is too large"),
        ("A{#1e999}", 1, "'1e999' has its ends the wrong way round, or is too large"),
        ("{T}", 1, "it has no text that asks anything"),
        ("A{=neur*}", 1, "'neur*' stands for many words: write each of them"),
        ("A{=%50%x}", 1, "no answer is wholly right"),
        ("A{\n=x ->\n=y -> z}", 2, "a pair without a right side"),
        ("A{=x -> y\n=z}", 2, "a pair without ->"),
        ("A{=x -> y =z -> Y}", 1, "two pairs with the same right side: here each is used once"),
    ],
)
def test_what_cannot_be_taken_over_is_named_by_its_line(text: str, line: int, message: str) -> None:
    read = read_gift(text)
    assert read.taken == []
    (note,) = read.notes
    assert (note.line, note.left_out) == (line, True)
    assert note.message.startswith(f"left out: {message}")


def test_a_bad_question_hides_no_other_one() -> None:
    read = read_gift("One{T}\r\n\r\nTwo{\r\n\r\nThree{F}\r\n")
    assert [question.prompt for question in read.questions] == ["One", "Three"]
    assert [note.line for note in read.notes] == [3]


def test_categories_comments_ids_pages_and_tags() -> None:
    read = read_gift(
        "$CATEGORY: top/one\n\n// question: 7  name: x\n// [id:first] [tag:old]\n"
        "// dltutor-page: a-page\nA{T}\n\n"
        "$CATEGORY: top/two\nA{F}\n\n// in the middle\n\n::A::B{\n// a comment between\n=x\n~y ~z}\n",
        page="another",
    )
    assert [(taken.line, taken.category) for taken in read.taken] == [
        (6, "top/one"),
        (9, "top/two"),
        (13, "top/two"),
    ]
    assert [question.id for question in read.questions] == ["first", "a", "a-2"]
    assert [question.page for question in read.questions] == ["a-page", "another", "another"]
    assert read.notes == [Note(6, "the tag 'old' is not kept")]
    assert (read.without_page, read.without_feedback) == (0, 4 + 3)


def test_a_file_cannot_steer_the_terminal() -> None:
    hostile = "\x1b]0;x\x07\x9b\u202e"
    read = read_gift(
        f"// [tag:old\x1b\x9b]\n::a{hostile}::[plain]what{hostile}? {{=b{hostile}#c{hostile} ~d}}\n\n"
        "[html]an entity&#27;[2J &#x202e;? {=b ~d}\n"
    )
    assert [question.prompt for question in read.questions] == ["what]0;x?", "an entity[2J ?"]
    assert [note.message for note in read.notes] == ["the tag 'old' is not kept"]
    assert not set("\x1b\x07\x9b\u202e") & set(write_quiz(read))


@settings(deadline=None)
@given(st.text(alphabet="ab \n:=~#{}%\\[]->1.5T/$<p>&", max_size=120))
def test_nothing_that_a_file_holds_breaks_it(text: str) -> None:
    read = read_gift(text)
    assert isinstance(read, Imported)
    lines = text.count("\n") + 1
    assert all(1 <= note.line <= lines for note in read.notes)
    assert len({question.id for question in read.questions}) == len(read.questions)
