"""The panels: drawn from a report alone, every size, with and without colours, never clipped or blank."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import pytest
from msgspec.structs import replace
from textual.content import Content

from tests.ui.lab_details import FIT
from tests.ui.lab_fakes import FakeWorker, experiment
from tutor.progress.state import PastRun
from tutor.report import Descent, Maps, Overlay, Perceptron, Report, Series, Surface
from tutor.text import cells
from tutor.ui.lab import tables
from tutor.ui.lab.bench import Bench
from tutor.ui.lab.controller import Finished
from tutor.ui.lab.knobs import knob_strips
from tutor.ui.lab.layout import order
from tutor.ui.lab.panels import PANELS
from tutor.ui.lab.reveal import comparison
from tutor.ui.lab.scene import Look, Scene
from tutor.worker import protocol

PLAIN = Look()
ALL = protocol.Pull(["health", "pre_activations", "picture", "drawing", "inspection"])


def report_of(name: str, kind: str = "network", steps: int = 300) -> Report:
    """A report with every detail, as if all panels were on the screen."""
    worker = FakeWorker(steps_per_pull=steps)
    worker.send(protocol.Load("backprop", experiment(name, kind=kind), {}, 0))
    worker.send(protocol.Start())
    worker.send(ALL)
    (event,) = worker.poll()
    assert isinstance(event, protocol.Reported)
    return event.report


XOR, END = report_of("xor"), report_of("xor", steps=400)
BARE = replace(XOR, surface=None, points=None)
REPORTS = {
    "xor": XOR,
    "digits": report_of("digits"),
    "gates": report_of("gates", "perceptron"),
    "regression": replace(BARE, fit=FIT),
    "table": BARE,
    "boltzmann": replace(
        BARE,
        series=[
            Series(name, [0, 1, 2], [0.2, 0.1, 0.05])
            for name in ("reconstruction_error", "val_reconstruction_error", "free_energy_gap")
        ],
        reconstructions=Maps("visible", 8, 8, 8, bytes(range(256)) * 2, 0, 1),
    ),
    "machine": replace(BARE, perceptron=Perceptron([], 0.0, support_vectors=12, margin=0.5)),
    "valley": replace(
        BARE, descent=Descent(Surface(-1, 1, -1, 1, 2, 1, bytes([0, 255])), [0.9, 0], [0.9, 0])
    ),
    "no details yet": replace(XOR, health=None, pre_activations=None, drawing=None, inspection=None),
}


def diverged(report: Report) -> Report:
    """The same with numbers that are finite no more in the network and in the inspected unit."""
    assert report.drawing is not None and report.inspection is not None
    layers = [
        replace(layer, weights=[math.nan] * len(layer.weights), outputs=[math.inf] * len(layer.outputs))
        for layer in report.drawing.layers
    ]
    seen = report.inspection
    lost = [math.nan] * len(seen.weights)
    broken = replace(
        seen, z=-math.inf, a=math.nan, loss=math.inf, delta=math.nan, weight_gradients=lost, new_weights=lost
    )
    return replace(report, drawing=replace(report.drawing, layers=layers), inspection=broken)


REPORTS["diverged"] = diverged(XOR)
REPORTS["diverged digits"] = diverged(REPORTS["digits"])
RUNS = (
    PastRun("xor", 0, {"learning_rate": 0.5, "hidden_units": 2}, 400, 400, 0.001, 1.0, True),
    PastRun("xor", 4, {"learning_rate": 2.0, "hidden_units": 2}, 900, None, None, 0.5, None),
)


def scene(report: Report, look: Look = PLAIN, **how: Any) -> Scene:
    return Scene(report, look, runs=RUNS, lesson=[experiment()], **how)


def drawn(number: int, seen: Scene, width: int = 44, height: int = 12) -> list[str]:
    return [strip.text for strip in PANELS[number].draw(seen, width, height)]


def text(number: int, seen: Scene, width: int = 44, height: int = 12) -> str:
    return "\n".join(drawn(number, seen, width, height))


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("number", PANELS)
def test_every_panel_draws_every_report_in_every_manner_and_fits(number: int, name: str) -> None:
    looks = (Look(), Look(log=True, colours=False), Look(table=True))
    for look, large in itertools.product(looks, (False, True)):
        for width, height in ((30, 5), (34, 12), (58, 8), (80, 16), (110, 30)):
            seen = scene(REPORTS[name], look, large=large, arrows=large)
            lines = drawn(number, seen, width, height)
            assert len(lines) <= height, (look, width, height)
            assert str(number) in lines[0], "the heading carries the panel's key"
            assert max(map(cells, lines)) <= width, (look, width, height)
            assert any(line.strip() for line in lines[1:])


@pytest.mark.parametrize("name", ["diverged", "diverged digits"])
def test_what_is_finite_no_more_stands_as_a_sign_that_is_explained(name: str) -> None:
    for number, look in itertools.product((5, 7), (Look(), Look(table=True))):
        shown = text(number, scene(REPORTS[name], look, large=True), 100, 40)
        assert not re.search(r"(?<![a-z])(nan|inf)(?![a-z])", shown, re.IGNORECASE), shown
        assert "?: no number any more" in shown
        assert "?: no number" not in text(number, scene(XOR, look, large=True), 100, 40)


def test_a_sign_is_explained_only_where_it_stands() -> None:
    assert XOR.inspection is not None
    ended = replace(XOR, inspection=replace(XOR.inspection, loss=math.inf))
    explained = {
        step: "?: no number any more" in text(7, scene(ended, large=True, choices={"step": step}), 80, 16)
        for step in ("forward", "loss", "backward")
    }
    assert explained == {"forward": False, "loss": True, "backward": False}


@pytest.mark.parametrize("number", PANELS)
def test_without_colours_a_panel_has_no_colour_at_all(number: int) -> None:
    for name in ("xor", "digits"):
        seen = scene(REPORTS[name], Look(colours=False), large=True)
        parts = [part for strip in PANELS[number].draw(seen, 80, 16) for part in strip]
        assert all(
            part.style is None or (part.style.color, part.style.bgcolor) == (None, None) for part in parts
        )


def test_boundary_tells_classes_and_mistakes_by_signs() -> None:
    picture = text(4, scene(XOR, Look(colours=False)), 34)
    assert "x" in picture and "o" in picture
    assert "O" in picture, "the point that is answered wrong"


@pytest.mark.parametrize("number", [2, 3, 6, 7])
def test_a_panel_with_nothing_to_say_of_a_perceptron_says_why_and_which_one_has(number: int) -> None:
    assert "panel 5" in text(number, scene(REPORTS["gates"]))


def test_a_support_vector_machine_has_a_panel_for_its_numbers_and_none_for_curves() -> None:
    machine = scene(REPORTS["machine"], large=True)
    assert "panel 4" in text(1, machine) and "Support vector machine" in text(5, machine)
    assert "support vectors   12" in text(5, machine) and "0.5" in text(5, machine)
    assert order(REPORTS["machine"]) == [4, 5, 8]


def test_what_looks_inside_says_which_net_of_an_ensemble_it_shows() -> None:
    ensemble = replace(XOR, members=5)
    inside = [number for number in PANELS if ", net 1" in text(number, scene(ensemble), 60)]
    assert inside == [2, 3, 5, 6, 7] and not any(
        ", net 1" in text(number, scene(XOR), 60) for number in PANELS
    )
    large = text(1, scene(ensemble, large=True), 80, 24)
    assert "averaged answer of 5 nets" in large.replace("\n", " ")


def test_the_way_down_is_drawn_and_told_in_numbers() -> None:
    assert "@" in text(4, scene(REPORTS["valley"])) and "o path" in text(4, scene(REPORTS["valley"]))
    assert "weight 2" in text(4, scene(REPORTS["valley"], Look(table=True)))


def test_a_table_of_numbers_has_no_picture_and_says_so() -> None:
    assert "panel 1" in text(4, scene(BARE))


def test_the_perceptrons_panels_speak_of_mistakes_and_the_bound() -> None:
    gates = REPORTS["gates"]
    curves = text(1, scene(gates), height=24)
    assert "Wrong answers" in curves and "Updates" in curves
    weights = text(5, scene(gates))
    assert "+1  -2" in weights and "+0.5" in weights and "Novikoff's bound  51" in weights


def test_the_curves_numbers_are_read_off_under_the_cursor() -> None:
    shown = text(1, scene(XOR, arrows=True, choices={"epoch": 150.0}), 80, 20)
    assert "epoch 150:  loss 0.259   accuracy 0.688" in shown
    assert "Accuracy" in shown, "there is room for both"
    shown = text(1, scene(XOR, arrows=True, choices={"curves": "accuracy"}))
    assert "Accuracy" not in shown.splitlines()[0] and "accuracy 0.875" in shown


def test_kept_runs_are_named_and_drawn_with_their_number() -> None:
    kept = replace(XOR, overlays=[Overlay("learning rate 2.0", [Series("loss", [0.0, 300.0], [0.6, 0.4])])])
    shown = text(1, scene(kept))
    assert "kept: 1 learning rate 2.0" in shown
    assert any("1" in line.split("│")[1] for line in shown.splitlines() if line.count("│") == 2)


def test_the_network_from_scratch_is_drawn_beside_the_one_that_learned_before() -> None:
    held_out = [Series(name, [0.0, 9.0], [0.1, end]) for name, end in (("val_accuracy", 0.875),
        ("scratch_accuracy", 0.75), ("source_accuracy", 0.5))]  # fmt: skip
    own = [one for one in XOR.series if one.name in ("loss", "accuracy")]
    kept = Overlay("frozen off", [Series("val_accuracy", [0.0, 9.0], [0.2, 0.3])])
    shown = text(1, scene(replace(XOR, series=[*own, *held_out], overlays=[kept])), 78, 12)
    first = shown.splitlines()[0]
    assert "Accuracy" in first and "Loss" not in shown, "what is compared comes first"
    assert "held-out 0.875" in first and "scratch 0.75" in first and "source 0.5" in first
    assert "kept: 1 frozen off" in shown


def test_health_marks_what_is_ill_and_shows_the_guide() -> None:
    lines = drawn(2, scene(XOR, large=True, choices={"layer": "dense_2"}), 100, 16)
    (first,) = [line for line in lines if line.startswith("  dense_1")]
    assert "62%!" in first and "4e-06" in first and first.index("●") < first.index("┊")
    assert any(line.startswith("> dense_2") for line in lines), "the layer chosen"
    over = text(2, scene(XOR, large=True, choices={"view": "over time"}), 100, 20)
    assert "gradient norm" in over and "epoch" in over


def test_the_activation_shows_the_layers_function_or_another_one() -> None:
    own = text(3, scene(XOR, large=True), 80, 20)
    assert "tanh" in own.splitlines()[0] and "mean slope at these z 0.031" in own and "█" in own
    other = text(3, scene(XOR, large=True, choices={"function": "relu"}), 80, 20)
    assert "relu: its slope is 1 above 0" in other


def test_the_picture_of_images_has_three_views() -> None:
    digits = REPORTS["digits"]
    assert "truth 0[28]" in text(4, scene(digits, large=True, choices={"view": "confusion"}), 80, 20)
    worst = text(4, scene(digits, large=True, choices={"view": "worst mistakes"}), 80, 20)
    assert "3->8! 99%" in worst
    few = text(4, scene(digits, choices={"view": "confusion"}), 30, 6)
    assert "280 of" in few and "->" in few, "in words where the matrix does not fit"


def test_a_fitted_curve_lies_among_its_examples() -> None:
    shown = text(4, scene(REPORTS["regression"]), 60, 16)
    assert "Fit" in shown and "answer" in shown and shown.count("o") > 5


def test_a_small_network_is_drawn_unit_by_unit_and_a_large_one_by_layers() -> None:
    small = text(5, scene(XOR, large=True, choices={"layer": "dense_1"}), 80, 16)
    assert "(+0.87)" in small and "> dense_1" in small
    assert "Largest: +3.1, input 1 to unit 1" in " ".join(small.split())
    images = text(5, scene(REPORTS["digits"], large=True, choices={"layer": "conv2d_1"}), 80, 18)
    assert "> conv2d_1  conv2d relu    6x6x4" in images and "filters, -0.81 to 0.93" in images


def test_histograms_follow_the_chosen_layer_and_numbers() -> None:
    shown = text(6, scene(XOR, large=True, choices={"layer": "dense_2", "of": "gradients"}), 80, 16)
    assert "gradients of dense_2" in shown and "epoch 0 to 300" in shown


def test_runs_tell_what_was_changed_and_how_it_ended() -> None:
    lines = drawn(8, scene(XOR, large=True), 80, 14)
    assert lines[3].split() == [">xor", "0", "400", "0.001", "100%", "✓", "nothing"]
    assert lines[4].split() == ["xor", "4", "never", "-", "50%", "-", "learning", "rate", "2.0"]
    assert "No run" in "".join(drawn(8, Scene(XOR, PLAIN, large=True), 80, 14))


def test_the_choices_in_a_panel_are_marked_where_the_arrows_are() -> None:
    strips = PANELS[7].draw(scene(XOR, large=True, arrows=True, at=2), 80, 16)
    (reverse,) = [part.text for part in strips[1] if part.style and part.style.reverse]
    assert reverse == "unit ‹1›" and strips[0].text.startswith("▸7")
    narrow = PANELS[7].draw(scene(XOR, large=True, arrows=True, at=4), 40, 12)[1].text
    assert "example ‹1›" in narrow, "the field that the arrows change is in sight"


def test_no_line_of_the_comparison_ends_between_a_figures_name_and_its_number() -> None:
    result = END.result
    assert result is not None
    for width in range(40, 80):
        lines = comparison(experiment(), Finished(result, 1, 1), width).plain.splitlines()
        assert "\u00a0" not in "".join(lines) and max(map(len, lines)) <= width
        assert any("wrong answers 0" in line for line in lines)


@pytest.mark.parametrize("width", [34, 80])
def test_the_boundarys_heading_tells_what_the_capital_letters_mean(width: int) -> None:
    heading = drawn(4, scene(XOR), width)[0]
    assert heading.endswith(("o is 0, x 1; O X wrong", "O, X answered wrong"))


def test_the_heading_of_the_digits_tells_when_wrong_ones_stand_first() -> None:
    over = report_of("digits", steps=400)
    assert over.samples is not None
    wrong = replace(over, samples=replace(over.samples, answer=[9, *over.samples.answer[1:]]))
    assert "some wrong ones first" in text(4, scene(wrong), 34)
    assert "truth -> answer" in text(4, scene(over), 34), "none is wrong at the front"
    assert "truth -> answer" in text(4, scene(REPORTS["digits"]), 34), "it still runs"


def test_large_digits_fill_two_rows_at_80x24() -> None:
    shown = text(4, scene(REPORTS["digits"], large=True), 80, 14)
    assert shown.count("->") == 2 * 7 + 2, "two rows of captions; heading and explanation"


def test_tables_put_the_wrong_answers_first() -> None:
    lines = tables.answers(REPORTS["digits"].samples, None, 10)
    assert lines[0] == "1 of these 20 wrong"
    assert lines[2].split() == ["!", "3", "8", "93%"]
    assert len(lines) == 10 and lines[-1] == "and 13 more"


def test_a_long_table_has_pages() -> None:
    digits, table = REPORTS["digits"], Look(table=True)
    first = text(4, scene(digits, table, large=True), 60, 10)
    last = text(4, scene(digits, table, large=True, page=-1), 60, 10)
    assert "lines 1 to 5 of 22" in first and "1 of these 20 wrong" in first
    assert "lines 18 to 22 of 22" in last and "7       7" in last


def test_a_narrow_table_leaves_out_columns_and_cuts_none() -> None:
    narrow = drawn(2, scene(XOR, Look(table=True)), 44, 8)
    assert narrow[1].split() == ["layer", "gradient", "weights", "update/w"]
    assert narrow[2].split() == ["dense_1", "3.32e-05", "2.25", "4e-06"]


def test_an_unbounded_bound_is_said_in_words() -> None:
    unit = REPORTS["gates"].perceptron
    assert unit is not None
    lines = tables.perceptron(type(unit)(unit.weights, unit.bias, 7, float("inf")))
    assert lines[-1] == "Novikoff's bound  none: inseparable"
    assert max(map(len, lines)) <= 35, "the panel's width at 80x24"


@pytest.mark.parametrize("height", range(1, 6))
@pytest.mark.parametrize("width", [24, 38, 60])
def test_the_chosen_knob_is_always_in_sight(width: int, height: int) -> None:
    bench = Bench.of(experiment())
    bench.chosen = 1
    lines = [line.text for line in knob_strips(bench, width, height)]
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)
    (chosen,) = [line for line in lines if line.startswith("> ")]
    assert "hidden units" in chosen and "‹2›" in chosen


def test_the_comparison_gives_feedback_on_both_answers() -> None:
    one = experiment()
    worker = FakeWorker()
    worker.send(protocol.Load("backprop", one, {}, 0))
    worker.step = worker.goal_at
    worker.state = "finished"
    shown: Content = comparison(one, Finished(worker.result(), 0, 1), 60)
    lines = shown.plain.split("\n")
    assert lines[0].split(maxsplit=2) == ["You", "predicted", "a: Yes, at every start"]
    assert lines[1].split(maxsplit=2) == ["What", "happened", "b: Mostly, but not always"]
    assert "Some starts never leave the plateau." in shown.plain
    assert "Why b" in shown.plain and "Most get there." in shown.plain
    assert max(map(len, lines)) <= 60
    assert "Right." in comparison(one, Finished(worker.result(), 1, 1), 60).plain
    assert "nothing for this run" in comparison(one, Finished(worker.result(), None, 1), 60).plain
    assert "none of the answers" in comparison(one, Finished(worker.result(), 1, None), 60).plain
    assert "Before" not in shown.plain
    told = comparison(one, Finished(replace(worker.result(), before="Learned before."), 0, 1), 60).plain
    assert "\nBefore         Learned before.\nMeasured" in told


def test_a_boltzmann_machine_has_panels_of_its_own_and_the_others_name_one_of_them() -> None:
    seen = scene(REPORTS["boltzmann"])
    assert order(seen.report) == [1, 5, 4, 8]
    assert text(1, seen).startswith("1 Reconstruction error")
    assert "Free energy gap" in text(1, seen, 60, 20) and "Loss" not in text(1, seen, 60, 20)
    assert text(4, seen).startswith("4 Reconstructions") and "▀▀▀▀▀▀▀▀ ▀▀▀▀▀▀▀▀   ▀" in text(4, seen)
    assert "mean squared difference" in text(4, scene(seen.report, Look(table=True)))
    assert all("panel 5" in text(number, seen, 90) for number in (2, 3, 6, 7))


def test_while_a_network_is_pretrained_its_curve_is_the_reconstruction_error_and_then_the_loss() -> None:
    again = Series("reconstruction_error", [0, 1, 2], [0.2, 0.1, 0.05])
    before = replace(BARE, series=[again], quantities={"reconstruction_error": 0.05})
    assert text(1, scene(before)).startswith("1 Pretraining") and "Loss" not in text(1, scene(before), 60, 30)
    after = replace(before, series=[Series("loss", [2, 3], [2.3, 0.4]), again], quantities={"loss": 0.4})
    assert text(1, scene(after)).startswith("1 Loss") and "Pretraining" in text(1, scene(after), 60, 30)
