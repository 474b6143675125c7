"""The lab on the screen, played by keyboard against a training process that plays a made-up run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.ui import seen
from tests.ui.lab_fakes import FakeWorker, experiment, lesson
from tests.ui.seen import settle
from tutor.content.catalog import Catalog
from tutor.content.model import Lesson
from tutor.content.pack import Pack
from tutor.progress.state import PastRun
from tutor.progress.store import Store
from tutor.report import Result
from tutor.ui.app import TutorApp
from tutor.ui.attendance import Attendance
from tutor.ui.keys import keys_of
from tutor.ui.lab.view import LabView
from tutor.ui.messages import OpenLesson
from tutor.ui.services import Services
from tutor.ui.start import where_left
from tutor.ui.themes import CALM
from tutor.worker import protocol

Run = tuple[Result, int | None, int | None]


class Notebook:
    """Stands in for the writer and its store: keeps the runs that are recorded."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def submit(self, change: object) -> None:
        change(self)  # type: ignore[operator]

    def record_run(self, result: Result, prediction: int | None, outcome: int | None) -> None:
        self.runs.append((result, prediction, outcome))


class Shelf:
    """Stands in for the store: one run of an earlier sitting."""

    def runs(self, lesson: str) -> list[PastRun]:
        assert lesson == "backprop"
        return [PastRun("xor", 4, {"learning_rate": 2.0, "hidden_units": 2}, 900, 900, 0.012, 1.0, False)]


class Host(App[None]):
    """A lab and nothing else."""

    CSS = "#elsewhere { display: none; }"

    def __init__(self, worker: Any, chosen: Lesson | None = None, services: Services | None = None) -> None:
        super().__init__()
        self.worker = worker
        self.notebook = Notebook()
        fakes = SimpleNamespace(
            worker=worker,
            writer=self.notebook,
            store=Shelf(),
            colours=True,
            few_colours=False,
            slow=False,
            attendance=Attendance(),
        )
        self.lab = LabView(chosen or lesson(), services or cast(Services, fakes))

    def compose(self) -> ComposeResult:
        yield self.lab
        yield Static("elsewhere", id="elsewhere")

    def on_mount(self) -> None:
        self.register_theme(CALM)
        self.theme = CALM.name
        self.lab.focus()


async def test_a_whole_run_by_keyboard() -> None:
    app = Host(FakeWorker())
    async with app.run_test(size=(80, 22)) as pilot:
        shown = await settle(pilot, "READY")
        assert "Will they" in shown and "> a" in shown and "c  Never" in shown
        await pilot.press("space")
        await settle(pilot, "First answer the question")
        await pilot.press("down", "enter")
        shown = await settle(pilot, "You predict b. Press space")
        assert "1 Loss" in shown and "4 Boundary" in shown and "2 Layer health" in shown
        await pilot.press("space")
        await settle(pilot, "RUNNING")
        shown = await settle(pilot, "✓ Right.")
        assert "FINISHED" in shown and "You predicted" in shown and "What happened" in shown
        assert "The goal was reached at step 400" in shown
        assert "Goal reached in 1 of 1 seed" in shown
        assert [(run[0].steps, run[1], run[2]) for run in app.notebook.runs] == [(400, 1, 1)]
        await pilot.press("enter")
        shown = await settle(pilot, "Knobs")
        assert "What happened" not in shown and "]: next experiment" in shown
        await pilot.press("enter")
        await settle(pilot, "What happened")
        await pilot.press("1")
        shown = await settle(pilot, "Here ↑↓ choose what")
        assert "What happened" not in shown, "a large panel takes its place"
        await pilot.press("0")
        await pilot.press("n", "space")
        await settle(pilot, "seed 1")
        await settle(pilot, "Goal reached in 2 of 2 seeds")
        assert len(app.notebook.runs) == 2


async def test_keys_typed_ahead_are_for_the_run_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.ui.lab.view.TICK", 3600.0)  # they come before the first look
    worker = FakeWorker()
    async with Host(worker).run_test() as pilot:
        worker.die("")  # it is not up yet
        await pilot.press("b", "space")
        assert [type(command) for command in worker.commands] == [protocol.Load, protocol.Start]
        assert worker.alive


async def test_a_process_that_cannot_be_started_is_tried_again_with_w_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker, starts = FakeWorker(), []
    monkeypatch.setattr(worker, "start", lambda: starts.append("start"))
    worker.die("the training process could not be started (out of memory)")
    async with Host(worker).run_test(size=(80, 22)) as pilot:
        await settle(pilot, "LOST")
        await pilot.press("b", "space")
        assert len(starts) == 1 and not worker.commands
        await pilot.press("w", "space")
        await settle(pilot, "RUNNING")


