"""How the runs of the bundled lessons end: each is trained once, however many tests of a process ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tutor.content.catalog import Catalog
from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.content.settings import accept, find_knob, initial_knobs
from tutor.lab import Run
from tutor.paths import bundled_lessons

CATALOG = Catalog.open(bundled_lessons())
_KNOWN: dict[object, End] = {}


class End(NamedTuple):
    """What the finished run said of itself."""

    quantities: dict[str, float]
    outcome: int | None
    stopped_because: str


def end_of(path: str, knobs: Mapping[str, Value] | None = None, seed: int = 0) -> End:
    """The end of the run of this experiment ("lesson/experiment") with these knobs turned."""
    experiment = experiment_at(path)
    knobs = {name: accept(find_knob(experiment, name), value) for name, value in (knobs or {}).items()}
    key = path, seed, frozenset((initial_knobs(experiment) | knobs).items())
    if key not in _KNOWN:
        run = Run(experiment, path.split("/")[0], knobs, seed)
        result = run.run_to_end()
        _KNOWN[key] = End(result.quantities, run.outcome(), result.stopped_because)
    return _KNOWN[key]


def experiment_at(path: str) -> Experiment:
    """That of a bundled lesson, by "lesson/experiment"."""
    return CATALOG.find_experiment(path)[1]
