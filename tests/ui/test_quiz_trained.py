"""Questions that a training process answers, or has drawn: traces, predictions, charts."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.core import CoreWorker
from tests.ui.pack import CHART, PREDICT, TRACE, TRUEFALSE
from tests.ui.quizzes import asking, letters, with_xor
from tests.ui.seen import settle, shown
from tutor.progress.store import Store
from tutor.ui.services import Services
from tutor.ui.widgets.quiz import QuizView


async def test_a_trace_gets_its_numbers_from_the_core(services: Services) -> None:
    services = replace(services, examiner=CoreWorker())
    async with (app := asking(services, TRACE)).run_test(size=(80, 24)) as pilot:
        text = await settle(pilot, "› a number")
        session = app.screen.query_one(QuizView).session
        assert session.posed is not None
        assert "The unit (sigmoid): weights" in text
        typed = f"{session.posed.answer:.3f}"
        await pilot.press(*("minus" if sign == "-" else sign for sign in typed), "enter")
        await pilot.pause()
        text = shown(app)
        assert "✓ Right" in text
        assert "The unit's delta is" in text
        assert session.answers[0].given[0] == session.drawn


async def test_a_trace_without_a_training_process_is_left_out(services: Services) -> None:
    async with (app := asking(services, TRACE, TRUEFALSE)).run_test(size=(80, 24)) as pilot:
        text = await settle(pilot, "there is none")
        assert "! this question needs the training process" in text
        await pilot.press("enter")
        await pilot.pause()
        assert "Question 1 of 1" in shown(app)
        await pilot.press("b", "enter")
        await pilot.pause()
        assert "1 of 1 right at the first try." in shown(app)


async def test_a_prediction_is_trained_there_and_then(services: Services, store: Store) -> None:
    async with (app := with_xor(services, PREDICT)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*letters(app, [1]))
        text = " ".join((await settle(pilot, "The run: ")).split())
        assert "errors on the training examples" in text
        assert "after 300 epochs (300 steps)" in text
        assert "✓ Right" in text and "Your answer. It is on the plateau still." in text
    services.writer.flush()
    assert store.summary().answers == 1


async def test_a_prediction_can_be_called_back_while_it_trains(services: Services, store: Store) -> None:
    app = with_xor(services, PREDICT, epochs=5_000_000)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*letters(app, [0]))
        text = await settle(pilot, "of 5,000,000 epochs")
        assert "x Choose again" in text
        await pilot.press("x")
        await pilot.pause()
        text = shown(app)
        assert "Press the letter of what you expect" in text and "Training" not in text
        await pilot.press(*letters(app, [1]))
        await settle(pilot, "of 5,000,000 epochs")
    services.writer.flush()
    assert store.summary().answers == 0, "nothing was decided"


async def test_a_chart_is_drawn_and_each_setting_says_what_it_looks_like(services: Services) -> None:
    async with (app := asking(services, CHART, TRUEFALSE)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        session = app.screen.query_one(QuizView).session
        assert session.drawn is not None
        last = CHART.drawn[session.drawn][0].y[-1]
        text = shown(app)
        assert f"loss {last:g}" in text and "epoch" in text and "┤" in text
        assert "rate 50" in text, "chart and options fit a small screen"
        await pilot.press(*letters(app, [session.drawn]))
        await pilot.pause()
        assert "✓ Right" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "┤" not in shown(app), "the chart goes with its question"
