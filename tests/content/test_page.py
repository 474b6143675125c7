"""Pages laid out in lines: what each kind of Markdown becomes, and what holds for every page."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.content.catalog import Catalog
from tutor.content.page import PAGE_LINES, PAGE_WIDTH, PageLine, layout, read
from tutor.content.wrap import width_of
from tutor.text import cells

BUNDLED = Path(__file__).resolve().parents[2] / "lessons"


def plain(lines: list[PageLine]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def roles(body: str) -> dict[str, str]:
    return {span.text.strip(): span.role for line in layout(body) for span in line if span.text.strip()}


SHAPES = [
    ("one two\nthree", ["one two three"]),
    ("one\n\ntwo", ["one", "", "two"]),
    ("one  \ntwo\\\nthree", ["one", "two", "three"]),
    ("alpha beta gamma delta", ["alpha beta gamma", "delta"]),
    ("- one\n- alpha beta gamma delta", ["• one", "• alpha beta gamma", "  delta"]),
    ("- one\n\n- two", ["• one", "", "• two"]),
    ("- one\n  - two\n- three", ["• one", "  • two", "• three"]),
    ("- one\n\n  two", ["• one", "", "  two"]),
    ("9. nine\n10. ten", [" 9. nine", "10. ten"]),
    ("1. alpha beta gamma delta", ["1. alpha beta gamma", "   delta"]),
    ("> alpha beta gamma delta", ["│ alpha beta gamma", "│ delta"]),
    ("> - one\n>\n> two", ["│ • one", "│ ", "│ two"]),
    ("```\na  b\n\n\tc\n```", ["a  b", "", "    c"]),
    ("```python\nx = 1\n```\nend", ["x = 1", "", "end"]),
    ("```\n" + "x" * 30 + "\n```", ["x" * 30]),
    ("| a | long |\n|--:|---|\n| 10 | b |\n| 1 | `c` |", [" a  long", "──  ────", "10  b", " 1  c"]),
    ("| a |\n|---|", ["a", "─"]),
    ("```formula\ny = x\nwhere\ny : is it\nx0 : no, the other one\n```",
     ["  y = x", "  where  y   is it", "         x0  no, the", "             other", "             one"]),
    ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
    ("日本語の文章が長い列", ["日本語の文章が長い列"]),
    ("日本語の文章が長い列だ", ["日本語の文章が長い列", "だ"]),
    ("123456789 123456789 e\u0301\u0301", ["123456789 123456789", "e\u0301\u0301"]),
    ("1234567 a\u00a0b\u00a0c\u00a0d e\u00a0f\u00a0g", ["1234567 a b c d", "e f g"]),
    ("see [[weight]]s, **very**much", ["see weights,", "verymuch"]),
    ("a&lt;b &#x202E;c", ["a<b c"]),
    ("", []),
    ("[Ros58]: http://x", ["[Ros58]: http://x"]),
    ("[0, 1] and w[1]", ["[0, 1] and w[1]"]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "lines"), SHAPES)
def test_shapes_at_twenty_columns(body: str, lines: list[str]) -> None:
    assert plain(layout(body, width=20)) == lines


@pytest.mark.parametrize(
    ("body", "text", "role"),
    [
        ("a **b** c", "b", "strong"),
        ("a *b* c", "b", "emphasis"),
        ("a `b * c` d", "b * c", "code"),
        ("a [[big word]] c", "big word", "term"),
        ("a [Ros58] c", "[Ros58]", "cite"),
        ("**a [Ros58]**", "[Ros58]", "cite"),
        ("- a", "•", "bullet"),
        ("3. a", "3.", "bullet"),
        ("> a", "a", "quote"),
        ("```\na\n```", "a", "code"),
        ("| a |\n|---|\n| b |", "a", "strong"),
        ("| a |\n|---|\n| b |", "b", "text"),
        ("```formula\ny = x\nwhere\nq : [Ros58]\n```", "y = x", "formula"),
        ("```formula\ny = x\nwhere\nq : [Ros58]\n```", "q", "formula"),
        ("```formula\ny = x\nwhere\nq : [Ros58]\n```", "[Ros58]", "cite"),
        ("w_i and w_j * 2 * 3", "w_i and w_j * 2 * 3", "text"),
    ],
)
def test_roles(body: str, text: str, role: str) -> None:
    assert roles(body)[text] == role


def test_terms_and_citations_are_noted_with_their_lines() -> None:
    page = read("one\n[[two]] and\n[[three]] [Ros58]\n\n- a\n- [[two]] [Nov62]")
    assert page.terms == [("two", 1), ("three", 2), ("two", 5)]
    assert page.citations == [("Ros58", 2), ("Nov62", 5)]


REFUSED = ["# a", "a\n===", "<i>a</i>", "<div>\na\n</div>", "![a](b)", "[a](b)", "    a", "***", "<http://a>"]


@pytest.mark.parametrize("body", REFUSED)
def test_what_a_page_cannot_show_is_a_problem_and_is_not_lost(body: str) -> None:
    page = read(f"first\n\n{body}\n\nlast")
    assert {problem.line for problem in page.problems} == {2}
    lines = plain(page.lines)
    assert (lines[0], lines[-1]) == ("first", "last")
    assert any("a" in line or "*" in line for line in lines[1:-1])


WORDS = st.text(st.characters(categories=["L", "Mn", "Nd"]), min_size=1, max_size=30)
NOISE = st.text(st.characters(categories=["Cc", "Cf", "Co", "Cn", "Zs"]), max_size=2)
PARAGRAPHS = st.lists(st.tuples(WORDS, NOISE), min_size=1, max_size=30).map(
    lambda pairs: " ".join(word + noise for word, noise in pairs)
)
MARKS = st.sampled_from(["", "- ", "1. ", "> ", "> - ", "- - "])
PAGES = st.lists(st.tuples(MARKS, PARAGRAPHS), min_size=1, max_size=5)


def letters(text: str) -> str:
    """What a reader must find again, in order: letters, digits and the marks on them."""
    kept = (c for c in text if unicodedata.category(c)[0] in "LMN")
    return "".join(kept)


@settings(max_examples=150, deadline=None)
@given(PAGES, st.integers(20, 100))
def test_every_page_fits_keeps_its_words_and_holds_no_control_characters(
    page: list[tuple[str, str]], width: int
) -> None:
    # Letters of the marks themselves ("1.") are left out of the comparison by leaving them out of the page.
    page = [(mark.replace("1.", "-"), text) for mark, text in page]
    lines = layout("\n\n".join(mark + text for mark, text in page), width)
    assert all(width_of(line) <= width for line in lines)
    text = "\n".join(plain(lines))
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") for c in text.replace("\n", ""))
    assert letters(text) == letters("".join(text for _, text in page))


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("ab19 \n\t*_`~#>|-+.:[]()<>!&;\\=Σᵢ\x1b\u202e日"), max_size=80),
    st.integers(1, 100),
)
def test_no_page_whatever_makes_the_layout_fail(body: str, width: int) -> None:
    for line in layout(body, width):
        assert "\n" not in "".join(span.text for span in line)
        assert all(span.text for span in line)
        assert "\x1b" not in "".join(span.text for span in line)


@pytest.mark.parametrize("lesson", Catalog.open(BUNDLED).lessons, ids=lambda lesson: lesson.id)
def test_the_bundled_pages_fit_the_screen(lesson: object) -> None:
    for page in lesson.pages:  # type: ignore[attr-defined]
        lines = layout(page.body)
        assert 0 < len(lines) <= PAGE_LINES
        assert all(width_of(line) <= PAGE_WIDTH for line in lines)


@pytest.mark.parametrize(
    ("text", "expected"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("Σᵢ", 2), ("─", 1), ("", 0)]
)
def test_cells(text: str, expected: int) -> None:
    assert cells(text) == expected
