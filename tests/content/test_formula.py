"""Symbols of formulas, and whether each is explained."""

from __future__ import annotations

import pytest

from tutor.content.formula import Formula, symbols


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s = w1·x1 + w2·x2 + b", ["s", "w1", "x1", "w2", "x2", "b"]),
        ("y = sign(Σᵢ wᵢ xᵢ + b)", ["y", "sign", "w_i", "x_i", "b"]),
        ("∂L/∂w_{ij} = δ_j · a_i", ["L", "w_ij", "δ_j", "a_i"]),
        ("ŷ, w′, y\u0302", ["ŷ", "w′", "ŷ"]),
        ("w_new = w + η · y · x²", ["w_new", "w", "η", "y", "x"]),
        ("∑_{k} Wᵀ x_k", ["W", "x_k"]),
        ("2x + 3ⁿ", ["x", "n"]),
        ("0 ≤ 1.5 − 3", []),
    ],
)
def test_symbols_of_a_line(text: str, expected: list[str]) -> None:
    assert [symbol.text for symbol in symbols(text)] == expected


@pytest.mark.parametrize(
    ("entry", "symbol", "explains"),
    [
        ("w", "w1", True),
        ("wᵢ", "w1", True),
        ("w_i", "wᵢ", True),
        ("wᵢⱼ", "w_{ij}", True),
        ("w1", "w2", False),
        ("w_new", "w", False),
        ("w_old", "w_new", False),
        ("w", "w′", False),
        ("w", "W", False),
        ("y", "ŷ", False),
    ],
)
def test_an_entry_explains_a_symbol_and_its_indexed_likes(entry: str, symbol: str, explains: bool) -> None:
    assert symbols(entry)[0].explains(symbols(symbol)[0]) is explains


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("s = w x\nwhere\ns : sum\nw, x : factors\n", []),
        ("row 00 is no: b < 0\nwhere\nb : bias\n", []),
        ("s = max(w, 0) if w\nwhere\ns, w : numbers", []),
        ("z_k / (z_1 + ... + z_n)\nwhere\nz_k : sum k of n\nn : how many", []),
        ("s = w x\nwhere\ns : sum\nw : weight", [(0, "the symbol x is not explained after 'where'")]),
        ("s = x\nt = x", [(0, "the symbol s is not explained after 'where'"),
                          (0, "the symbol x is not explained after 'where'"),
                          (1, "the symbol t is not explained after 'where'")]),
        ("s > 0\nwhere\ns : sum\nq : nothing", [(3, "explains q, which the formula does not use")]),
        ("s > 0\nwhere\ns: sum", [(0, "the symbol s is not explained after 'where'"),
                                  (2, "write 'symbol : meaning'")]),
        ("where\n", [(0, "a formula without a line")]),
        ("", [(0, "a formula without a line")]),
    ],
)  # fmt: skip
def test_problems_of_a_formula(content: str, problems: list[tuple[int, str]]) -> None:
    assert Formula.parse(content).problems() == problems
