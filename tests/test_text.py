"""Text from outside, cleaned before it can steer a terminal."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tutor.text import clean, clean_line


def test_escape_sequences_lose_their_teeth() -> None:
    assert clean("\x1b]52;c;aGk=\x07hi\x9b31m") == "]52;c;aGk=hi31m"


def test_bidi_overrides_and_zero_width_marks_go() -> None:
    assert clean("a\u202eb\u200bc\ufeffd") == "abcd"


def test_mathematics_and_other_scripts_stay() -> None:
    text = "σ′(z) = ¼, ŷ ≥ 0\n\tне Zahl 数"
    assert clean(text) == text


def test_a_line_is_one_line() -> None:
    assert clean_line("  a\n\tb\r\n c ") == "a b c"


@given(st.text())
def test_nothing_unprintable_survives(text: str) -> None:
    kept = clean(text)
    assert clean(kept) == kept
    assert all(c in "\n\t" or unicodedata.category(c)[0] != "C" for c in kept)
