"""The confusion matrix: which class was taken for which."""

from __future__ import annotations

from tutor.charts.palette import BLUE, ORANGE, hexadecimal, mix
from tutor.charts.spans import Line, Span, fit
from tutor.report import Confusion
from tutor.text import cells

_DARK = (0x12, 0x12, 0x12)


def confusion_matrix(confusion: Confusion, width: int, height: int, *, colours: bool = True) -> list[Line]:
    """A row per true class, a column per answer; right answers on the diagonal, in brackets.

    Blue grounds are right answers, orange ones mistakes, the fuller the more; empty cells are dots. Where
    the matrix does not fit, the most frequent mistakes are told in words.
    """
    size = len(confusion.names)
    names = max((cells(name) for name in confusion.names), default=1)
    widest = max((len(str(count)) for row in confusion.counts for count in row), default=1)
    cell = max(widest, min(names, 4)) + 2
    if names + 7 + size * cell > width or size + 2 > height:
        return [[(fit(text, width), "", "")] for text in confusion_words(confusion, height)]
    peak = max((max(row) for row in confusion.counts), default=1) or 1
    head = " " * (names + 6) + "".join(fit(name, cell - 1, "right") + " " for name in confusion.names)
    lines: list[Line] = [[(" " * (names + 6) + "answer", "", "")], [(head, "", "")]]
    for index, (name, row) in enumerate(zip(confusion.names, confusion.counts, strict=True)):
        word = "truth " if index == 0 else " " * 6
        line: Line = [(word + fit(name, names), "", "")]
        line += [
            _cell(count, peak, cell, right=place == index, colours=colours) for place, count in enumerate(row)
        ]
        lines.append(line)
    return lines


def confusion_words(confusion: Confusion, rows: int) -> list[str]:
    """How many were right, and the most frequent mistakes, a line each."""
    total = sum(map(sum, confusion.counts))
    right = sum(confusion.counts[index][index] for index in range(len(confusion.names)))
    mistakes = sorted(
        (
            (count, truth, answer)
            for truth, row in enumerate(confusion.counts)
            for answer, count in enumerate(row)
            if count and truth != answer
        ),
        reverse=True,
    )
    names = confusion.names
    lines = [f"{right:,} of {total:,} right; the rest, truth -> answer:"]
    lines += [f"  {names[truth]} -> {names[answer]}: {count:,}" for count, truth, answer in mistakes]
    return lines[: max(rows, 1)]


def _cell(count: int, peak: int, width: int, *, right: bool, colours: bool) -> Span:
    text = str(count) if count else "·"
    text = f"[{text}]" if right else f"{text} "
    if not colours or not count:
        return text.rjust(width), "", ""
    share = 0.25 + 0.5 * (count / peak) ** 0.5
    return text.rjust(width), "", hexadecimal(mix(_DARK, BLUE if right else ORANGE, share))
