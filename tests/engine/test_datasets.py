"""The bundled and drawn data sets: seeds, shapes, geometry, and refusals."""

import hashlib

import numpy as np
import pytest

from tutor.engine import datasets
from tutor.engine.datasets import digits
from tutor.errors import EngineError

PLANE = ["margin", "blobs", "rings", "circles", "moons", "spiral"]


@pytest.mark.parametrize("name", list(datasets.GENERATORS))
def test_a_seed_fixes_every_byte_and_shapes_agree(name):
    first, again = datasets.load(name, 3), datasets.load(name, 3)
    for part in ("x", "y", "x_val", "y_val"):
        assert getattr(first, part).tobytes() == getattr(again, part).tobytes()
    assert first.x.dtype == first.x_val.dtype == np.float32
    assert first.x.shape == (len(first.y), first.x.shape[1])
    assert first.x_val.shape == (len(first.y_val), first.x.shape[1])
    assert first.n_classes == len(first.names)


@pytest.mark.parametrize("name", [*PLANE, "digits", "strokes"])
def test_another_seed_draws_other_examples(name):
    assert datasets.load(name, 0).x.tobytes() != datasets.load(name, 1).x.tobytes()


@pytest.mark.parametrize("name", PLANE)
def test_classes_in_the_plane_are_there_in_both_parts(name):
    data = datasets.load(name, 0, examples=60)
    assert data.x.shape == (60, 2) and data.x_val.shape == (1000, 2)
    for labels in (data.y, data.y_val):
        assert set(labels) == {0.0, 1.0}
        assert 0.25 < labels.mean() < 0.75
    assert data.feature_map(data.x[:3]).tolist() == data.x[:3].tolist()


@pytest.mark.parametrize(
    ("gate", "table"),
    [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("nand", [1, 1, 1, 0]), ("xor", [0, 1, 1, 0])],
)
def test_gates_are_their_truth_tables_in_the_fixed_order(gate, table):
    data = datasets.load("gate", 0, gate=gate)
    assert data.x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert data.y.tolist() == table
    assert len(data.x_val) == 0


def test_the_product_feature_is_a_third_input_that_the_map_can_make():
    data = datasets.load("gate", 0, gate="xor", features="product")
    assert data.x.tolist() == [[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 1]]
    assert data.feature_map(np.array([[2.0, 3.0]], dtype=np.float32)).tolist() == [[2, 3, 6]]


def test_the_radius_feature_separates_the_rings_and_leaves_the_points_alone():
    data, plain = (datasets.load("rings", 0, features=features) for features in ("radius", "plain"))
    assert data.x[:, :2].tobytes() == plain.x.tobytes() and data.y.tobytes() == plain.y.tobytes()
    for x, y in ((data.x, data.y), (data.x_val, data.y_val)):
        assert ((x[:, 2] > 1.25**2) == y).all()
    assert data.feature_map(np.array([[3.0, 4.0]], dtype=np.float32)).tolist() == [[3, 4, 25]]


@pytest.mark.parametrize("gamma", [0.05, 0.5, 1.0])
def test_margin_points_keep_their_distance_from_one_line(gamma):
    from tutor.engine.classic.perceptron import best_margin

    data = datasets.load("margin", 4, gamma=gamma)
    assert len(data.x) == 100 and np.abs(data.x).max() <= 2
    assert best_margin(data.x, 2 * data.y - 1) >= gamma - 1e-6


def test_rings_lie_in_the_disc_and_in_the_ring_around_it():
    data = datasets.load("rings", 0)
    radius = np.linalg.norm(data.x_val, axis=1)
    inner, outer = radius[data.y_val == 0], radius[data.y_val == 1]
    assert len(data.x) == 200 and data.y.mean() == 0.5
    assert inner.max() <= 1 and outer.min() >= 1.5 and outer.max() <= 2.5
    # Even in area: a quarter of the disc lies within half its radius.
    assert (inner < 0.5).mean() == pytest.approx(0.25, abs=0.07)
    assert (outer < 2).mean() == pytest.approx(0.5, abs=0.08)


