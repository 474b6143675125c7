"""An exam's report as lines for people, as Markdown and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from tutor.quiz.exam_report import ExamReport, LessonReport, Mistake, Tally
from tutor.quiz.wrap import wrap
from tutor.text import clean_line

_CODE_OR_SIGN = re.compile(r"(`+[^`]*`+)|([\\*_<|\[\]])")
_LIST_SIGN = re.compile(r"^(\d*)([.)#>+-])(?=\s)")
_ENDINGS = {"": "Not over yet.", "handed in": "Handed in.", "time up": "The time was up."}


def clock(seconds: float) -> str:
    """``seconds`` as 4:05 or 1:00:00."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def headline(report: ExamReport) -> str:
    """The result in a sentence or two."""
    tally = report.tally
    left_out = tally.asked - tally.answered
    missing = f" {left_out} left out." if left_out else ""
    used = f"{clock(report.used)} of {clock(report.seconds)} used."
    return f"{counted(tally)} of the points.{missing} {used} {_ENDINGS[report.ending]}"


def report_lines(report: ExamReport) -> Iterator[str]:
    """The whole report for a plain stream, at most ``wrap.WIDTH`` columns wide."""
    yield from wrap(headline(report))
    for lesson in report.lessons:
        yield ""
        yield from wrap(f"{clean_line(lesson.topic.title)}: {counted(lesson.topic.tally)}")
        for page in lesson.pages:
            yield from wrap(f"{clean_line(page.title)}: {counted(page.tally)}", first="- ", rest="  ")
    for mistake in report.mistakes:
        yield ""
        yield from mistake_lines(mistake)


def mistake_lines(mistake: Mistake) -> Iterator[str]:
    """One question that went wrong: what was asked, answered and right, and why."""
    yield from wrap(f"Question {mistake.number}: {mistake.prompt}")
    yield from wrap(verdict(mistake))
    for remark in mistake.remarks:
        yield from wrap(remark.line, first="- ", rest="  ")
    yield from wrap(mistake.explanation)
    yield from wrap(f"It is explained in {mistake.lesson}, on the page “{clean_line(mistake.page_title)}”.")


def to_markdown(report: ExamReport) -> str:
    """A document of its own, for a teacher or a folder."""
    lines = [f"# Exam, {report.ended_at.astimezone():%Y-%m-%d %H:%M}", "", _escaped(headline(report)), ""]
    lines += ["| lesson | page | asked | right | points |", "|---|---|--:|--:|--:|"]
    for lesson in report.lessons:
        lines += _rows(lesson)
    if report.mistakes:
        lines += ["", "## To look at again"]
    for mistake in report.mistakes:
        lines += ["", f"### Question {mistake.number}: {_escaped(mistake.page_title)} ({mistake.lesson})", ""]
        lines += [_escaped(mistake.prompt), "", _escaped(verdict(mistake)), ""]
        lines += [f"- {_escaped(remark.line)}" for remark in mistake.remarks]
        lines += ["", _escaped(mistake.explanation)]
    return "\n".join(lines) + "\n"


def to_json(report: ExamReport) -> str:
    """All that the report holds; ``ended_at`` in ISO 8601, times in seconds, up to one point a question."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


def _rows(lesson: LessonReport) -> Iterator[str]:
    yield f"| **{_escaped(lesson.topic.title)}** | | {_cells(lesson.topic.tally)} |"
    for page in lesson.pages:
        yield f"| | {_escaped(page.title)} | {_cells(page.tally)} |"


def _cells(tally: Tally) -> str:
    return f"{tally.asked} | {tally.right} | {_percent(tally)}"


def counted(tally: Tally) -> str:
    """How many were right, and the share of the points."""
    return f"{tally.right} of {tally.asked} right, {_percent(tally)}"


def _percent(tally: Tally) -> str:
    return f"{100 * tally.share:.0f} %"


def verdict(mistake: Mistake) -> str:
    """Whether there was an answer, and what it counts."""
    if not mistake.answered:
        return "Not answered."
    return f"Not right. It counts {100 * mistake.score:.0f} %." if mistake.score else "Not right."


def _escaped(text: str) -> str:
    """``text`` in a form that Markdown shows as it is; code keeps its marks."""
    shown = _CODE_OR_SIGN.sub(lambda match: match[1] or f"\\{match[2]}", clean_line(text))
    return _LIST_SIGN.sub(r"\1\\\2", shown)