async def test_each_report_is_drawn_and_nothing_else_is_pulled_for() -> None:
    app = Host(FakeWorker())
    async with app.run_test(size=(80, 22)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("a", "s")
        await settle(pilot, "step 1 ")
        await pilot.press("e")
        await settle(pilot, "step 2 ")
        await settle(pilot, "PAUSED")
        count = len(app.worker.sent(protocol.Pull))
        await pilot.pause(0.6)
        assert len(app.worker.sent(protocol.Pull)) == count


async def test_a_hidden_lab_trains_on_and_records_without_drawing() -> None:
    app = Host(FakeWorker(steps_per_pull=150))
    async with app.run_test(size=(80, 22)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("b", "space")
        await settle(pilot, "RUNNING")
        app.lab.display = False
        before = app.lab._board._drawn
        for _ in range(300):
            if app.notebook.runs:
                break
            await pilot.pause(0.02)
        assert len(app.notebook.runs) == 1
        assert app.lab._board._drawn is before
        app.lab.display = True
        await settle(pilot, "FINISHED")


async def test_a_dead_process_is_said_and_w_restarts_it() -> None:
    app = Host(FakeWorker(steps_per_pull=1))
    async with app.run_test(size=(80, 22)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("b", "space")
        await settle(pilot, "RUNNING")
        app.worker.die("the training process was killed (signal 9)")
        shown = await settle(pilot, "LOST")
        assert "The training process was killed (signal 9). Press w to restart it." in shown
        await pilot.press("space")
        await settle(pilot, "press w to restart")
        await pilot.press("w")
        await settle(pilot, "Trained again from its seed")
        await pilot.press("space")
        await settle(pilot, "RUNNING")


async def test_every_key_does_something_or_says_why_not() -> None:
    app = Host(FakeWorker(steps_per_pull=1))
    keys = "space s e x n up down left right 1 2 3 4 5 6 7 8 0 tab t g f p enter [ ] w a b c d , . < > k K o"
    names = {"[": "left_square_bracket", "]": "right_square_bracket", ",": "comma", ".": "full_stop",
             "<": "less_than_sign", ">": "greater_than_sign"}  # fmt: skip
    async with app.run_test(size=(80, 22)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("b")
        for key in keys.split():
            app.lab.controller.notice = ""
            app.lab._refresh_all()
            await pilot.pause()
            before = seen.shown(app)
            await pilot.press(names.get(key, key))
            assert seen.shown(app) != before, f"nothing happened at {key}"


async def test_panels_grow_and_turn_into_tables() -> None:
    app = Host(FakeWorker())
    async with app.run_test(size=(80, 22)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("b", "e")
        headings = ["1 Loss", "2 Layer health", "3 Activation", "4 Boundary", "5 Network", "6 Histograms",
                    "7 Number inspector", "8 Runs"]  # fmt: skip
        for heading in headings:
            await pilot.press(heading[0])
            shown = await settle(pilot, "▸" + heading)
            assert [one for one in headings if one in shown] == [heading]
            assert "> learning rate" in shown, "the knobs stay in sight"
        await pilot.press("8")
        shown = await settle(pilot, "▸Knobs")
        assert "1 Loss" in shown and "4 Boundary" in shown, "the same key again: the overview"
        await pilot.press("t")
        shown = await settle(pilot, "class  answer")
        assert "weights" in shown
        await pilot.press("t", "g")
        await settle(pilot, "1 Loss (log axis)")


async def test_why_there_is_no_report_yet_stays_on_the_screen_whatever_key_is_pressed() -> None:
    app = Host(FakeWorker())
    app.worker.poll = lambda: [protocol.Busy("Compiling the kernels (some 20 seconds) ...")]  # type: ignore[method-assign]
    async with app.run_test(size=(80, 22)) as pilot:
        await settle(pilot, "a  ")
        for key in ("b", "space", "5", "left", "0"):
            await pilot.press(key)
            await settle(pilot, "Compiling the kernels (some 20 seconds) ...")


async def test_only_what_is_on_the_screen_is_asked_for() -> None:
    app = Host(FakeWorker())
    async with app.run_test(size=(80, 22)) as pilot:
        await settle(pilot, "READY")
        assert app.lab.controller.link.wish == protocol.Pull(), "the question is up"
        await pilot.press("b")
        await settle(pilot, "2 Layer health")
        assert app.lab.controller.link.wish == protocol.Pull(["picture", "health"])
        await pilot.press("7", "right", "down", "down", "right")
        await settle(pilot, "unit ‹2›")
        assert app.lab.controller.link.wish == protocol.Pull(["inspection"], unit=1)
        await pilot.press("8")
        await settle(pilot, "8 Runs")
        assert app.lab.controller.link.wish == protocol.Pull()


async def test_the_arrows_go_from_the_knobs_to_a_panel_and_back() -> None:
    app = Host(FakeWorker())
    async with app.run_test(size=(80, 22)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("b", "5")
        await settle(pilot, "▸5 Network")
        await pilot.press("right")
        await settle(pilot, "layer ‹dense_1›")
        await pilot.press("2")
        await settle(pilot, "> dense_1")  # the layer chosen there is the layer chosen here
        await pilot.press("tab", "right")
        await settle(pilot, "‹2.0›")
        await pilot.press("0", "tab")
        await settle(pilot, "▸1 Loss")
        await pilot.press("tab", "tab", "tab")
        await settle(pilot, "▸Knobs")


async def test_a_long_comparison_leaves_room_for_the_panels() -> None:
    app = Host(FakeWorker())
    async with app.run_test(size=(80, 22)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("b", "space")
        shown = await settle(pilot, "What happened")
        assert "1 Loss" in shown and "4 Boundary" in shown and "learning rate" not in shown
        assert app.lab._board.size.height >= 8


async def test_while_the_question_is_up_the_key_bar_offers_no_training() -> None:
    app = Host(FakeWorker())
    async with app.run_test(size=(80, 22)) as pilot:
        await settle(pilot, "READY")
        offered = [key.does for key in keys_of(app.screen.active_bindings.values()) if key.shown]
        assert "Step" not in offered and "Predict" in offered
        await pilot.press("s")
        await settle(pilot, "First answer the question")
        await pilot.press("b")
        await settle(pilot, "You predict b")
        offered = [key.does for key in keys_of(app.screen.active_bindings.values()) if key.shown]
        assert "Step" in offered


async def test_going_back_keeping_and_drawing_lots_by_keyboard() -> None:
    app = Host(FakeWorker())
    async with app.run_test(size=(80, 22)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("b", "space")
        await settle(pilot, "FINISHED")
        await pilot.press("comma", "comma")
        await settle(pilot, "step 300 of 400; space goes on from here")
        await pilot.press("k")
        await settle(pilot, "kept: 1 seed 0")
        await pilot.press("o")
        await settle(pilot, "75 of 100 seeds made it (95%: 64% to 82%), median step 812")
        await pilot.press("space")
        await settle(pilot, "FINISHED")
        assert len(app.notebook.runs) == 1, "the same way again is no other run"
        await pilot.press("8")
        await settle(pilot, "2 finished, the newest first")


@pytest.mark.parametrize("size", [(60, 14), (80, 22), (110, 30)])
async def test_nothing_is_clipped_at_any_size(size: tuple[int, int]) -> None:
    experiments = experiment("digits"), experiment("gates", kind="perceptron")
    app = Host(FakeWorker(steps_per_pull=400), lesson(*experiments))
    async with app.run_test(size=size) as pilot:
        await settle(pilot, "Press the letter")
        for number in (1, 2):
            shown = seen.shown(app)
            assert "a  Yes, at every start" in shown and "c  Never" in shown
            await pilot.press("b")
            shown = await settle(pilot, "> learning rate")
            assert f"{number}/2 Learning" in shown and "> learning rate" in shown and "1 " in shown
            await pilot.press("space")
            shown = await settle(pilot, "Measured")
            assert "FINISHED" in shown and "wrong answers 0" in " ".join(shown.split())
            for widget in app.lab.query("*"):
                if widget.is_on_screen and widget.size.area:
                    assert app.lab.region.contains_region(widget.region), widget
            await pilot.press("right_square_bracket")
            await pilot.pause(0.2)


async def test_a_large_terminal_shows_five_panels() -> None:
    app = Host(FakeWorker())
    async with app.run_test(size=(140, 38)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("b", "e")
        shown = await settle(pilot, "2 Layer health")
        assert all(one in shown for one in ("1 Loss", "4 Boundary", "5 Network", "3 Activation"))


async def test_text_of_a_pack_cannot_steer_the_terminal() -> None:
    hostile = experiment("\x1b]52;c;Zm9v\x07[red]xor")
    app = Host(FakeWorker(), lesson(hostile))
    async with app.run_test(size=(80, 22)) as pilot:
        shown = await settle(pilot, "[red]xor")
        assert "\x1b" not in shown and "\x07" not in shown


async def test_the_lab_opens_at_the_experiment_where_it_was_left(services: Services, store: Store) -> None:
    pack = Pack("tests", "Tests", [lesson()])
    apart = replace(services, catalog=Catalog(pack), worker=FakeWorker())
    async with (app := TutorApp(apart, OpenLesson("backprop", "lab"))).run_test() as pilot:
        await pilot.press("right_square_bracket")
        await pilot.pause()
    services.writer.flush()
    app = TutorApp(apart, where_left(apart))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.screen.query_one(LabView).controller.experiment.id == "digits"


def test_the_style_sheet_lies_beside_the_view() -> None:
    assert Path(LabView.__module__.replace(".", "/")).with_name("lab.tcss").is_file()