def test_overlap_is_the_spread_of_the_blobs():
    data = datasets.load("blobs", 0, overlap=0.5)
    right = data.x_val[data.y_val == 1]
    assert right.mean(axis=0) == pytest.approx([1, 0], abs=0.1)
    assert right.std(axis=0) == pytest.approx([0.5, 0.5], abs=0.06)


def test_sine_is_a_curve_with_held_out_points_between():
    data = datasets.load("sine", 0)
    assert data.kind == "regression" and data.x.shape == (64, 1) and data.x_val.shape == (63, 1)
    assert data.y == pytest.approx(np.sin(2 * data.x[:, 0]), abs=1e-6)


def test_one_step_is_the_sign_and_more_are_a_staircase_of_even_treads():
    data = datasets.load("step", 0)
    assert data.kind == "regression" and data.x.shape == (64, 1) and data.x_val.shape == (63, 1)
    assert data.y.tolist() == np.sign(data.x[:, 0]).tolist()
    stairs = datasets.load("step", 0, steps=4, examples=1000)
    levels, counts = np.unique(stairs.y, return_counts=True)
    assert levels.tolist() == [-1, -0.5, 0, 0.5, 1] and (np.diff(stairs.y) >= 0).all()
    assert counts.tolist() == [200] * 5


def test_noise_moves_the_points_to_learn_from_and_not_the_held_out_ones():
    for name in ("sine", "step"):
        clean, noisy = datasets.load(name, 0, examples=400), datasets.load(name, 0, examples=400, noise=0.3)
        assert (noisy.y - clean.y).std() == pytest.approx(0.3, abs=0.04)
        assert noisy.y_val.tolist() == clean.y_val.tolist()


class TestStrokes:
    def corners(self, images, canvas):
        """Row and column of the topmost and leftmost pixel of each image (n, 2)."""
        pixels = images.reshape(-1, canvas, canvas) > 0
        return np.column_stack([pixels.any(axis=2).argmax(axis=1), pixels.any(axis=1).argmax(axis=1)])

    def test_images_and_classes(self):
        data = datasets.load("strokes", 0, canvas=10, examples=60)
        assert data.x.shape == (60, 100) and data.x_val.shape == (600, 100) and data.image_shape == (10, 10)
        assert data.kind == "classes" and data.n_classes == 6
        assert np.bincount(data.y).tolist() == [10] * 6 and np.bincount(data.y_val).tolist() == [100] * 6
        assert data.x.min() == 0 and data.x.max() == 1

    def test_without_shift_and_noise_every_class_is_one_image(self):
        data = datasets.load("strokes", 0, noise=0.0)
        assert len(np.unique(data.x, axis=0)) == len(np.unique(data.x_val, axis=0)) == 6

    def test_shifts_move_the_training_and_the_held_out_images_apart(self):
        data = datasets.load("strokes", 0, canvas=15, noise=0.0, test_shift=5)
        boxes, held_out = data.x[data.y == 4], data.x_val[data.y_val == 4]
        assert len(np.unique(boxes, axis=0)) == 1
        places = self.corners(held_out, 15)
        assert set(places[:, 0]) == set(places[:, 1]) == set(range(11))
        data = datasets.load("strokes", 0, canvas=15, noise=0.0, train_shift=2)
        assert set(self.corners(data.x[data.y == 4], 15)[:, 0]) == {3, 4, 5, 6, 7}
        assert len(np.unique(data.x_val, axis=0)) == 6

    def test_a_machine_of_pixels_is_lost_when_shapes_move(self):
        from tutor.engine.classic.svm import SVC

        data = datasets.load("strokes", 0, test_shift=3)
        still = datasets.load("strokes", 0)
        machine = SVC(kernel="linear").fit(data.x, data.y)
        assert machine.score(still.x_val, still.y_val) > 0.95
        assert machine.score(data.x_val, data.y_val) < 0.5


def test_digits_are_the_uci_test_part():
    data = datasets.load("digits", 0)
    assert data.x.shape == (1297, 64) and data.x_val.shape == (500, 64)
    labels = np.concatenate([data.y, data.y_val])
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert data.x.min() == 0 and data.x.max() == 1
    assert data.image_shape == (8, 8) and data.kind == "classes"


