"""Our questions to GIFT and back are the same; what GIFT cannot say is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.pack import MULTIPLE, NUMERIC, ORDERING, SINGLE, TRUEFALSE, lesson
from tutor.content.catalog import Catalog
from tutor.content.gift import read_gift, write_gift, write_quiz
from tutor.content.parse import draft_quiz
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
from tutor.paths import bundled_lessons
from tutor.text import clean, clean_line

SIGNS = st.text(st.sampled_from("ab%50 :=~#{}\\\n[]<>->T._&;/\té$"), min_size=1, max_size=30)
texts = (SIGNS | st.text(min_size=1, max_size=30)).map(lambda text: clean(text).strip()).filter(bool)
numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 6))


@st.composite
def general(draw: st.DrawFn) -> dict[str, Any]:
    prompt, explanation = draw(texts), draw(texts)
    return {
        "id": "an-id",
        "page": draw(st.from_regex(r"[a-z]{1,9}", fullmatch=True)),
        "prompt": prompt,
        "explanation": explanation,
        "hints": draw(st.lists(texts, max_size=2)),
        "experiment": draw(st.sampled_from(["", "an-experiment"])),
    }


@st.composite
def choices(draw: st.DrawFn) -> SingleChoice | MultipleChoice:
    count = draw(st.integers(2, 6))
    options = [(draw(texts), draw(texts)) for _ in range(count)]
    several = draw(st.booleans())
    right = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=count - 1 if several else 1))
    made = [Option(text, feedback, n in right) for n, (text, feedback) in enumerate(options)]
    return (MultipleChoice if several else SingleChoice)(options=made, **draw(general()))


@st.composite
def truths(draw: st.DrawFn) -> TrueFalse:
    return TrueFalse(answer=draw(st.booleans()), if_true=draw(texts), if_false=draw(texts), **draw(general()))


@st.composite
def numerics(draw: st.DrawFn) -> Numeric:
    answer, tolerance = draw(numbers), draw(st.sampled_from([0.0, 0.001, 2.0]))
    values = draw(st.lists(numbers, unique=True, max_size=3))
    slips = [Slip(value, draw(texts)) for value in values if abs(value - answer) > tolerance]
    unit = draw(st.sampled_from(["", "%", "steps"]))
    feedback = draw(texts)
    return Numeric(
        answer=answer, tolerance=tolerance, feedback=feedback, unit=unit, slips=slips, **draw(general())
    )


@st.composite
def gaps(draw: st.DrawFn) -> Gap:
    words = texts.filter(lambda text: "->" not in text)
    around = draw(general())
    around["prompt"] = draw(st.sampled_from(["___ is it", "It is ___", "So ___, or: #?", "_____"]))
    slips = [WrongWord(draw(words), draw(words)) for _ in range(draw(st.integers(0, 2)))]
    accept = draw(st.lists(words, min_size=1, max_size=3))
    return Gap(accept=accept, feedback=draw(words), slips=slips, **around)


@st.composite
def matchings(draw: st.DrawFn) -> Matching:
    rights = draw(st.lists(texts, min_size=2, max_size=5, unique_by=lambda text: clean_line(text).casefold()))
    lefts = texts.filter(lambda text: "->" not in text)
    count = draw(st.integers(1, len(rights)))
    pairs = [Pair(draw(lefts), right, draw(texts)) for right in rights[:count]]
    extras = [Extra(right, draw(texts)) for right in rights[count:]]
    return Matching(pairs=pairs, extras=extras, **draw(general()))


KINDS = choices() | truths() | numerics() | gaps() | matchings()


@settings(max_examples=50, deadline=None)
@given(KINDS)
def test_a_question_comes_back_as_it_was(
    question: Question,
) -> None:
    read = read_gift(write_gift([lesson(1, "xor", "XOR", [question])]).text)
    assert read.notes == []
    assert read.questions == [question]


@settings(max_examples=50, deadline=None)
@given(KINDS)
def test_the_quiz_file_says_what_was_taken(
    question: Question,
) -> None:
    read = read_gift(write_gift([lesson(1, "xor", "XOR", [question])]).text)
    draft = draft_quiz("quiz.toml", write_quiz(read))
    assert draft.faults == []
    assert list(draft.questions.values()) == [question]


def test_the_bundled_quizzes_come_back_as_they_were() -> None:
    for each in Catalog.open(bundled_lessons()).lessons:
        exported = write_gift([each])
        read = read_gift(exported.text)
        assert read.notes == []
        said = "\n".join(exported.left_out)
        kept = [asked for asked in each.questions if f": {asked.id} " not in said]
        assert read.questions == kept
        assert len(kept) + len(exported.left_out) == len(each.questions)


def test_what_gift_cannot_say_stands_there_as_a_comment() -> None:
    exported = write_gift([lesson(1, "xor", "XOR", [SINGLE, ORDERING, TRUEFALSE])])
    assert exported.left_out == ("xor: order is of the kind ordering, which GIFT does not have",)
    assert f"// left out: {exported.left_out[0]}\n" in exported.text
    assert read_gift(exported.text).questions == [SINGLE, TRUEFALSE]


def test_an_arrow_where_gift_would_misread_it_is_named() -> None:
    pairs = [Pair("a -> b", "c", "f"), Pair("d", "e", "f")]
    matching = Matching(id="m", prompt="P", explanation="E", page="p", pairs=pairs)
    gap = Gap(id="g", prompt="___", explanation="E", page="p", accept=["x -> y"], feedback="f")
    exported = write_gift([lesson(1, "xor", "XOR", [matching, gap])])
    assert exported.left_out == (
        "xor: m holds -> in a left side, where its end would be",
        "xor: g holds ->, which would make it a matching question",
    )
    assert read_gift(exported.text).taken == []


def test_the_written_form_is_the_one_that_moodle_reads() -> None:
    text = write_gift([lesson(1, "xor", "XOR", [MULTIPLE, NUMERIC])]).text
    assert "\n\n$CATEGORY" not in text.removeprefix("// XOR\n")
    assert "::linear::[plain]Which gates can one unit compute?{\n\t~%50%AND#One line is enough.\n" in text
    assert "\t~%-100%XOR#No line separates its answers.\n\t####XOR is the one" in text
    assert "::sum::[plain]w \\= 2, x \\= 1, b \\= -3. What is the sum? (in steps){#\n\t=%100%-1:0.01#" in text
    assert "\t=%0%2:0.01#The bias is missing.\n" in text


def test_thirds_are_written_as_moodle_lists_them() -> None:
    options = [Option(f"o{n}", "f", n < 3) for n in range(9)]
    question = MultipleChoice(id="q", prompt="P", explanation="E", page="p", options=options)
    text = write_gift([lesson(1, "xor", "XOR", [question])]).text
    assert text.count("~%33.33333%") == 3
    assert text.count("~%-16.66667%") == 6


def test_a_category_without_questions_is_no_question(tmp_path: Path) -> None:
    assert read_gift(write_gift([lesson(1, "xor", "XOR", [])]).text).taken == []
