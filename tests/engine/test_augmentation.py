"""Images shifted, turned and noisy: where every pixel comes from, and the same for one seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tutor.engine import Augmentation, Dense, Flatten, Sequential
from tutor.engine.augmentation import moved
from tutor.errors import EngineError

Array = NDArray[Any]
IMAGES = np.random.default_rng(0).uniform(1, 2, size=(300, 6, 5, 2))


def shifted(image: Array, down: int, right: int) -> Array:
    """The image moved, zeros behind it: pixel by pixel."""
    result = np.zeros_like(image)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            if 0 <= y - down < image.shape[0] and 0 <= x - right < image.shape[1]:
                result[y, x] = image[y - down, x - right]
    return result


def test_shifts_are_exact() -> None:
    shifts = np.random.default_rng(1).integers(-3, 4, (20, 2))
    found = moved(IMAGES[:20], shifts, np.zeros(20))
    expected = [shifted(image, *shift) for image, shift in zip(IMAGES, shifts.tolist(), strict=False)]
    np.testing.assert_array_equal(found, np.array(expected))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_quarter_turns_are_numpys(quarters: int) -> None:
    square = IMAGES[:4, :5]
    found = moved(square, np.zeros((4, 2)), np.full(4, quarters * np.pi / 2))
    np.testing.assert_allclose(found, np.rot90(square, quarters, axes=(1, 2)), atol=1e-12)


def test_small_turns_interpolate_bilinearly() -> None:
    y, x = np.mgrid[0:9, 0:9] - 4.0
    plane = (3 * y + 2 * x)[None, :, :, None]  # on a plane, bilinear interpolation is exact
    a = 0.2
    found = moved(plane, np.zeros((1, 2)), np.array([a]))[0, 2:7, 2:7, 0]
    turned = 3 * (np.cos(a) * y + np.sin(a) * x) + 2 * (np.cos(a) * x - np.sin(a) * y)
    np.testing.assert_allclose(found, turned[2:7, 2:7], atol=1e-12)


def test_draws_cover_their_ranges() -> None:
    spot = np.zeros((2000, 9, 9))
    spot[:, 4, 4] = 1
    places = np.argwhere(Augmentation(shift=2).apply(spot, 0))[:, 1:] - 4
    assert len(places) == 2000 and set(places.ravel()) == {-2, -1, 0, 1, 2}
    noise = Augmentation(noise=0.5).apply(np.zeros((2000, 9, 9)), 0)
    assert noise.std() == pytest.approx(0.5, rel=0.01) and abs(noise.mean()) < 0.01
    turned = Augmentation(rotate=30).apply(spot, 0)
    assert turned[:, 4, 4] == pytest.approx(1)  # the middle stays


def test_one_seed_and_epoch_is_one_set_of_images() -> None:
    change = Augmentation(1, 10, 0.1, seed=3)
    first = change.apply(IMAGES, 4)
    np.testing.assert_array_equal(first, change.apply(IMAGES, 4))
    assert (first != change.apply(IMAGES, 5)).any()
    assert (first != Augmentation(1, 10, 0.1, seed=4).apply(IMAGES, 4)).any()
    flat = Augmentation(1, 10, 0.1, seed=3, image_shape=(6, 5, 2)).apply(IMAGES.reshape(300, -1), 4)
    np.testing.assert_array_equal(flat.reshape(IMAGES.shape), first)
    assert Augmentation(1, 10, 0.1).apply(IMAGES.astype(np.float32), 0).dtype == np.float32
    np.testing.assert_array_equal(Augmentation().apply(IMAGES, 0), IMAGES)


def network() -> Sequential:
    model = Sequential([Flatten(), Dense(4, "softmax")], (6, 5, 2), seed=1)
    model.compile("adam", "categorical_crossentropy")
    return model


def test_training_sees_other_images_each_epoch_however_it_is_cut() -> None:
    classes = np.arange(300) % 4
    change = Augmentation(1, 10, 0.1)
    whole, cut, plain = (network() for _ in range(3))
    trainer = whole.trainer(IMAGES, classes, 32, augment=change)
    trainer.run(35)
    assert trainer.epoch == 3
    np.testing.assert_array_equal(
        trainer._examples.inputs.reshape(300, -1)[:, :60].reshape(IMAGES.shape),
        change.apply(IMAGES.astype(np.float32), 3),
    )
    pieces = cut.trainer(IMAGES, classes, 32, augment=change)
    pieces.run(4)
    snapshot = pieces.snapshot()
    pieces.run(19)
    pieces.restore(snapshot)
    for steps in (5, 1, 25):
        pieces.run(steps)
    plain.trainer(IMAGES, classes, 32).run(35)
    for a, b, c in zip(whole.get_weights(), cut.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()
    assert trainer.report().loss == whole.evaluate(IMAGES, classes)["loss"]
    again = network()
    again.fit(IMAGES, classes, 32, epochs=2, augment=change)
    again.fit(IMAGES, classes, 32, augment=change)
    trainer = network().trainer(IMAGES, classes, 32, augment=change)
    trainer.run(30)
    for a, b in zip(again.get_weights(), trainer.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def rows(count: int, change: Augmentation) -> None:
    model = Sequential([Dense(1)], (count,))
    model.compile("sgd", "mean_squared_error")
    model.fit(np.zeros((2, count)), [0.0, 0.0], augment=change)


REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    "shift below 0": (lambda: Augmentation(shift=-1), "shift must be 0 or more"),
    "half a pixel": (lambda: Augmentation(shift=0.5), "shift must be a whole number"),  # type: ignore[arg-type]
    "endless turn": (lambda: Augmentation(rotate=float("inf")), "rotate must be a finite number"),
    "negative noise": (lambda: Augmentation(noise=-1), "noise must be 0 or more"),
    "flat image": (lambda: Augmentation(image_shape=(8,)), "an image has 2 or 3 sizes, not 1"),
    "no square": (lambda: rows(10, Augmentation(1)), r"10 numbers are no image of shape \(3, 3\)"),
    "wrong shape": (lambda: rows(9, Augmentation(1, image_shape=(2, 4))), r"no image of shape \(2, 4\)"),
    "too many sizes": (lambda: Augmentation(1).apply(np.zeros((1, 2, 2, 2, 2)), 0), "are no images"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_no_augmentation(case: str) -> None:
    make, message = REFUSALS[case]
    with pytest.raises(EngineError, match=message):
        make()
