"""The body of a page, laid out in lines: one renderer for the screen, for plain output and for the checker.

Understood are paragraphs, lists, ``*emphasis*``, ``**strong**``, ```` `code` ````, fenced code, tables,
quotes, ``[[a key term]]``, ``[Ros58]`` (a source's key) and fences marked ``formula``. Everything else is
shown as it was written, and is a :class:`Problem` for the checker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from tutor.content.formula import Formula
from tutor.content.wrap import BREAK, PageLine, Role, Span, width_of, wrap
from tutor.text import cells, clean

__all__ = ["PAGE_LINES", "PAGE_WIDTH", "PageLayout", "PageLine", "Problem", "Role", "Span", "layout", "read"]

PAGE_WIDTH = 76
PAGE_LINES = 18
"""What an 80x24 terminal shows of a page beside title, key line and margins."""

CITATION = re.compile(r"\[([A-Z][A-Za-z]*[0-9]{2,4}[a-z]?)\](?!\()")
TERM = re.compile(r"\[\[([^\[\]\n]+)\]\]")

_MIN_WIDTH = 8
_INDENT = 2
_ROLES: dict[str, Role] = {"strong": "strong", "em": "emphasis", "th": "strong"}
_NAMES = {
    "heading": "headings inside a page", "hr": "rules", "html_block": "HTML", "html_inline": "HTML",
    "image": "images", "link": "links", "code_block": "code by indentation (fence it with ```)",
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """Something that a page must not hold. ``line`` counts from 0 at the first line of the body."""

    line: int
    message: str


@dataclass
class PageLayout:
    """A page's lines, and what was noticed while they were made."""

    lines: list[PageLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    terms: list[tuple[str, int]] = field(default_factory=list)
    """Each ``[[term]]`` with its line in the body, from 0."""
    citations: list[tuple[str, int]] = field(default_factory=list)
    """Each ``[Key]`` with its line in the body, from 0."""


def layout(body: str, width: int = PAGE_WIDTH) -> list[PageLine]:
    """Lay out a page's Markdown in lines of at most ``width`` cells; code and tables are never wrapped."""
    return read(body, width).lines


def read(body: str, width: int = PAGE_WIDTH) -> PageLayout:
    """Lay out a page, and note its terms, citations and whatever it must not hold."""
    renderer = _Renderer(clean(body))
    renderer.result.lines = renderer.blocks(renderer.root.children, width)
    return renderer.result


class _Renderer:
    """Turns one page's syntax tree into lines; each method takes a node and the width it may fill."""

    def __init__(self, body: str) -> None:
        self.source = body.split("\n")
        self.root = SyntaxTreeNode(_markdown().parse(body))
        self.result = PageLayout()
        self.block_line = 0

    def blocks(self, nodes: Sequence[SyntaxTreeNode], width: int, base: Role = "text") -> list[PageLine]:
        """Blocks below each other, an empty line between them except inside a tight list."""
        lines: list[PageLine] = []
        for node in nodes:
            if node.map:
                self.block_line = node.map[0]
            tight = node.type == "paragraph" and node.hidden
            follows_tight = bool(lines) and nodes[0].type == "paragraph" and nodes[0].hidden
            if lines and not tight and not follows_tight:
                lines.append([])
            lines += self._block(node, max(width, _MIN_WIDTH), base)
        return lines

    def _block(self, node: SyntaxTreeNode, width: int, base: Role) -> list[PageLine]:
        match node.type:
            case "paragraph":
                return wrap(self._inline(node, base), width)
            case "bullet_list" | "ordered_list":
                return self._list(node, width, base)
            case "blockquote":
                inner = self.blocks(node.children, width - _INDENT, "quote")
                return [[Span("│ ", "quote"), *line] for line in inner]
            case "table":
                return self._table(node, width)
            case "fence" if node.info.strip() == "formula":
                return self._formula(node, width)
            case "fence":
                return self._code(node, width)
        self._refuse(node)
        first, last = node.map or (0, 0)
        written = [Span(line, base) for line in self.source[first:last]]
        return [line for span in written for line in wrap([span], width)]

    def _list(self, node: SyntaxTreeNode, width: int, base: Role) -> list[PageLine]:
        first = int(node.attrs.get("start", 1))
        inside = [child for item in node.children for child in item.children]
        loose = any(child.type == "paragraph" and not child.hidden for child in inside)
        ordered = node.type == "ordered_list"
        marks = [f"{first + index}. " if ordered else "• " for index in range(len(node.children))]
        indent = max(len(mark) for mark in marks)
        lines: list[PageLine] = []
        for mark, item in zip(marks, node.children, strict=True):
            if loose and lines:
                lines.append([])
            content = self.blocks(item.children, width - indent, base) or [[]]
            lines.append([Span(mark.rjust(indent), "bullet"), *content[0]])
            lines += [[Span(" " * indent, base), *line] if line else [] for line in content[1:]]
        return lines

    def _table(self, node: SyntaxTreeNode, width: int) -> list[PageLine]:
        nodes = [row.children for part in node.children for row in part.children]
        rows = [[self._cell(cell) for cell in row] for row in nodes]
        right = ["right" in str(cell.attrs.get("style", "")) for cell in nodes[0]]
        widths = [max(width_of(row[column]) for row in rows) for column in range(len(right))]
        total = sum(widths) + 2 * (len(widths) - 1)
        if total > width:
            self._problem(node, f"the table is {total} columns wide, and {width} fit")
        lines = [_table_row(row, widths, right) for row in rows]
        lines.insert(1, [Span("  ".join("─" * size for size in widths), "text")])
        return lines

    def _cell(self, node: SyntaxTreeNode) -> PageLine:
        lines = wrap(self._inline(node, _ROLES.get(node.type, "text")), 10_000)
        return lines[0] if lines else []

    def _code(self, node: SyntaxTreeNode, width: int) -> list[PageLine]:
        lines = node.content.expandtabs(4).rstrip("\n").split("\n")
        for number, line in enumerate(lines):
            if cells(line) > width:
                message = f"a line of code is {cells(line)} columns wide, and {width} fit"
                self._problem(node, message, number + 1)
        return [[Span(line, "code")] if line.strip() else [] for line in lines]

    def _formula(self, node: SyntaxTreeNode, width: int) -> list[PageLine]:
        formula = Formula.parse(node.content)
        for number, message in formula.problems():
            self._problem(node, message, number + 1)
        lines: list[PageLine] = []
        for number, text in formula.lines:
            line = [Span(" " * _INDENT + text, "formula")]
            if width_of(line) > width:
                message = f"the formula is {width_of(line)} columns wide, and {width} fit"
                self._problem(node, message, number + 1)
            lines.append(line)
        return lines + self._explanations(node, formula, width)

    def _explanations(self, node: SyntaxTreeNode, formula: Formula, width: int) -> list[PageLine]:
        """The symbols below each other, "where" before the first, their meanings with a hanging indent."""
        lines: list[PageLine] = []
        column = max((cells(entry.symbols) for entry in formula.where), default=0)
        head = " " * _INDENT + "where  "
        indent = len(head) + column + 2
        for entry in formula.where:
            self.block_line = (node.map or [0])[0] + entry.line + 1
            meaning = wrap(self._markup(entry.meaning), max(width - indent, _MIN_WIDTH)) or [[]]
            lead = head if not lines else " " * len(head)
            gap = " " * (column - cells(entry.symbols) + 2)
            lines.append([Span(lead, "text"), Span(entry.symbols, "formula"), Span(gap, "text"), *meaning[0]])
            lines += [[Span(" " * indent, "text"), *line] for line in meaning[1:]]
        return lines

    def _inline(self, node: SyntaxTreeNode, base: Role) -> Iterator[Span]:
        """The spans of a paragraph or cell, in order."""
        for child in node.children:
            match child.type:
                case "text":
                    yield Span(clean(child.content), base)
                case "code_inline":
                    yield Span(clean(child.content), "code")
                case "softbreak":
                    yield Span(" ", base)
                case "hardbreak":
                    yield BREAK
                case "term":
                    self.result.terms.append((child.content, self._line_of(child.markup)))
                    yield Span(clean(child.content), "term")
                case "cite":
                    self.result.citations.append((child.content, self._line_of(child.markup)))
                    yield Span(child.markup, "cite")
                case "inline" | "strong" | "em":
                    yield from self._inline(child, _ROLES.get(child.type, base))
                case _:
                    self._refuse(child)
                    yield Span(clean(child.content), base)
                    yield from self._inline(child, base)

    def _markup(self, text: str) -> list[Span]:
        return list(self._inline(SyntaxTreeNode(_markdown().parseInline(text)), "text"))

    def _line_of(self, text: str) -> int:
        """The line of ``text`` at or after the beginning of the present block."""
        for number in range(self.block_line, len(self.source)):
            if text in self.source[number]:
                return number
        return self.block_line

    def _refuse(self, node: SyntaxTreeNode) -> None:
        self._problem(node, f"{_NAMES.get(node.type, node.type)} cannot be shown on a page")

    def _problem(self, node: SyntaxTreeNode, message: str, offset: int = 0) -> None:
        first = node.map[0] if node.map else self.block_line
        self.result.problems.append(Problem(first + offset, message))


def _table_row(row: list[PageLine], widths: list[int], right: list[bool]) -> PageLine:
    line: PageLine = []
    for column, cell in enumerate(row):
        gap = " " * (widths[column] - width_of(cell))
        last = column == len(row) - 1
        line += [Span(gap, "text"), *cell] if right[column] else [*cell, Span("" if last else gap, "text")]
        if not last:
            line.append(Span("  ", "text"))
    return [span for span in line if span.text]


@cache
def _markdown() -> MarkdownIt:
    """CommonMark with tables, terms and citations; link definitions would swallow ``[Key]: text``."""
    markdown = MarkdownIt("commonmark").enable("table").disable("reference")
    markdown.inline.ruler.before("link", "term", _term_rule)
    markdown.inline.ruler.before("link", "cite", _cite_rule)
    return markdown


def _term_rule(state: StateInline, silent: bool) -> bool:
    return _bracket(state, silent, TERM, "term")


def _cite_rule(state: StateInline, silent: bool) -> bool:
    return _bracket(state, silent, CITATION, "cite")


def _bracket(state: StateInline, silent: bool, pattern: re.Pattern[str], kind: str) -> bool:
    match = pattern.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        token = state.push(kind, "", 0)
        token.content = match.group(1)
        token.markup = match.group(0)
    state.pos = match.end()
    return True