def test_six_features_made_by_hand():
    data, pixels = (datasets.load("digits", 0, features=features) for features in ("hand", "pixels"))
    assert data.x.shape == (1297, 6) and data.image_shape is None
    assert data.y.tobytes() == pixels.y.tobytes() and data.x_val.min() >= 0 and data.x.max() <= 1
    assert data.x[:, 0] == pytest.approx(pixels.x.mean(axis=1))
    left_bar = np.zeros((1, 8, 8), dtype=np.uint8)
    left_bar[0, :4, 0] = 16  # four black pixels, all of them high up on the left edge
    assert digits.measured(left_bar)[0] == pytest.approx([4 / 64, 1 - 8 / 64, 1 - 8 / 64, 1, 1, 0])


def test_no_digit_is_lost_or_doubled_by_the_split():
    def fingerprint(seed):
        data = datasets.load("digits", seed)
        rows = np.column_stack([np.vstack([data.x, data.x_val]), np.concatenate([data.y, data.y_val])])
        return hashlib.sha256(rows[np.lexsort(rows.T)].tobytes()).hexdigest()

    assert fingerprint(0) == fingerprint(1)


def test_a_pair_of_digits_is_a_binary_task():
    data = datasets.load("digits", 0, pair="5 6")
    whole = datasets.load("digits", 0)
    assert data.kind == "binary" and data.names == ("5", "6")
    assert len(data.x) == np.isin(whole.y, (5, 6)).sum()
    assert data.y.sum() == (whole.y == 6).sum()


def test_some_digits_are_numbered_anew_or_keep_their_numbers():
    whole = datasets.load("digits", 3)
    wanted = np.isin(whole.y, (5, 7, 9))
    anew, kept = (datasets.load("digits", 3, classes="597", numbering=how) for how in ("anew", "kept"))
    assert anew.names == ("5", "9", "7") and kept.names == whole.names
    assert anew.x.tobytes() == kept.x.tobytes() == whole.x[wanted].tobytes()
    assert kept.y.tobytes() == whole.y[wanted].tobytes()
    assert [anew.names[label] for label in anew.y] == [str(digit) for digit in whole.y[wanted]]
    assert set(anew.y_val) == {0, 1, 2} and set(kept.y_val) == {5, 7, 9}


def test_a_digit_is_asked_for_its_loop():
    whole, loop = datasets.load("digits", 0), datasets.load("digits", 0, question="loop")
    assert loop.kind == "binary" and loop.x.tobytes() == whole.x.tobytes()
    assert (loop.y == np.isin(whole.y, (0, 6, 8, 9))).all()
    assert (loop.y_val == np.isin(whole.y_val, (0, 6, 8, 9))).all()


def test_two_tasks_share_no_training_image():
    whole = datasets.load("digits", 4)
    first, rest = (datasets.load("digits", 4, **part) for part in ({"part": "first"}, {"part": "rest"}))
    assert len(first.x) == 1000
    assert np.vstack([first.x, rest.x]).tobytes() == whole.x.tobytes()
    assert rest.x_val.tobytes() == whole.x_val.tobytes()
    few = datasets.load("digits", 4, part="rest", classes="89", examples=20)
    assert few.x.tobytes() == rest.x[np.isin(rest.y, (8, 9))][:20].tobytes()


def test_held_out_digits_stand_a_pixel_aside():
    data, aside = (datasets.load("digits", 0, test_shift=shift) for shift in (0, 1))
    assert data.x.tobytes() == aside.x.tobytes() and data.y_val.tobytes() == aside.y_val.tobytes()
    directions = set()
    for image, moved in zip(data.x_val.reshape(-1, 8, 8), aside.x_val.reshape(-1, 8, 8), strict=True):
        padded = np.pad(image, 1)
        found = {
            (down, right)
            for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1))
            if np.array_equal(padded[1 - down : 9 - down, 1 - right : 9 - right], moved)
        }
        assert found
        directions |= found if len(found) == 1 else set()
    assert len(directions) == 4


