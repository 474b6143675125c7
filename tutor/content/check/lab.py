"""The lab: experiments that can be built, knobs with stops, conditions on quantities that the run has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from tutor.content.check.rules import duplicates, ids
from tutor.content.condition import TRANSFER, Condition, quantities_of
from tutor.content.document import Document
from tutor.content.fault import Fault, KeyPath
from tutor.content.model import LAYERED, Experiment, Knob
from tutor.content.parse import Draft
from tutor.content.part import Value
from tutor.content.settings import accept, initial_knobs
from tutor.errors import InputError, TutorError

_MIN_OPTIONS = 2
_MIN_STOPS = 2

_POSITIVE = "must be more than 0"
_NOT_NEGATIVE = "must not be negative"
_RANGES: tuple[tuple[str, str, Callable[[float], bool], str], ...] = (
    ("data", "examples", lambda value: value >= 0, "must be at least 1, or 0 for all examples"),
    ("data", "input_scale", lambda value: value > 0, _POSITIVE),
    ("data", "shuffled_labels", lambda value: 0 <= value <= 1, "must lie between 0 and 1"),
    ("model", "learning_rate", lambda value: value > 0, _POSITIVE),
    ("model", "momentum", lambda value: 0 <= value < 1, "must be at least 0 and less than 1"),
    ("model", "weight_decay", lambda value: value >= 0, _NOT_NEGATIVE),
    ("model", "l2", lambda value: value >= 0, _NOT_NEGATIVE),
    ("model", "global_clipnorm", lambda value: value >= 0, _NOT_NEGATIVE),
    ("model", "C", lambda value: value > 0, _POSITIVE),
    ("model", "gamma", lambda value: value >= 0, _NOT_NEGATIVE),
    ("model", "degree", lambda value: value >= 1, "must be at least 1"),
    ("model", "gibbs_steps", lambda value: value >= 1, "must be at least 1"),
    ("model", "members", lambda value: value >= 1, "must be at least 1"),
    ("training", "epochs", lambda value: value >= 1, "must be at least 1"),
    ("training", "batch_size", lambda value: value >= 0, "must be at least 1, or 0 for all examples"),
    ("training", "threads", lambda value: value >= 0, "must be at least 1, or 0 for one on each core"),
    ("training", "patience", lambda value: value >= 0, "must be at least 1, or 0 for none"),
    ("training", "shift", lambda value: value >= 0, _NOT_NEGATIVE),
    ("training", "rotate", lambda value: value >= 0, _NOT_NEGATIVE),
    ("training", "noise", lambda value: value >= 0, _NOT_NEGATIVE),
    ("training", "pretraining", lambda value: value >= 0, "must be at least 1, or 0 for none"),
)
"""Part and name of a number in an experiment, what holds of a sound one, what to say otherwise."""


def check_lab(lesson: Draft, validate: Callable[[Experiment], None] | None) -> list[Fault]:
    document = lesson.documents.get("lab.toml")
    if document is None:
        return []
    faults: list[Fault] = []
    if document.data.get("experiment") == []:
        faults.append(document.fault(("experiment",), "a lesson needs at least one experiment"))
    named = [(("experiment", index, "id"), one.id) for index, one in lesson.experiments.items()]
    faults += ids(document, named, "experiment")
    for index, experiment in lesson.experiments.items():
        faults += ExperimentChecker(document, ("experiment", index), experiment).faults(validate)
    return faults


class ExperimentChecker:
    """Checks one experiment, which stands at ``path`` of ``document``."""

    def __init__(self, document: Document, path: KeyPath, experiment: Experiment) -> None:
        self.document = document
        self.path = path
        self.experiment = experiment

    def faults(self, validate: Callable[[Experiment], None] | None) -> list[Fault]:
        found = [*self._numbers(), *self._conditions(), *self._prediction(), *self._knobs(), *self._claims()]
        if validate and not found:
            try:
                validate(self.experiment)
            except TutorError as error:
                found.append(self._fault((), f"cannot be built: {error.message}"))
        return found

    def _fault(self, path: KeyPath, message: str) -> Fault:
        return self.document.fault((*self.path, *path), message)

    def _numbers(self) -> Iterator[Fault]:
        experiment, goal = self.experiment, self.experiment.goal
        if experiment.seconds <= 0:
            yield self._fault(("seconds",), "must be more than 0")
        for part, name, holds, message in _RANGES:
            if not holds(getattr(getattr(experiment, part), name)):
                yield self._fault((part, name), message)
        if goal and goal.seeds < 1:
            yield self._fault(("goal", "seeds"), "must be at least 1")
        elif goal and not 0 <= goal.at_least <= goal.seeds:
            message = f"must lie between 1 and the {goal.seeds} seeds, or be 0 for all"
            yield self._fault(("goal", "at_least"), message)
        if experiment.kind in LAYERED and not experiment.model.layers:
            yield self._fault(
                ("model", "layers"), 'missing: a network has layers, like "dense 4 tanh, dense 1"'
            )
        if experiment.kind == "rbm" and experiment.model.hidden_units < 1:
            yield self._fault(("model", "hidden_units"), "must be at least 1")
        if experiment.kind != "network" and experiment.training.pretraining > 0:
            yield self._fault(
                ("training", "pretraining"), "only the hidden layers of a network are pretrained"
            )

    def _conditions(self) -> Iterator[Fault]:
        experiment = self.experiment
        if experiment.goal:
            yield from self.condition(("goal", "when"), experiment.goal.when, {"goal_step"})
        absent = set() if experiment.goal else {"goal_step"}
        for index, option in enumerate(experiment.prediction.options):
            yield from self.condition(("prediction", "options", index, "when"), option.when, absent)
        for index, claim in enumerate(experiment.claims):
            yield from self.condition(("claims", index, "expect"), claim.expect, absent)

    def condition(self, path: KeyPath, text: str, absent: set[str]) -> Iterator[Fault]:
        """Faults of a condition on the run, in which the quantities ``absent`` make no sense."""
        if not text.strip():
            return  # an empty text is a fault of its own
        try:
            asked = Condition.parse(text).quantities
        except InputError as error:
            yield self._fault(path, f"{error.message}; {error.hint}")
            return
        known = quantities_of(self.experiment.kind) - absent
        for name in dict.fromkeys(asked):
            if name in TRANSFER and self.experiment.transfer is None:
                yield self._fault(path, f"{name!r} means nothing here: it needs a source task (transfer)")
            elif name in absent:
                yield self._fault(path, f"{name!r} means nothing here: it needs a goal that was set before")
            elif name not in known:
                yield self._fault(path, f"a run of kind {self.experiment.kind!r} has no quantity {name!r}")

    def _prediction(self) -> Iterator[Fault]:
        options = self.experiment.prediction.options
        if not options and not self.experiment.prediction.prompt:
            return  # nothing is asked
        if len(options) < _MIN_OPTIONS:
            yield self._fault(("prediction", "options"), f"needs at least {_MIN_OPTIONS} options")
        path = (*self.path, "prediction", "options")
        texts = [((*path, index, "text"), option.text) for index, option in enumerate(options)]
        conditions = [((*path, index, "when"), option.when) for index, option in enumerate(options)]
        yield from duplicates(self.document, texts, "text")
        yield from duplicates(self.document, conditions, "condition")

    def _knobs(self) -> Iterator[Fault]:
        knobs = self.experiment.knobs
        names = [((*self.path, "knobs", index, "name"), knob.name) for index, knob in enumerate(knobs)]
        yield from duplicates(self.document, names, "knob")
        for index, knob in enumerate(knobs):
            if knob.name.strip():
                yield from self._knob(("knobs", index), knob)

    def _knob(self, path: KeyPath, knob: Knob) -> Iterator[Fault]:
        if len(knob.values) < _MIN_STOPS:
            yield self._fault((*path, "values"), f"needs at least {_MIN_STOPS} values")
        for position, value in enumerate(knob.values):
            if value in knob.values[:position]:
                yield self._fault((*path, "values", position), f"the value {value!r} comes twice")
        if knob.names and len(knob.names) != len(knob.values):
            message = f"{len(knob.names)} names for {len(knob.values)} values: give one for each, or none"
            yield self._fault((*path, "names"), message)
        names = [((*self.path, *path, "names", place), name) for place, name in enumerate(knob.names)]
        yield from duplicates(self.document, names, "name")
        try:
            initial_knobs(replace(self.experiment, knobs=[knob]))
        except InputError as error:
            yield self._fault(path, error.message + (f"; {error.hint}" if error.hint else ""))

    def _claims(self) -> Iterator[Fault]:
        for index, claim in enumerate(self.experiment.claims):
            path = ("claims", index)
            if claim.seeds < 1:
                yield self._fault((*path, "seeds"), "must be at least 1")
            elif claim.at_least is not None and not 1 <= claim.at_least <= claim.seeds:
                yield self._fault((*path, "at_least"), f"must lie between 1 and the {claim.seeds} seeds")
            yield from self.settings((*path, "set"), claim.set)

    def settings(self, path: KeyPath, values: Mapping[str, Value]) -> Iterator[Fault]:
        """Faults of knobs turned to ``values``: each must be a stop of a knob that there is."""
        knobs = {knob.name: knob for knob in self.experiment.knobs}
        for name, value in values.items():
            if name not in knobs:
                yield self._fault((*path, name), f"the experiment has no knob {name!r}")
                continue
            try:
                known = accept(knobs[name], value) in knobs[name].values
            except InputError:
                known = False
            if not known:
                stops = ", ".join(map(str, knobs[name].values))
                yield self._fault((*path, name), f"the knob has no value {value!r}; it has {stops}")
