"""Where an exam's report is written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tutor import paths
from tutor.quiz.exam_report import ExamReport
from tutor.quiz.exam_text import to_json, to_markdown


def save_report(report: ExamReport, markdown: Path | None = None, json: Path | None = None) -> list[Path]:
    """Write the report as Markdown and JSON, and return where: the user's ``reports`` unless a path is given.

    Raises OSError, also for a file that is there already.
    """
    stem = f"exam-{report.ended_at.astimezone():%Y-%m-%d-%H%M%S}"
    texts = ((markdown, ".md", to_markdown(report)), (json, ".json", to_json(report)))
    return [
        _write(path, text, 0o666) if path else _write(_folder() / f"{stem}{suffix}", text, 0o600)
        for path, suffix, text in texts
    ]


def _folder() -> Path:
    return paths.private_directory(paths.data_dir() / "reports")


def _write(path: Path, text: str, mode: int) -> Path:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, mode), "w", encoding="utf-8") as file:
        file.write(text)
    return path


def where_words(written: Sequence[Path]) -> str:
    """A sentence that says where the Markdown and the JSON are."""
    markdown, json = written
    beside = f"{json.name} beside it" if json.parent == markdown.parent else json
    return f"The report is {markdown}, and {beside}."
