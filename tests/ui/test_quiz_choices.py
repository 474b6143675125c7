"""Questions that are answered by choosing: one, several, true or false."""

from __future__ import annotations

from tests.ui.pack import MULTIPLE, SINGLE, TRUEFALSE
from tests.ui.quizzes import asking, letters
from tests.ui.seen import pressed, shown
from tutor.progress.store import Store
from tutor.ui.services import Services
from tutor.ui.widgets.page import ReadView


async def test_single_choice_right(services: Services, store: Store) -> None:
    async with (app := asking(services, SINGLE)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "[not markup] [/]" in shown(app)
        text = await pressed(pilot, *letters(app, [0]))
        assert "✓ Right" in text
        assert "Your answer. Both inputs are needed." in text
        assert "Why: Only 1 + 1" in text
        assert "1 of 1 right at the first try." in await pressed(pilot, "enter")
    services.writer.flush()
    assert store.summary().answers == 1


async def test_a_missed_question_comes_again_and_stands_in_the_summary(
    services: Services, store: Store
) -> None:
    async with (app := asking(services, SINGLE)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = await pressed(pilot, *letters(app, [1]))
        assert "✗ Not right" in text
        assert "Your answer, not right. One input gives -0.5" in text
        assert "The answer. Both inputs" in text
        assert "↻ Again" in await pressed(pilot, "enter")
        text = await pressed(pilot, *letters(app, [0]), "enter")
        assert "0 of 1 right at the first try." in text
        assert "✗ OR (not right): One input gives -0.5" in text, "what was chosen, and why it is not right"
        assert "→ The second page" in text
        await pilot.press("1")
        await pilot.pause()
        assert app.screen.query_one(ReadView).sheet.id == "second"
        assert "Question 1 of 1" in await pressed(pilot, "q", "enter"), "enter begins anew"
    services.writer.flush()
    assert (store.summary().answers, store.summary().answers_right) == (2, 1)


async def test_arrows_and_enter_answer_too(services: Services) -> None:
    async with (app := asking(services, TRUEFALSE)).run_test() as pilot:
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "✓ Right" in shown(app)
        assert "It goes round for ever on XOR." in shown(app)


async def test_multiple_choice_needs_all_and_no_other(services: Services) -> None:
    async with (app := asking(services, MULTIPLE)).run_test() as pilot:
        assert "Nothing is marked yet" in await pressed(pilot, "enter")
        await pilot.press(*letters(app, [0, 1, 2]))
        await pilot.press(*letters(app, [2]))  # taken back
        assert "✓ Right" in await pressed(pilot, "enter")


async def test_space_marks_at_the_cursor(services: Services) -> None:
    async with asking(services, MULTIPLE).run_test() as pilot:
        text = await pressed(pilot, "space", "down", "space", "down", "space", "enter")
        assert "✗ Partly right" in text
        assert "Your answer, not right. No line separates" in text


async def test_a_long_answer_can_be_scrolled_and_says_so(services: Services) -> None:
    async with asking(services, MULTIPLE).run_test(size=(60, 16)) as pilot:
        assert "more below: space" in await pressed(pilot, "a", "b", "c", "enter")
        assert "Why: XOR" in await pressed(pilot, "space")
