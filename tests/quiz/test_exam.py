"""The exam without a screen: time, order, answers that change, and what the report makes of them."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.quiz.samples import multiple, numeric, questions, right_answer, single, truefalse, wrong_answer
from tests.ui.pack import MULTIPLE, NUMERIC, ORDERING, PACK, QUESTIONS, SINGLE, TRACE, TRUEFALSE, lesson
from tutor.content.questions import Question
from tutor.quiz.exam import Exam, draw, minutes_for
from tutor.quiz.exam_files import save_report, where_words
from tutor.quiz.exam_report import Tally, report_on
from tutor.quiz.exam_text import clock, headline, report_lines, to_json, to_markdown
from tutor.quiz.grading import grade
from tutor.quiz.solution import answer_words
from tutor.quiz.solution import right_answer as solution
from tutor.quiz.wrap import WIDTH

ENDED = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


class Clock:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def exam(
    *asked: Question, seconds: float = 600, now: Clock | None = None, lesson: str = "perceptron"
) -> Exam:
    return Exam([(lesson, question) for question in asked], seconds, random.Random(3), now or Clock())


def test_an_answer_is_logged_with_its_time_and_may_change() -> None:
    now = Clock()
    sitting = exam(SINGLE, TRUEFALSE, now=now)
    now.at += 7
    first = sitting.answer(1)
    assert first is not None
    assert (first.given, first.correct, first.seconds, first.first_try) == (1, False, 7, True)
    sitting.go_to(1)
    now.at += 2
    sitting.go_to(0)
    now.at += 3
    second = sitting.answer(0)
    assert second is not None
    assert (second.correct, second.seconds, second.first_try, second.session) == (True, 3, False, 1000)
    assert sitting.answers == {0: second}


def test_what_is_left_out_comes_round_again() -> None:
    sitting = exam(*QUESTIONS)
    assert sitting.open_questions == [1, 2, 3, 4, 0]
    sitting.go_to(2)
    sitting.answer(False)
    assert sitting.open_questions == [3, 4, 0, 1]


def test_the_clock_counts_down_and_ends_it() -> None:
    now = Clock()
    sitting = exam(SINGLE, TRUEFALSE, seconds=60, now=now)
    now.at += 59.5
    assert (sitting.left, sitting.over) == (0.5, False)
    assert sitting.answer(0) is not None
    now.at += 0.5
    assert sitting.over
    assert (sitting.ending, sitting.left, sitting.used) == ("time up", 0, 60)
    assert sitting.answer(1) is None, "too late"
    assert len(sitting.answers) == 1


def test_an_answer_after_the_last_second_ends_it_without_being_asked() -> None:
    now = Clock()
    sitting = exam(SINGLE, seconds=60, now=now)
    now.at += 3600
    assert sitting.answer(0) is None
    assert (sitting.answers, sitting.ending) == ({}, "time up")


def test_handing_in_stops_the_clock() -> None:
    now = Clock()
    sitting = exam(SINGLE, now=now)
    now.at += 25
    sitting.hand_in()
    now.at += 9999
    assert (sitting.ending, sitting.used, sitting.over) == ("handed in", 25, True)
    sitting.hand_in()
    assert sitting.answer(0) is None


def test_a_clock_that_is_set_back_gives_no_time() -> None:
    now = Clock()
    sitting = exam(SINGLE, seconds=60, now=now)
    now.at -= 500
    assert sitting.left == 60


def test_what_cannot_be_an_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        exam(SINGLE).answer(9)


@settings(deadline=None)
@given(st.lists(questions, min_size=1, max_size=6), st.data())
def test_every_answer_is_logged_and_the_report_adds_up(asked: list[Question], data: st.DataObject) -> None:
    sitting = exam(*asked)
    logged = []
    for number in data.draw(st.lists(st.integers(0, len(asked) - 1), max_size=12)):
        sitting.go_to(number)
        answer = data.draw(st.sampled_from([right_answer, wrong_answer]))
        logged.append(sitting.answer(answer(sitting.current)))
    sitting.hand_in()
    assert all(logged)
    assert sum(answered.first_try for answered in logged if answered) == len(sitting.answers)
    report = report_on(sitting, PACK.lessons, ENDED)
    assert report.tally.asked == len(asked)
    assert report.tally.right + len(report.mistakes) == len(asked)
    assert report.tally.answered == len(sitting.answers)
    assert 0 <= report.tally.share <= 1
    assert sum(lesson.topic.tally.asked for lesson in report.lessons) == len(asked)


@settings(deadline=None)
@given(questions)
def test_the_solution_is_right_and_has_words(question: Question) -> None:
    assert grade(question, solution(question)).correct
    assert answer_words(question, wrong_answer(question)) != answer_words(question, solution(question))


def sat() -> Exam:
    """Two lessons: one right, one half right, one wrong, one left out."""
    asked = [("perceptron", SINGLE), ("perceptron", MULTIPLE), ("winter", SINGLE), ("perceptron", NUMERIC)]
    now = Clock()
    sitting = Exam(asked, 300, random.Random(0), now)
    for number, answer in ((0, 0), (1, frozenset({0})), (2, 1)):
        sitting.go_to(number)
        now.at += 20
        assert sitting.answer(answer) is not None
    sitting.hand_in()
    return sitting


def test_the_report_is_by_lesson_and_page() -> None:
    report = report_on(sat(), PACK.lessons, ENDED)
    assert report.tally == Tally(4, 3, 1, pytest.approx(5 / 3))
    topics = [lesson.topic for lesson in report.lessons]
    assert [(topic.id, topic.tally.asked, topic.tally.right) for topic in topics] == [
        ("perceptron", 3, 1),
        ("winter", 1, 0),
    ]
    pages = report.lessons[0].pages
    assert [(page.title, page.tally.asked, page.tally.answered) for page in pages] == [
        ("The first page", 1, 1),
        ("The second page", 2, 1),
    ]
    assert headline(report) == "1 of 4 right, 42 % of the points. 1 left out. 1:00 of 5:00 used. Handed in."


def test_mistakes_are_reviewed_and_what_was_left_out_is_answered() -> None:
    half, wrong, left_out = report_on(sat(), PACK.lessons, ENDED).mistakes
    assert (half.number, half.score, half.answered) == (2, pytest.approx(2 / 3), True)
    assert (wrong.lesson, wrong.question, wrong.remarks[0].line) == (
        "winter",
        SINGLE.id,
        "OR (not right): One input gives -0.5, which is a no.",
    )
    assert not left_out.answered
    assert [remark.line for remark in left_out.remarks] == [
        "-1 steps (the answer): Product first, then the bias."
    ]


def test_the_plain_report_fits_and_has_no_escapes() -> None:
    bad = replace_prompt(single(), "\x1b[2J Long " * 30)
    sitting = exam(bad, numeric(), multiple(), truefalse())
    sitting.answer(0)
    sitting.hand_in()
    lines = list(report_lines(report_on(sitting, PACK.lessons, ENDED)))
    assert max(map(len, lines)) <= WIDTH
    assert all(line.isprintable() for line in lines)
    assert "Not answered." in lines


def replace_prompt(question: Question, prompt: str) -> Question:
    return msgspec.structs.replace(question, prompt=prompt)


def test_markdown_shows_signs_as_they_are_and_keeps_code() -> None:
    sitting = exam(replace_prompt(single(), "What is `2*a` and 2*a | _b_ <x>?"))
    sitting.hand_in()
    text = to_markdown(report_on(sitting, PACK.lessons, ENDED))
    assert "What is `2*a` and 2\\*a \\| \\_b\\_ \\<x>?" in text
    assert text.startswith("# Exam, 2026-03-01 ")
    listed = exam(ORDERING)
    listed.hand_in()
    assert "- 1\\. Compute the sum (the answer): " in to_markdown(report_on(listed, PACK.lessons, ENDED))
    whole = to_markdown(report_on(sat(), PACK.lessons, ENDED))
    assert "| **The perceptron** | | 3 | 1 | 56 % |\n| | The first page | 1 | 0 | 67 % |\n" in whole
    assert whole.count("### Question") == 3


def test_json_holds_everything() -> None:
    report = report_on(sat(), PACK.lessons, ENDED)
    read = json.loads(to_json(report))
    assert read["ended_at"] == "2026-03-01T12:30:00Z"
    assert (read["ending"], read["used"], read["seconds"]) == ("handed in", 60, 300)
    assert read["tally"] == {"asked": 4, "answered": 3, "right": 1, "points": pytest.approx(5 / 3)}
    assert [mistake["question"] for mistake in read["mistakes"]] == ["linear", "gate", "sum"]
    assert read["mistakes"][0]["remarks"][0]["verdict"] == "missed"


def test_reports_are_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    report = report_on(sat(), PACK.lessons, ENDED)
    markdown, data = save_report(report)
    assert markdown.parent == data.parent == tmp_path / "data" / "reports"
    assert {path.stat().st_mode & 0o777 for path in (markdown, data)} == {0o600}
    assert {folder.stat().st_mode & 0o777 for folder in markdown.parents[:2]} == {0o700}
    assert markdown.read_text() == to_markdown(report)
    assert json.loads(data.read_text())["tally"]["asked"] == 4
    with pytest.raises(FileExistsError):
        save_report(report)
    later = replace(report, ended_at=datetime(2026, 3, 2, tzinfo=UTC))
    own = save_report(later, tmp_path / "mine.md", tmp_path / "mine.json")
    (tmp_path / "plain").touch()
    assert own[0].stat().st_mode == (tmp_path / "plain").stat().st_mode, "one that is to be handed on"
    assert where_words(own) == f"The report is {tmp_path}/mine.md, and mine.json beside it."
    apart = [tmp_path / "a.md", data]
    assert where_words(apart) == f"The report is {tmp_path}/a.md, and {data}."


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (59.9, "0:59"), (65, "1:05"), (3600, "1:00:00"), (3725, "1:02:05")]
)
def test_the_clock_in_words(seconds: float, words: str) -> None:
    assert clock(seconds) == words


def test_what_the_core_must_settle_first_is_left_out_and_others_take_its_place() -> None:
    lessons = [lesson(1, "perceptron", "The perceptron", [TRACE, SINGLE, TRACE, TRUEFALSE])]
    for seed in range(5):
        drawn = draw(lessons, random.Random(seed), 2)
        assert {question.id for _, question in drawn} == {SINGLE.id, TRUEFALSE.id}
    assert len(draw(lessons, random.Random(0), 1)) == 1


def test_a_minute_for_each_question() -> None:
    assert (minutes_for(0), minutes_for(1), minutes_for(20)) == (1, 1, 20)
