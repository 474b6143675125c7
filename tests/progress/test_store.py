"""What is written is there when the file is opened again, and adds up to the right states."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.progress.samples import answered, lesson, result
from tutor.progress.state import LessonState, Note, Place
from tutor.progress.store import MAX_NOTE, Store

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "data" / "progress.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store.open(path, now=lambda: NOON)) as opened:
        assert not opened.in_memory
        assert opened.problem == ""
        yield opened


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def state(store: Store, **kind: int) -> LessonState:
    return store.lesson_states([lesson(**kind)])["xor"]


def test_file_and_directory_are_for_their_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        with closing(Store.open(path)) as store:
            store.mark_page("xor", "page-0")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_keeps_a_rollback_journal_and_syncs_fully(store: Store, path: Path) -> None:
    ask = store._connection.execute
    assert ask("PRAGMA journal_mode").fetchone() == ("delete",)
    assert ask("PRAGMA synchronous").fetchone() == (2,)
    assert ask("PRAGMA foreign_keys").fetchone() == (1,)
    store.mark_page("xor", "page-0")
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_an_answer_is_one_row_with_everything_in_it(store: Store, path: Path) -> None:
    store.record_answer(answered(3, correct=False, given=frozenset({2, 0}), sure=False, hints=2), "quiz")
    columns = "at, at_utc, session, lesson, question, kind, given, correct, score, seconds, mode, first_try"
    assert rows(path, f"SELECT {columns}, sure, hints FROM answer") == [
        (
            NOON.timestamp(),
            "2026-05-01T12:00:00.000+00:00",
            1.0,
            "xor",
            "question-3",
            "truefalse",
            "[0, 2]",
            0,
            0.0,
            2.5,
            "quiz",
            1,
            0,
            2,
        )
    ]


@pytest.mark.parametrize(
    ("given", "kept"), [(2, 2), (True, True), (0.5, 0.5), (frozenset(), []), ((2, 0, 1), [2, 0, 1])]
)
def test_every_kind_of_answer_is_kept(store: Store, path: Path, given: object, kept: object) -> None:
    store.record_answer(answered(given=given), "lesson")
    assert [json.loads(text) for (text,) in rows(path, "SELECT given FROM answer")] == [kept]


def test_times_of_another_zone_are_kept_in_utc(path: Path) -> None:
    tokyo = timezone(timedelta(hours=9))
    with closing(Store.open(path, now=lambda: NOON.astimezone(tokyo))) as store:
        store.record_answer(answered(), "lesson")
        assert state(store).last_at == NOON
    assert rows(path, "SELECT at_utc FROM answer") == [("2026-05-01T12:00:00.000+00:00",)]


def test_a_run_is_kept_as_strict_json(store: Store, path: Path) -> None:
    store.record_run(result(reached=True), prediction=1, outcome=1)
    [(text, reached)] = rows(path, "SELECT result, goal_reached FROM run")

    def refuse(name: str) -> None:
        pytest.fail(f"{name} is not JSON")

    kept = json.loads(str(text), parse_constant=refuse)
    assert kept["steps"] == 100
    assert kept["loss"] == {"first": 0.7, "last": None}
    assert reached == 1


@pytest.mark.parametrize(
    ("prediction", "outcome", "made", "right"),
    [(0, 0, 1, 1), (0, 1, 1, 0), (None, 1, 0, 0), (0, None, 0, 0), (None, None, 0, 0)],
)
def test_a_prediction_counts_only_when_there_was_one_and_something_came_true(
    store: Store, prediction: int | None, outcome: int | None, made: int, right: int
) -> None:
    store.record_run(result(), prediction, outcome)
    assert (state(store).predictions_made, state(store).predictions_right) == (made, right)


def test_the_place_is_one_row_and_survives(store: Store, path: Path) -> None:
    assert store.place is None
    store.set_place("xor", "read", "page-1")
    store.set_place("xor", "lab", page="experiment-0")
    with closing(Store.open(path)) as again:
        assert again.place == Place("xor", "lab", "experiment-0")


def test_named_texts_are_kept(store: Store) -> None:
    assert store.meta("theme", "dark") == "dark"
    store.set_meta("theme", "light")
    store.set_meta("theme", "mono")
    assert store.meta("theme") == "mono"


def test_a_page_seen_twice_is_one_page_seen_last_now(path: Path) -> None:
    moments = iter([NOON, NOON, NOON + timedelta(days=2)])
    with closing(Store.open(path, now=lambda: next(moments))) as store:
        store.mark_page("xor", "page-0")
        store.mark_page("xor", "page-0")
        assert state(store).pages_seen == 1
        assert state(store).last_at == NOON + timedelta(days=2)


def test_a_lesson_goes_from_new_to_done(store: Store) -> None:
    assert state(store) == LessonState("xor", pages_total=2, experiments_total=1, questions_total=5)
    assert state(store).status == "new"
    store.mark_page("xor", "page-0")
    assert (state(store).status, state(store).read) == ("reading", False)
    store.mark_page("xor", "page-1")
    assert (state(store).status, state(store).read) == ("reading", True)
    store.record_run(result(), None, None)
    assert state(store).status == "practised"
    for number in range(3):
        store.record_answer(answered(number), "lesson")
    assert state(store).status == "practised"
    store.record_answer(answered(3), "lesson")
    assert state(store).status == "done"
    store.record_answer(answered(3, correct=False), "quiz")
    assert state(store).status == "practised"


@pytest.mark.parametrize("missing", ["page", "run", "answers"])
def test_done_needs_pages_a_run_and_answers(store: Store, missing: str) -> None:
    store.mark_page("xor", "page-0")
    if missing != "page":
        store.mark_page("xor", "page-1")
    if missing != "run":
        store.record_run(result(), None, None)
    for number in range(3 if missing == "answers" else 4):
        store.record_answer(answered(number), "lesson")
    assert state(store).status == "practised"


def test_a_lesson_without_experiments_or_questions_is_done_when_it_is_read(store: Store) -> None:
    assert state(store, experiments=0, questions=0).status == "new"
    store.mark_page("xor", "page-0")
    store.mark_page("xor", "page-1")
    assert state(store, experiments=0, questions=0).status == "done"


def test_a_lesson_whose_questions_were_all_answered_counts_as_read(store: Store) -> None:
    for number in range(5):
        assert not state(store).read
        store.record_answer(answered(number, correct=False), "plain")
    assert state(store).read


def test_the_latest_answer_counts_and_the_best_quiz(store: Store) -> None:
    for number in range(5):
        store.record_answer(answered(number, correct=number < 4, session=1.0), "lesson")
    store.record_answer(answered(4, correct=True, session=1.0, first_try=False), "lesson")
    for number in range(5):
        store.record_answer(answered(number, correct=number < 2, session=2.0), "lesson")
    found = state(store)
    assert (found.answered, found.correct) == (5, 2)
    assert found.quiz_best == 4 / 5


def test_no_answer_is_no_score_and_only_wrong_ones_are_a_score_of_zero(store: Store) -> None:
    assert state(store).quiz_best is None
    store.record_answer(answered(correct=False), "lesson")
    assert state(store).quiz_best == 0


def test_what_is_gone_from_the_lesson_does_not_count(store: Store) -> None:
    store.mark_page("xor", "an-old-page")
    store.record_answer(answered("of-old"), "lesson")
    store.record_run(result(experiment="of-old", reached=True), None, None)
    found = state(store)
    assert (found.pages_seen, found.answered, found.correct, found.goals_reached) == (0, 0, 0, frozenset())


def test_goals_are_counted_by_experiment(store: Store) -> None:
    for reached in (False, True, True):
        store.record_run(result(reached=reached), None, None)
    assert state(store).runs == 3
    assert state(store).goals_reached == {"experiment-0"}


def test_states_come_for_all_lessons_in_their_order(store: Store) -> None:
    store.mark_page("b", "page-0")
    states = store.lesson_states([lesson("c"), lesson("b"), lesson("a")])
    assert list(states) == ["c", "b", "a"]
    assert [found.pages_seen for found in states.values()] == [0, 1, 0]


def test_a_reset_forgets_one_lesson_and_no_other(store: Store) -> None:
    for name in ("xor", "backprop"):
        store.record_answer(answered(lesson=name), "lesson")
        store.record_run(result(lesson=name), 0, 0)
        store.mark_page(name, "page-0")
        store.set_place(name, "read", "page-0")
    assert store.reset_lesson("xor") == 3
    states = store.lesson_states([lesson("xor"), lesson("backprop")])
    assert states["xor"].status == "new"
    assert (states["backprop"].runs, states["backprop"].answered, states["backprop"].pages_seen) == (1, 1, 1)
    assert store.place == Place("backprop", "read", "page-0")
    assert store.reset_lesson("backprop") == 4
    assert store.place is None


def test_the_summary_counts_everything(store: Store) -> None:
    assert store.summary().last_at is None
    store.record_answer(answered(), "lesson")
    store.record_answer(answered(correct=False), "quiz")
    store.record_run(result(), 0, 1)
    store.mark_page("gone", "page-0")
    summary = store.summary()
    assert (summary.answers, summary.answers_right, summary.pages_seen) == (2, 1, 1)
    assert (summary.runs, summary.predictions_made, summary.predictions_right) == (1, 1, 0)
    assert summary.last_at == NOON


def test_a_row_that_contradicts_the_schema_is_refused_whole(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store._insert("answer", at=0.0)
    store.mark_page("xor", "page-0")
    assert store.summary().answers == 0


def test_a_note_is_kept_replaced_and_dropped(store: Store, path: Path) -> None:
    store.write_note("xor", "first\n\tsecond 🙂")
    store.write_note("and", "other")
    with closing(Store.open(path)) as again:
        assert again.notes()["xor"] == Note("first\n\tsecond 🙂", NOON)
    store.write_note("xor", "shorter")
    assert {lesson: note.text for lesson, note in store.notes().items()} == {"xor": "shorter", "and": "other"}
    store.write_note("xor", " \n ")
    assert list(store.notes()) == ["and"]


def test_a_note_survives_a_reset(store: Store) -> None:
    store.mark_page("xor", "page-0")
    store.write_note("xor", "mine")
    assert store.reset_lesson("xor") == 1
    assert store.notes()["xor"].text == "mine"


def test_a_note_steers_no_terminal_and_is_cut_between_characters(store: Store) -> None:
    store.write_note("xor", "a\x1b[2Jb\u202e")
    assert store.notes()["xor"].text == "a[2Jb"
    store.write_note("xor", "x" + "é" * MAX_NOTE)
    assert store.notes()["xor"].text == "x" + "é" * (MAX_NOTE // 2 - 1)


def test_what_another_program_wrote_into_the_file_steers_no_terminal(path: Path) -> None:
    with closing(Store.open(path)) as store:
        store.write_note("xor", "a")
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE note SET text = ?", ("a\x1b[2Jb\x9b31m\u202ec",))
    with closing(Store.open(path)) as store:
        assert store.notes()["xor"].text == "a[2Jb31mc"


def test_the_finished_runs_of_a_lesson_are_listed_with_the_newest_first(store: Store) -> None:
    store.record_run(result(), None, 0)
    diverged = replace(result(reached=True), seed=3, loss={"first": 0.7, "last": float("nan")})
    store.record_run(diverged, 1, 1)
    store.record_run(result("other"), None, None)
    newest, oldest = store.runs("xor")
    assert (newest.seed, newest.loss, newest.predicted_right) == (3, None, True), "not finite: not a number"
    assert (oldest.goal_step, oldest.predicted_right) == (None, None), "not reached, nothing predicted"
    assert oldest.knobs == result().knobs and oldest.experiment == "experiment-0"
    assert [run.seed for run in store.runs("xor", most=1)] == [3]
    assert store.runs("never opened") == []
