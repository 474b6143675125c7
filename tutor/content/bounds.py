"""What an experiment may cost: refused by its numbers alone, before anything is built or allocated.

A lesson may come from a stranger. What its network takes in memory is bounded by the training core
(``engine.plan``); here is what that core never sees, and how long a run may go on.
"""

from __future__ import annotations

from collections.abc import Iterator

from tutor.content.fault import KeyPath
from tutor.content.model import DataSpec, Experiment

MOST_LAYERS = 300
MOST_LETTERS = 4_000
"""Of the text that names the layers; the longest of the bundled lessons has 1,574."""
MOST_KNOBS = 30
MOST_STOPS = 50
MOST_STOPS_IN_ALL = 200
"""Of all knobs together: the checker builds the experiment at each."""
MOST_LISTED = 50
"""Claims, options of a prediction, options of a data set."""

_MOST: tuple[tuple[str, str, int], ...] = (
    ("training", "epochs", 1_000_000),
    ("training", "pretraining", 10_000),
    ("training", "batch_size", 1_000_000),
    ("training", "patience", 1_000_000),
    ("training", "threads", 1_024),
    ("training", "shift", 1_000),
    ("model", "members", 1_000),
    ("model", "hidden_units", 1_000_000),
    ("model", "gibbs_steps", 1_000),
    ("model", "degree", 100),
    ("data", "examples", 10_000_000),
)
"""Part, name and greatest value of the numbers that cost time or memory. No lesson comes near them."""


def excesses(experiment: Experiment) -> Iterator[tuple[KeyPath, str]]:
    """Where the experiment of a lesson asks for more than any needs, and what is wrong there."""
    for part, name, most in _MOST:
        if getattr(getattr(experiment, part), name) > most:
            yield (part, name), f"more than {most:,}"
    if experiment.goal and experiment.goal.seeds > MOST_KNOBS * MOST_STOPS:
        yield ("goal", "seeds"), f"more than {MOST_KNOBS * MOST_STOPS:,}"
    if experiment.transfer and experiment.transfer.epochs > 10_000:
        yield ("transfer", "epochs"), "more than 10,000"
    yield from _layers(("model", "layers"), experiment.model.layers)
    yield from _data(("data",), experiment.data)
    if experiment.transfer:
        yield from _data(("transfer", "data"), experiment.transfer.data)
    if len(experiment.prediction.options) > MOST_LISTED:
        yield ("prediction", "options"), f"more than {MOST_LISTED}"
    if len(experiment.claims) > MOST_LISTED:
        yield ("claims",), f"more than {MOST_LISTED}"
    if len(experiment.knobs) > MOST_KNOBS:
        yield ("knobs",), f"more than {MOST_KNOBS}"
    elif sum(len(knob.values) for knob in experiment.knobs) > MOST_STOPS_IN_ALL:
        yield ("knobs",), f"more than {MOST_STOPS_IN_ALL} values in all"
    for place, knob in enumerate(experiment.knobs[:MOST_KNOBS]):
        yield from _stops(("knobs", place, "values"), knob.name, knob.values)


def _layers(path: KeyPath, text: str) -> Iterator[tuple[KeyPath, str]]:
    if len(text) > MOST_LETTERS:
        yield path, f"more than {MOST_LETTERS:,} letters"
    elif text.count(",") >= MOST_LAYERS:
        yield path, f"more than {MOST_LAYERS} layers"


def _data(path: KeyPath, data: DataSpec) -> Iterator[tuple[KeyPath, str]]:
    if data.name == "csv":
        # It would read whatever the learner may read, and be gone on every machine but one.
        yield (*path, "name"), "a lesson reads no files: csv is for the bench"
    if len(data.options) > MOST_LISTED:
        yield (*path, "options"), f"more than {MOST_LISTED}"


def _stops(path: KeyPath, name: str, values: list[int | float | str]) -> Iterator[tuple[KeyPath, str]]:
    if len(values) > MOST_STOPS:
        yield path, f"more than {MOST_STOPS} values"
    most = {own: limit for _, own, limit in _MOST} | {"hidden_layers": MOST_LAYERS, "transfer.epochs": 10_000}
    for place, value in enumerate(values[:MOST_STOPS]):
        if name == "layers":
            yield from _layers((*path, place), str(value))
        elif isinstance(value, int | float) and value > most.get(name, value):
            yield (*path, place), f"more than {most[name]:,}"
