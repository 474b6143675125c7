"""Rules about the program's own text: nothing in it unpickles, evaluates, or reads data as markup."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from pathlib import Path

import pytest

TUTOR = Path(__file__).parent.parent / "tutor"

UNPICKLING = {
    "pickle",
    "cPickle",
    "marshal",
    "shelve",
    "dill",
    "cloudpickle",
    "joblib",
    "multiprocessing",
    "copyreg",
}
LEADING_OUT = {"webbrowser", "pty", "code", "pdb", "telnetlib", "ftplib", "http", "urllib", "yaml"}
EVALUATING = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
READING_ARRAYS = {"load", "savez", "savez_compressed", "save"}


@functools.cache
def sources(folder: str = "") -> list[tuple[Path, ast.Module]]:
    paths = sorted((TUTOR / folder).rglob("*.py"))
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def found(rule: Callable[[ast.AST], bool], folder: str = "") -> list[str]:
    return [
        f"{path.relative_to(TUTOR)}:{node.lineno}"  # type: ignore[attr-defined]
        for path, tree in sources(folder)
        for node in ast.walk(tree)
        if rule(node)
    ]


def called(node: ast.AST) -> str:
    """The last name of what a call calls; "" for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def keyword(node: ast.AST, name: str) -> object:
    for given in node.keywords if isinstance(node, ast.Call) else []:
        if given.arg == name:
            return given.value.value if isinstance(given.value, ast.Constant) else given.value
    return None


def imports(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return (
        {(node.module or "").split(".")[0]} if isinstance(node, ast.ImportFrom) and not node.level else set()
    )


def test_nothing_unpickles_or_reaches_for_the_network_or_a_shell() -> None:
    assert not found(lambda node: bool(imports(node) & (UNPICKLING | LEADING_OUT)))
    assert not found(lambda node: isinstance(node, ast.Call) and ast.unparse(node.func) == "os.system")
    assert not found(lambda node: keyword(node, "shell") not in (None, False))


def test_nothing_is_evaluated() -> None:
    def rule(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EVALUATING

    assert not found(rule)


def test_every_array_is_read_and_written_without_pickles() -> None:
    def rule(node: ast.AST) -> bool:
        of_numpy = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if not of_numpy or called(node) not in READING_ARRAYS:
            return False
        owner = node.func.value  # type: ignore[attr-defined]
        return (
            isinstance(owner, ast.Name)
            and owner.id in ("np", "numpy")
            and keyword(node, "allow_pickle") is not False
        )

    assert not found(rule)


# ------------------------------------------------------------------------------------- markup

SHOWING = {"Static", "Label", "Button", "Toast", "Tooltip"}
MARKUP = {"from_markup", "to_content", "render_markup"}
FRAMES = {"border_title", "border_subtitle", "tooltip", "placeholder"}
"""Attributes of a widget that Textual reads as markup when a string is assigned to them."""


@functools.cache
def text_makers() -> frozenset[str]:
    """The names of the app's own functions that return a string."""
    return frozenset(
        node.name
        for _, tree in sources("ui")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "str"
    )


def _is_text(node: ast.expr) -> bool:
    """Whether an expression is plainly a string that holds more than the program's own words."""
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and "[" in node.value
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right) or _is_string(node.left) or _is_string(node.right)
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) or _is_text(node.orelse)
    if isinstance(node, ast.Name):
        return node.id != "content"
    if isinstance(node, ast.Attribute | ast.Subscript):
        return True
    if called(node) == "join" and called(node.func.value) == "Content":  # type: ignore[attr-defined]
        return False
    made = {"join", "format", "str", "clean", "clean_line", "replace", "strip"} | text_makers()
    return called(node) in made


def _is_string(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def reads_markup(node: ast.AST) -> bool:
    """Whether a call shows a text as markup: a string given where Content, or ``markup=False``, belongs."""
    if isinstance(node, ast.Assign):
        framed = any(isinstance(place, ast.Attribute) and place.attr in FRAMES for place in node.targets)
        return framed and (_is_string(node.value) or _is_text(node.value))
    name = called(node)
    if name in MARKUP:
        return True
    updates = name == "update" and isinstance(node.func, ast.Attribute)  # type: ignore[attr-defined]
    shows = name in SHOWING or name == "notify" or updates or (name == "Option" and len(node.args) == 1)  # type: ignore[attr-defined]
    if not shows or keyword(node, "markup") is False or not node.args:  # type: ignore[attr-defined]
        return False
    return name == "notify" or _is_text(node.args[0])  # type: ignore[attr-defined]


def test_data_is_never_read_as_markup() -> None:
    assert not found(reads_markup, "ui")


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ('Static(f"{title}")', True),
        ("Static(lesson.title)", True),
        ('Label("a " + name)', True),
        ("Static(title)", True),
        ("Static(titles[0])", True),
        ("Static(status_words(lesson))", True),
        ("widget.border_title = title", True),
        ("widget.border_title = Content(title)", False),
        ('widget.update(clean(text))', True),
        ("self.notify(text)", True),
        ('Content.from_markup("[b]x")', True),
        ("Static(Content(lesson.title))", False),
        ("Static(lesson.title, markup=False)", False),
        ("self.notify(text, markup=False)", False),
        ('widget.update("Looking up what is due ...")', False),
        ("Option(row(lesson), id=lesson.id)", False),
    ],
)  # fmt: skip
def test_the_rule_on_markup_sees_what_it_should(code: str, wrong: bool) -> None:
    assert any(reads_markup(node) for node in ast.walk(ast.parse(code))) is wrong
