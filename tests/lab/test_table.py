"""CSV files as people have them, and the faults of such files, each named by line and column."""

from __future__ import annotations

import pytest

from tutor.content import table as table_module
from tutor.content.table import read_table
from tutor.errors import InputError

ROWS = "".join(f"{i},{i % 3}\n" for i in range(12))


@pytest.fixture
def csv(tmp_path):
    def write(text, encoding="utf-8", newline="\n"):
        path = tmp_path / "data.csv"
        path.write_bytes(text.replace("\n", newline).encode(encoding))
        return path

    return write


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_usual_dialects(csv, delimiter, newline, encoding):
    table = read_table(csv(("größe,n\n" + ROWS).replace(",", delimiter), encoding, newline))
    assert list(table.columns) == ["größe", "n"]
    assert table.columns["n"][:4] == ["0", "1", "2", "0"]
    assert len(table) == 12


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends(csv):
    text = 'name,n\n"Smith, ""Jo""",1\n"two\nlines",2\n' + "x,3\n" * 10
    table = read_table(csv(text))
    assert table.columns["name"][:2] == ['Smith, "Jo"', "two\nlines"]
    assert table.place(2, "n") == "line 5, column 'n'"


def test_blank_lines_and_blanks_around_cells_do_not_count(csv):
    table = read_table(csv("a , b\n\n" + " 1 , x \n\n" * 10))
    assert list(table.columns) == ["a", "b"]
    assert table.columns["b"] == ["x"] * 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least two columns"),
        ("a\n" + "1\n" * 12, "at least two columns"),
        ("a,b\n1,2\n", "1 rows are too few"),
        ("a,,c\n" + "1,2,3\n" * 12, "column 2 has no name"),
        ("a,b,a\n" + "1,2,3\n" * 12, "2 columns are named 'a'"),
        ("a,b\n" + ROWS + "1\n", "line 14 has 1 cells, but the header has 2"),
        ("a,b\n" + ROWS + "1,2,3\n", "line 14 has 3 cells"),
        ("a,b\n" + ROWS + "1,\n", "line 14, column 'b' is empty"),
        ("a,b\n" + ROWS + "NA,1\n", "line 14, column 'a' is 'NA', which counts as missing"),
        ('a,b\n1,"2\n' + ROWS, "not a CSV file"),
        (",".join(f"c{i}" for i in range(2001)) + "\n", "2001 columns are too many"),
    ],
)
def test_faults_are_named_in_one_line(csv, text, words):
    with pytest.raises(InputError, match=words) as caught:
        read_table(csv(text))
    assert "\n" not in caught.value.message


def test_what_is_no_text_is_refused(csv, tmp_path):
    with pytest.raises(InputError, match="not UTF-8"):
        read_table(csv("größe,b\n" + ROWS, encoding="latin-1"))
    with pytest.raises(InputError, match="there is no file"):
        read_table(tmp_path)
    with pytest.raises(InputError, match="there is no file"):
        read_table(tmp_path / "none.csv")


def test_sizes_are_checked_before_the_memory_is_taken(csv, monkeypatch):
    path = csv("a,b\n" + ROWS)
    monkeypatch.setattr(table_module, "MAX_CELLS", 10)
    with pytest.raises(InputError, match="more than 10 cells"):
        read_table(path)
    monkeypatch.setattr(table_module, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="has more than 0 MB"):
        read_table(path)


def test_messages_carry_nothing_that_steers_a_terminal(csv):
    with pytest.raises(InputError) as caught:
        read_table(csv("a\x1b[31m,b\n" + ROWS + "1,\n" + ",1\n"))
    assert "\x1b" not in caught.value.message + caught.value.hint
