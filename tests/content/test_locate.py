"""The lines of keys, against what ``tomllib`` reads."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.content.pack import LAB, LESSON, PACK, QUIZ
from tutor.content.document import Document
from tutor.content.fault import Fault, KeyPath
from tutor.content.locate import key_lines

TRICKY = '''\
# [comment]
plain = 1 # = [no]
"quoted \\u0041.key" = 'a # b'
a.b."c.d" = """
[not.a.header]
x = "\\""" """"
after = \'\'\'
[[nor.this]] \'\'\'\'
list = [ # comment ]
  1, "]", # another
  [2, { deep = [3] }],
]
[ table . "sub" ]
key = { one = 1, two = { three = "}" } }
empty = {}
[[array]]
name = "first"
[[array.inner]]
name = "inner of first"
[[array.inner]]
name = "second inner of first"
[[array]]
[array.child]
name = "of second"
'''


def paths(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for key, item in items for below in paths(item, (*path, key)))]


LESSONS = Path(__file__).resolve().parents[2] / "lessons"
BUNDLED = [path.read_text() for path in sorted(LESSONS.glob("*/*.toml"))]


@pytest.mark.parametrize("text", [TRICKY, PACK, LAB, QUIZ, LESSON.split("+++\n")[1], *BUNDLED])
def test_every_key_has_a_line_and_the_line_names_it(text: str) -> None:
    lines = key_lines(text)
    source = text.split("\n")
    for path in paths(tomllib.loads(text)):
        assert path in lines
        if path and isinstance(path[-1], str) and path != ("quoted A.key",):
            assert path[-1] in source[lines[path] - 1]
    assert set(lines) == set(paths(tomllib.loads(text)))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("plain",), 2),
        (("quoted A.key",), 3),
        (("a", "b", "c.d"), 4),
        (("after",), 7),
        (("list", 1), 10),
        (("list", 2, 1, "deep", 0), 11),
        (("table", "sub"), 13),
        (("table", "sub", "key", "two", "three"), 14),
        (("array",), 16),
        (("array", 0, "inner", 1), 20),
        (("array", 0, "inner", 1, "name"), 21),
        (("array", 1), 22),
        (("array", 1, "child", "name"), 24),
    ],
)
def test_lines_of_a_tricky_text(path: KeyPath, line: int) -> None:
    assert key_lines(TRICKY)[path] == line
    assert key_lines(TRICKY, first_line=2)[path] == line + 1


def test_a_fault_is_told_even_where_keys_lie_too_deep_to_be_located() -> None:
    document = Document.parse(Path(), "quiz.toml", f"a = 1\nb = {'[{c=' * 120}1{'}]' * 120}\n", first_line=7)

    def told(frames: int) -> Fault:  # as deep in the program as it takes
        return told(frames - 1) if frames else document.fault(("b",), "no")

    assert told(500) == Fault("quiz.toml", 7, "b", "no")
