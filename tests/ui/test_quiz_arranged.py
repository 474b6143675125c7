"""Questions that are answered by arranging: an order, pairs."""

from __future__ import annotations

from tests.ui.pack import MATCHING, ORDERING
from tests.ui.quizzes import asking, letters
from tests.ui.seen import shown
from tutor.progress.store import Store
from tutor.ui.services import Services
from tutor.ui.widgets.quiz import QuizView


async def test_ordering_by_letters(services: Services) -> None:
    async with (app := asking(services, ORDERING)).run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "3 items have no place yet" in shown(app)
        wrong, *_ = letters(app, [2])
        await pilot.press(wrong, "backspace")
        await pilot.press(*letters(app, [0, 1]))  # the last one has only one place left
        await pilot.press("enter")
        await pilot.pause()
        assert "✓ Right" in shown(app)


async def test_ordering_by_moving(services: Services) -> None:
    async with (app := asking(services, ORDERING)).run_test() as pilot:
        await pilot.pause()
        order = list(app.screen.query_one(QuizView).session.shown_options)
        await pilot.press("shift+down")
        order[0], order[1] = order[1], order[0]
        await pilot.press("enter")
        await pilot.pause()
        given = app.screen.query_one(QuizView).session.answers[0].given
        assert given == tuple(order)


async def test_matching_by_letters(services: Services, store: Store) -> None:
    async with (app := asking(services, MATCHING)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        first, second, third = letters(app, [0, 1, 2])
        await pilot.press(second, "enter")
        await pilot.pause()
        text = shown(app)
        assert "! 2 rows have no letter yet" in text
        assert "McCulloch and Pitts → a unit that learns from mistakes" in text
        await pilot.press("up", first)  # replaces what the first row had
        await pilot.press(third, second, third, "enter")  # the third letter moves to the last row
        await pilot.pause()
        assert "! 1 row has no letter yet" in shown(app)
        await pilot.press(second, "enter")
        await pilot.pause()
        text = shown(app)
        assert "✓ Right" in text
        assert "Your answer. In 1957." in text
    services.writer.flush()
    assert store.summary().answers_right == 1


async def test_a_wrong_pair_says_where_it_belongs(services: Services) -> None:
    async with (app := asking(services, MATCHING)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        first, second, extra = letters(app, [0, 1, 3])
        await pilot.press(second, "backspace", second, "backspace", "up", first)
        await pilot.press(extra, second, "enter")
        await pilot.pause()
        text = shown(app)
        assert "✗ Partly right" in text
        assert "Rosenblatt → a unit without weights" in text
        assert "not right. Nobody did." in text
        assert "not right. That goes with: Rosenblatt." in text
