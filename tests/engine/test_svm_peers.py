"""The support vector machine against scikit-learn's SVC: the same support vectors and decision values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tutor.engine import datasets
from tutor.engine.classic.svm import SVC

pytestmark = pytest.mark.peers

SETTINGS: list[dict[str, Any]] = [
    {"kernel": "linear", "C": 1.0},
    {"kernel": "linear", "C": 0.05},
    {"kernel": "rbf", "C": 1.0},
    {"kernel": "rbf", "C": 100.0, "gamma": 0.5},
    {"kernel": "poly", "C": 1.0, "gamma": 1.0, "degree": 2},
    {"kernel": "poly", "C": 10.0, "degree": 3, "coef0": 0.0},
]


def both(x: Any, y: Any, settings: dict[str, Any]) -> tuple[SVC, Any]:
    """Ours and theirs, both far beyond the usual tolerance."""
    from sklearn.svm import SVC as Peer

    settings = {"coef0": 1.0, "tol": 1e-6} | settings
    peer = Peer(**settings, decision_function_shape="ovo", cache_size=500)
    return SVC(**settings).fit(x, y), peer.fit(x, y)


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: "-".join(map(str, s.values())))
@pytest.mark.parametrize("name", ["moons", "blobs", "rings", "spiral"])
@pytest.mark.parametrize("seed", range(2))
def test_two_classes(name: str, seed: int, settings: dict[str, Any]) -> None:
    data = datasets.load(name, seed)
    ours, peer = both(data.x.astype(np.float64), data.y, settings)
    assert sorted(peer.support_) == ours.support.tolist()
    assert np.abs(ours.decision_function(data.x_val) - peer.decision_function(data.x_val)).max() < 1e-3
    if settings["kernel"] == "linear":
        assert ours.weights == pytest.approx(peer.coef_, abs=1e-4)


@pytest.mark.parametrize("settings", [{"C": 10.0, "gamma": 0.05}, {"C": 1.0, "kernel": "linear"}], ids=str)
def test_ten_classes_of_digits(settings: dict[str, Any]) -> None:
    data = datasets.load("digits", 0, examples=600)
    ours, peer = both(data.x.astype(np.float64), data.y, settings)
    assert sorted(peer.support_) == ours.support.tolist()
    # Theirs speaks for the first class of a pair where there are more than two.
    assert np.abs(ours.decision_function(data.x_val) + peer.decision_function(data.x_val)).max() < 1e-3
    assert ours.predict(data.x_val).tolist() == peer.predict(data.x_val).tolist()


def test_the_usual_tolerance_agrees_as_far_as_it_promises() -> None:
    data = datasets.load("digits", 1)
    ours, peer = both(data.x.astype(np.float64), data.y, {"C": 10.0, "gamma": 0.05, "tol": 1e-3})
    assert np.abs(ours.decision_function(data.x_val) + peer.decision_function(data.x_val)).max() < 1e-2
    assert ours.predict(data.x_val).tolist() == peer.predict(data.x_val).tolist()