def test_scrambled_digits_are_all_scrambled_in_the_same_way():
    kept, scrambled = (datasets.load("digits", 0, pixel_order=order) for order in ("kept", "scrambled"))
    before, after = (np.vstack([data.x, data.x_val]) for data in (kept, scrambled))
    assert not np.array_equal(before, after) and kept.y.tobytes() == scrambled.y.tobytes()

    def columns(pixels):
        return sorted(column.tobytes() for column in pixels.T)

    assert columns(before) == columns(after)  # each pixel is still there, at another place in all images


def test_fewer_training_digits_leave_the_held_out_ones_alone():
    few, all_of_them = datasets.load("digits", 2, examples=100), datasets.load("digits", 2)
    assert few.x.tobytes() == all_of_them.x[:100].tobytes()
    assert few.x_val.tobytes() == all_of_them.x_val.tobytes()


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        (["rings"], {}, "no data set"),
        ("rings", {"seed": -1}, "seed must be 0 or more"),
        ("rings", {"seed": 1.5}, "seed must be a whole number"),
        ("rings", {"seed": None}, "seed must be a whole number"),
        ("margin", {"gamma": 10**400}, "between 0 and 1.5"),
        ("margin", {"gamma": np.ones(2)}, "must be a number"),
        ("gate", {"gate": ["and"]}, "must be a text"),
        ("rings", {"examples": True}, "must be a whole number"),
        ("iris", {}, "no data set 'iris'"),
        ("rings", {"gamma": 1.0}, "no option 'gamma'"),
        ("gate", {"gate": "nor"}, "cannot be 'nor'"),
        ("margin", {"gamma": "wide"}, "must be a number"),
        ("margin", {"gamma": 9.0}, "between 0 and 1.5"),
        ("margin", {"gamma": float("nan")}, "between 0 and 1.5"),
        ("rings", {"examples": 1.5}, "must be a whole number"),
        ("rings", {"examples": 10**9}, "between 4 and 10000"),
        ("digits", {"pair": "5 5"}, "two different digits"),
        ("digits", {"test_shift": 4}, "between 0 and 3"),
        ("step", {"steps": 0}, "between 1 and 20"),
        ("step", {"steps": 1.5}, "must be a whole number"),
        ("strokes", {"canvas": 7}, "between 8 and 28"),
        ("strokes", {"train_shift": 4}, "between 0 and 3"),
        ("strokes", {"test_shift": -1}, "between 0 and 3"),
        ("strokes", {"noise": float("nan")}, "between 0 and 1"),
        ("digits", {"pair": "١ 2"}, "two different digits"),
        ("digits", {"classes": "5"}, "at least two different digits"),
        ("digits", {"classes": "566"}, "at least two different digits"),
        ("digits", {"classes": "5x"}, "at least two different digits"),
        ("digits", {"classes": "٥٦"}, "at least two different digits"),
        ("digits", {"classes": "56", "question": "loop"}, "only one can be set"),
        ("digits", {"pair": "5 6", "classes": "56"}, "only one can be set"),
        ("digits", {"part": "last"}, "cannot be 'last'"),
    ],
)
def test_nonsense_is_refused_in_one_line(name, options, words):
    with pytest.raises(EngineError, match=words) as caught:
        datasets.load(name, **{"seed": 0, **options})
    assert "\n" not in caught.value.message


def test_options_are_told_with_their_defaults_and_choices():
    assert datasets.options("gate") == {"gate": "and", "features": "plain"}
    assert datasets.choices("gate", "gate") == ("and", "or", "nand", "xor")
    assert datasets.choices("margin", "gamma") == ()
    with pytest.raises(EngineError, match="no option 'gama'"):
        datasets.choices("margin", "gama")


def test_numpys_numbers_are_options_too():
    one, other = (datasets.load("blobs", np.int64(3), examples=n) for n in (np.int64(20), 20))
    assert one.x.tobytes() == other.x.tobytes()


def test_outliers_lie_far_out_on_the_side_of_their_class():
    data = datasets.load("blobs", seed=3, overlap=0.2, outliers=7)
    far = data.x[:, 0] > 5
    assert far.sum() == 7 and (data.y[far] == 1).all()
    assert (data.x_val[:, 0] < 5).all(), "what is held out has none"
    assert len(data.y) == 100 and data.y.sum() == 50
    with pytest.raises(EngineError, match="outliers"):
        datasets.load("blobs", seed=3, examples=10, outliers=6)
