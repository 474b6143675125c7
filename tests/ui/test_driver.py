"""Pastes without end are shortened, however the terminal cuts them into pieces."""

from __future__ import annotations

import pytest

from tutor.ui.driver import LONGEST_PASTE, PasteBound


@pytest.mark.parametrize("size", [1, 3, 7, 4096])
def test_a_paste_is_shortened_and_what_is_typed_is_not(size: int) -> None:
    text = "before\x1b[200~" + "p" * 3 * LONGEST_PASTE + "\x1b[201~" + "k" * 2 * LONGEST_PASTE
    text += "\x1b[200~short\x1b[201~after"
    bound = PasteBound()
    kept = "".join(bound.shorten(text[at : at + size]) for at in range(0, len(text), size))
    typed, _, rest = kept.partition("\x1b[200~")
    pasted, _, rest = rest.partition("\x1b[201~")
    assert typed == "before"
    assert pasted == "p" * LONGEST_PASTE
    assert rest.endswith("k" * 2 * LONGEST_PASTE + "\x1b[200~short\x1b[201~after")
