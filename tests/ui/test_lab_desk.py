"""What the learner looks at and chooses, without a screen: tiles, arrows, formulas, branches."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip

from tests.ui.lab_details import inspection
from tests.ui.lab_fakes import FakeWorker, experiment
from tests.ui.test_lab_controller import Lab
from tests.ui.test_lab_panels import REPORTS
from tutor.report import Lottery
from tutor.ui.lab import branches, formulas, layout
from tutor.ui.lab.board import Board, Tile
from tutor.ui.lab.cursor import Cursor, Field
from tutor.ui.lab.desk import Desk
from tutor.ui.lab.drawing import strips_of_text
from tutor.ui.lab.layout import KNOBS, Place
from tutor.ui.lab.scene import Look
from tutor.worker import protocol


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("size", [(60, 9), (80, 16), (100, 16), (140, 33), (200, 50), (300, 80)])
def test_tiles_fill_the_board_and_never_overlap(size: tuple[int, int], name: str) -> None:
    desk = Desk(Look(), [experiment()])
    for large in range(9):
        desk.large = large
        taken: set[tuple[int, int]] = set()
        places = desk.places(REPORTS[name], *size, 4)
        assert KNOBS in [place.number for place in places]
        for place in places:
            cells = {(x, y) for x in range(place.x, place.x + place.width)
                     for y in range(place.y, place.y + place.height)}  # fmt: skip
            assert not cells & taken and cells
            taken |= cells
        assert max(x for x, _ in taken) == size[0] - 1 and max(y for _, y in taken) == size[1] - 1


def test_a_larger_screen_shows_more_panels_and_those_that_suit_the_run() -> None:
    counts = [
        len(layout.overview([1, 4, 2, 5, 3, 6, 8], *size, 4)) - 1
        for size in ((60, 9), (80, 16), (140, 33), (200, 50))
    ]
    assert counts == [1, 3, 5, 7]
    assert layout.order(REPORTS["gates"]) == [1, 4, 5, 8], "layers and gradients are nothing to a perceptron"
    assert layout.order(REPORTS["table"])[:2] == [1, 2], "no picture"


def test_up_and_down_choose_what_and_left_and_right_change_it() -> None:
    cursor = Cursor()
    fields = [Field("layer", ["a", "b"]), Field("unit", range(1, 4))]
    assert cursor.move(fields, 1, 0) == "" and cursor.choices == {"layer": "b"}
    assert cursor.move(fields, 1, 0) == "This is the last layer."
    assert cursor.move(fields, 0, 1) == "" and cursor.current(fields) == 1
    assert cursor.move(fields, -1, 0) == "This is the first unit."
    assert cursor.move(fields, 1, 0) == "" and cursor.choices == {"layer": "b", "unit": 2}
    assert "nothing to choose" in cursor.move([Field("layer", [])], 1, 0)
    one = [Field("run", range(1, 3))]
    assert cursor.move(one, 0, 1) == "" and cursor.choices["run"] == 2, "a single field takes all arrows"


def test_a_choice_stays_where_its_value_is() -> None:
    epochs = Field("epoch", [0.0, 10.0, 20.0], first=-1)
    assert epochs.place(None) == 2, "the newest, until one is chosen"
    assert epochs.place(12.0) == 1, "the nearest, when moments have been thinned out"
    assert Field("layer", ["a", "b"]).place("gone") == 0


def test_the_arrows_go_round() -> None:
    desk = Desk(Look(), [experiment()])
    places = desk.places(REPORTS["xor"], 80, 16, 2)
    seen = []
    for _ in range(4):
        desk.next_arrows(places)
        seen.append(desk.arrows)
    assert seen == [1, 4, 2, KNOBS]
    desk.enlarge(REPORTS["xor"], 7)
    assert (desk.large, desk.arrows) == (7, 7)
    desk.enlarge(REPORTS["xor"], 7)
    assert (desk.large, desk.arrows) == (0, KNOBS)
    for number in (2, 3, 5, 6, 7):
        desk.enlarge(REPORTS["gates"], number)
        assert (desk.large, desk.arrows) == (number, KNOBS), "a perceptron gives nothing to choose there"


def test_the_wish_names_layer_unit_and_example_by_their_place() -> None:
    desk = Desk(Look(), [experiment()])
    report = REPORTS["xor"]
    desk.enlarge(report, 3)
    desk.move(report, 1, 0)
    assert desk.wish(report, desk.places(report, 80, 16, 2)) == protocol.Pull(["pre_activations"], layer=1)
    desk.enlarge(REPORTS["xor"], 7)
    wish = desk.wish(report, desk.places(report, 80, 16, 2))
    assert wish == protocol.Pull(["inspection"], layer=1), "the layer chosen there is the layer chosen here"


def test_a_unit_is_explained_step_by_step() -> None:
    seen = inspection(protocol.Pull())
    assert formulas.explained(seen, "forward", 0)[0] == "z = 0.31·1 + -0.52·0 + 0.07 = 0.38"
    assert "a = tanh(z) = tanh(0.38) = 0.363" in formulas.explained(seen, "forward", 0)
    backward = formulas.explained(seen, "backward", 0)
    assert backward[1:3] == ["δ = f'(z) · (0.8·-0.25)", "  = 0.868 · -0.2 = -0.174"]
    assert backward[4] == "∂loss/∂w1 of this example = δ · x1 = -0.174·1 = -0.174"
    update = formulas.explained(seen, "update", 0)
    assert update[0] == "w1 ← w1 - η·g = 0.31 - 0.1·-0.174 = 0.327"
    assert "loss, the mean over the 4 examples of the minibatch = 0.124" in formulas.explained(
        seen, "loss", 0
    )


def test_where_the_loss_is_no_number_any_more_no_step_is_explained() -> None:
    seen = inspection(protocol.Pull())
    ended = replace(seen, loss=math.nan, new_weights=seen.weights, new_bias=seen.bias)
    assert formulas.update(ended, 0) == [
        "w1 stays 0.31: no step is made where the loss is ?, with g = -0.174",
        "b stays 0.07: no step is made where the loss is ?, with g = -0.174",
    ]


def test_the_last_layers_error_comes_from_the_loss() -> None:
    last = replace(inspection(protocol.Pull()), layer="dense_2", outgoing=[], next_deltas=[], units=1)
    squares = replace(last, output_gradient=-0.32, slope=0.868, delta=-0.278)
    assert formulas.backward(squares, 0)[1] == "δ = ∂loss/∂a · f'(z) = -0.32·0.868 = -0.278"
    entropy = replace(last, function="sigmoid", output_gradient=math.nan, a=0.6, examples=4, delta=-0.1)
    assert formulas.backward(entropy, 0)[0] == "δ = (a - wanted) / examples = (0.6 - 1) / 4 = -0.1"


def test_errors_that_come_back_otherwise_than_from_the_units_that_are_told() -> None:
    seen = replace(inspection(protocol.Pull()), output_gradient=-0.5, slope=0.8, delta=-0.4)
    assert formulas.backward(seen, 0)[2] == "  = 0.8 · -0.5 = -0.4"  # more next units than are told
    dropped = replace(seen, outgoing=[], next_deltas=[], target=[1.0, 0.0])
    assert formulas.backward(dropped, 0)[1] == "δ = ∂loss/∂a · f'(z) = -0.5·0.8 = -0.4"
    assert not any("this unit" in line for line in formulas.loss(dropped)), "it is not the last layer"


def test_what_an_optimizer_with_a_memory_does_is_not_passed_off_as_plain_descent() -> None:
    seen = replace(inspection(protocol.Pull()), optimizer="adam", new_weights=[0.211, -0.52])
    lines = formulas.explained(seen, "update", 0)
    assert lines[0] == "w1 ← 0.211, from 0.31 with g = -0.174, η = 0.1" and "adam" in lines[1]


def test_a_long_sum_shows_the_chosen_weight() -> None:
    seen = replace(inspection(protocol.Pull()), inputs=[1.0] * 64, weights=[0.5] * 63 + [0.25],
                   weight_gradients=[0.0] * 64, new_weights=[0.5] * 64, input_names=[])  # fmt: skip
    assert "0.25·1 + 61 more" in formulas.explained(seen, "forward", 63)[0]


# ------------------------------------------------------------------------- back, apart, and by lot


def test_going_back_pauses_and_the_way_on_is_said() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange(3)
    branches.scrub(lab.control, -1)
    assert lab.worker.sent(protocol.Pause) and lab.control.state == "paused"
    lab.exchange()
    assert branches.position(lab.control.report).startswith("◂ step 250 of 300; space goes on")
    branches.scrub(lab.control, 1)
    lab.exchange()
    branches.scrub(lab.control, 1)
    assert "newest step" in lab.control.notice
    lab.control.toggle()
    lab.exchange(8)
    assert len(lab.finished) == 1


def test_before_the_first_step_there_is_nothing_to_go_back_to_or_to_keep() -> None:
    lab = Lab()
    branches.scrub(lab.control, -1)
    assert "nothing to go back to" in lab.control.notice
    branches.keep(lab.control)
    assert "no curve to keep" in lab.control.notice
    branches.drop(lab.control)
    assert "No run is kept" in lab.control.notice
    assert not lab.worker.sent(protocol.Rewind) + lab.worker.sent(protocol.Fork)


def test_the_end_of_the_marks_is_said() -> None:
    lab = Lab(FakeWorker(steps_per_pull=20))
    lab.control.toggle()
    lab.exchange()
    for _ in range(4):
        branches.scrub(lab.control, -1)
        lab.exchange()
    assert lab.control.notice == "This is as far back as it goes."


def test_a_kept_run_is_named_by_what_was_turned() -> None:
    lab = Lab()
    lab.control.turn(1)
    lab.control.toggle()
    lab.exchange(2)
    branches.keep(lab.control)
    lab.exchange()
    assert lab.control.report is not None
    assert [kept.label for kept in lab.control.report.overlays] == ["learning rate 2.0"]
    branches.drop(lab.control)
    lab.exchange()
    assert lab.control.report.overlays == []


def test_a_run_that_goes_the_same_way_again_is_not_recorded_twice_but_a_changed_one_is() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange(8)
    branches.scrub(lab.control, -1)
    lab.exchange()
    lab.control.toggle()
    lab.exchange(8)
    assert len(lab.finished) == 1
    branches.scrub(lab.control, -1)
    lab.exchange()
    lab.control.turn(1)
    lab.control.toggle()
    lab.exchange(8)
    assert len(lab.finished) == 2


def test_lots_are_drawn_in_the_background_until_told_to_stop() -> None:
    lab = Lab()
    branches.draw_lots(lab.control)
    assert lab.worker.sent(protocol.DrawLots) == [protocol.DrawLots(100)]
    lab.exchange()
    pulls = len(lab.worker.sent(protocol.Pull))
    lab.exchange(2)
    assert len(lab.worker.sent(protocol.Pull)) == pulls + 2, "the run stands still, and the lots come in"
    branches.draw_lots(lab.control)
    assert lab.worker.sent(protocol.DrawLots)[-1] == protocol.DrawLots(0)


def test_lots_need_a_prediction_and_a_goal() -> None:
    lab = Lab(predicted=False)
    branches.draw_lots(lab.control)
    assert "prediction" in lab.control.notice and not lab.worker.sent(protocol.DrawLots)


def test_lots_are_told_with_their_interval_and_whether_the_goal_counts() -> None:
    lots = Lottery(100, 100, 73, 0.63, 0.81, 812.0, {}, 3.0)
    assert branches.lots(lots) == "73 of 100 seeds made it (95%: 63% to 81%), median step 812"
    assert branches.lots(replace(lots, done=40)).endswith("60 to go (o stops)")
    assert branches.lots(replace(lots, total=5, done=5, reached=4, needed=4, met=True)).endswith(
        "the goal counts"
    )
    assert "asks for 5 of 5" in branches.lots(replace(lots, total=5, done=5, reached=4, needed=5, met=False))
    never = replace(lots, reached=0, median_step=math.nan)
    assert "median" not in branches.lots(never)


# ------------------------------------------------------------------------- the board


class _Page(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.board = Board()

    def compose(self) -> ComposeResult:
        yield self.board


async def test_only_lines_that_changed_are_drawn_again() -> None:
    left, right = Place(1, 0, 0, 10, 3), Place(2, 11, 0, 10, 3)
    drawn: list[int] = []

    def tile(place: Place, *lines: str) -> Tile:
        def draw(width: int, height: int) -> list[Strip]:
            drawn.append(place.number)
            return strips_of_text(lines)

        return Tile(place, lines, draw)

    async with (app := _Page()).run_test(size=(21, 3)) as pilot:
        board = app.board
        board.show([tile(left, "a", "b"), tile(right, "x", "y", "z")])
        await pilot.pause()
        assert drawn == [1, 2]
        refreshed: list[Region] = []
        board.refresh = lambda *regions, **_: refreshed.extend(regions) or board  # type: ignore[func-returns-value, method-assign, misc]
        board.show([tile(left, "a", "B"), tile(right, "x", "y", "z")])
        assert drawn == [1, 2, 1], "the tile that is the same is not even drawn"
        assert refreshed == [Region(0, 1, 10, 1)]
        assert board.render_line(1).text == "B          y         "
