"""The curves of chart questions as a file: ``charts.toml``."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tutor.content.model import FORMAT_VERSION
from tutor.content.questions import RecordedRun


def charts_text(runs: Sequence[RecordedRun]) -> str:
    """The text of ``charts.toml`` with these runs."""
    head = f"format_version = {FORMAT_VERSION}\n\n# Written by dltutor check --record: not to be edited.\n"
    return head + "".join(_run_text(run) for run in runs)


def _run_text(run: RecordedRun) -> str:
    # TOML writes such texts and lists of numbers as JSON does.
    curves = "".join(
        f"  {{ name = {json.dumps(one.name)}, x = {one.x}, y = {one.y} }},\n" for one in run.curves
    )
    question = json.dumps(run.question, ensure_ascii=False)
    return f"\n[[chart]]\nquestion = {question}\noption = {run.option}\ncurves = [\n{curves}]\n"
