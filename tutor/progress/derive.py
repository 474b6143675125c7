"""From the rows of the database to the state of each lesson."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tutor.content.model import Lesson
from tutor.progress.state import FirstTry, LessonState, PastAnswer, PastRun, Summary


@dataclass
class _Rows:
    """What the database holds on one lesson, pages and questions that are gone from it included."""

    pages: set[str] = field(default_factory=set)
    runs: int = 0
    goals: set[str] = field(default_factory=set)
    predictions: list[int] = field(default_factory=list)
    latest: dict[str, int] = field(default_factory=dict)
    last_at: float | None = None

    def visited(self, at: float) -> None:
        self.last_at = at if self.last_at is None else max(at, self.last_at)


def lesson_states(connection: sqlite3.Connection, lessons: Iterable[Lesson]) -> dict[str, LessonState]:
    """The state of each of ``lessons``, by id and in their order. Raises sqlite3.Error."""
    by_lesson: dict[str, _Rows] = defaultdict(_Rows)
    for lesson, page, at in connection.execute("SELECT lesson, page, last_at FROM page_seen"):
        by_lesson[lesson].pages.add(page)
        by_lesson[lesson].visited(at)
    _read_runs(connection, by_lesson)
    _read_answers(connection, by_lesson)
    return {lesson.id: _state(connection, lesson, by_lesson[lesson.id]) for lesson in lessons}


def summary(connection: sqlite3.Connection) -> Summary:
    """Counts over the whole database. Raises sqlite3.Error."""
    answers, right, last_answer = connection.execute(
        "SELECT count(*), total(correct), max(at) FROM answer"
    ).fetchone()
    runs, predictions, predicted, last_run = connection.execute(
        "SELECT count(*), count(predicted_right), total(predicted_right), max(at) FROM run"
    ).fetchone()
    pages, last_page = connection.execute("SELECT count(*), max(last_at) FROM page_seen").fetchone()
    last = [at for at in (last_answer, last_run, last_page) if at is not None]
    return Summary(
        answers, int(right), runs, predictions, int(predicted), pages, _moment(max(last, default=None))
    )


def first_tries(connection: sqlite3.Connection, after: int, most: int) -> list[FirstTry]:
    """At most ``most`` first tries with an id beyond ``after``, as logged. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT id, at, lesson, question, kind, correct, seconds, sure, hints FROM answer"
        " WHERE first_try = 1 AND id > ? ORDER BY id LIMIT ?",
        (after, most),
    )
    return [
        FirstTry(id, at, lesson, question, kind, bool(correct), seconds, bool(sure), hints)
        for id, at, lesson, question, kind, correct, seconds, sure, hints in rows
    ]


def latest_quiz(connection: sqlite3.Connection, lesson: str) -> list[PastAnswer]:
    """The answers of the latest quiz within a lesson, as logged. Raises sqlite3.Error."""
    names = "session, lesson, question, kind, given, correct, score, seconds, first_try, sure, hints"
    rows = connection.execute(
        f"SELECT at, {names} FROM answer WHERE lesson = :lesson AND mode = 'lesson' AND session = "
        "(SELECT session FROM answer WHERE lesson = :lesson AND mode = 'lesson' ORDER BY id DESC LIMIT 1)"
        " ORDER BY id",
        {"lesson": lesson},
    )
    answers = []
    for at, *values in rows:
        fields = dict(zip(names.split(", "), values, strict=True))
        truths = {name: bool(fields[name]) for name in ("correct", "first_try", "sure")}
        answers.append(PastAnswer(at, fields | truths | {"given": json.loads(fields["given"])}))
    return answers


def first_tries_mark(connection: sqlite3.Connection, upto: int) -> tuple[int, float]:
    """Number and sum of times of the first tries up to the id ``upto``. Raises sqlite3.Error."""
    count, total = connection.execute(
        "SELECT count(*), total(at) FROM answer WHERE first_try = 1 AND id <= ?", (upto,)
    ).fetchone()
    return count, total


def past_runs(connection: sqlite3.Connection, lesson: str, most: int) -> list[PastRun]:
    """The newest ``most`` finished runs of a lesson, the newest first. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT result, predicted_right FROM run WHERE lesson = ? ORDER BY at DESC, id DESC LIMIT ?",
        (lesson, most),
    )
    return [past_run(json.loads(result), None if right is None else bool(right)) for result, right in rows]


def past_run(result: Mapping[str, Any], predicted_right: bool | None) -> PastRun:
    """A run in the few figures that a list of runs shows, from the fields of its ``report.Result``."""
    metrics = result["metrics"]
    return PastRun(
        experiment=result["experiment"],
        seed=result["seed"],
        knobs=result["knobs"],
        steps=result["steps"],
        goal_step=result["goal"].get("at_step"),
        loss=_finite(result["loss"].get("last")),
        accuracy=_finite(metrics.get("val_accuracy", metrics.get("accuracy"))),
        predicted_right=predicted_right,
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _read_runs(connection: sqlite3.Connection, by_lesson: dict[str, _Rows]) -> None:
    columns = "SELECT lesson, experiment, goal_reached, predicted_right, at FROM run"
    for lesson, experiment, goal_reached, predicted_right, at in connection.execute(columns):
        rows = by_lesson[lesson]
        rows.runs += 1
        if goal_reached:
            rows.goals.add(experiment)
        if predicted_right is not None:
            rows.predictions.append(predicted_right)
        rows.visited(at)


def _read_answers(connection: sqlite3.Connection, by_lesson: dict[str, _Rows]) -> None:
    # Grouped by the database: the log may hold tens of thousands of rows, and Home waits for this.
    latest = (
        "SELECT lesson, question, correct, at FROM answer"
        " WHERE id IN (SELECT max(id) FROM answer GROUP BY lesson, question)"
    )
    for lesson, question, correct, at in connection.execute(latest):
        by_lesson[lesson].latest[question] = correct
        by_lesson[lesson].visited(at)


def _most_right(connection: sqlite3.Connection, lesson: str, questions: Sequence[str]) -> int:
    """Most of ``questions`` that were right at the first try within one quiz."""
    marks = ", ".join("?" * len(questions))
    [(most,)] = connection.execute(
        "SELECT max(number) FROM (SELECT count(DISTINCT question) AS number FROM answer"
        f" WHERE lesson = ? AND correct AND first_try AND question IN ({marks}) GROUP BY session)",
        (lesson, *questions),
    )
    return most or 0


def _state(connection: sqlite3.Connection, lesson: Lesson, rows: _Rows) -> LessonState:
    questions = {question.id for question in lesson.questions}
    latest = {question: correct for question, correct in rows.latest.items() if question in questions}
    best = _most_right(connection, lesson.id, sorted(latest)) if latest else 0
    return LessonState(
        lesson=lesson.id,
        pages_total=len(lesson.pages),
        experiments_total=len(lesson.experiments),
        questions_total=len(questions),
        pages_seen=len(rows.pages & {page.id for page in lesson.pages}),
        runs=rows.runs,
        goals_reached=frozenset(rows.goals & {experiment.id for experiment in lesson.experiments}),
        predictions_made=len(rows.predictions),
        predictions_right=sum(rows.predictions),
        answered=len(latest),
        correct=sum(latest.values()),
        quiz_best=best / len(questions) if latest else None,
        last_at=_moment(rows.last_at),
    )


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
