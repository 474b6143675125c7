"""A lesson, and a training process that plays a made-up but consistent run: no numba, no child, no chance."""

from __future__ import annotations

import math
from collections import deque
from typing import Any

from tests.ui import lab_details
from tutor.content.condition import Condition
from tutor.content.model import (
    DataSpec,
    Experiment,
    Goal,
    Knob,
    Lesson,
    LessonHead,
    ModelSpec,
    Prediction,
    TrainingSpec,
)
from tutor.content.part import Value
from tutor.content.questions import PredictionOption
from tutor.content.settings import initial_knobs
from tutor.report import (
    Layer,
    Lottery,
    Overlay,
    Perceptron,
    Points,
    Report,
    Result,
    Samples,
    Series,
    State,
    Surface,
)
from tutor.worker import protocol

KNOBS = [
    Knob("learning_rate", "learning rate", [0.1, 0.5, 2.0], "How far each step goes."),
    Knob("hidden_units", "hidden units", [1, 2, 4, 8], "Units per hidden layer."),
]
PREDICTION = Prediction(
    "Two hidden units learn XOR by gradient descent from a random start. Will they always get there?",
    [
        PredictionOption("Yes, at every start", "goal_step < 300", "Some starts never leave the plateau."),
        PredictionOption("Mostly, but not always", "goal_step >= 300 and steps < 5000", "Most get there."),
        PredictionOption("Never", "steps >= 5000", "Two hidden units are enough in principle."),
    ],
)


def experiment(name: str = "xor", *, kind: str = "network", knobs: list[Knob] | None = None) -> Experiment:
    """A small experiment; its full-batch epochs are one step each."""
    return Experiment(
        id=name,
        title=f"Learning {name}",
        kind="perceptron" if kind == "perceptron" else "network",
        about="Four points, two hidden units. Watch the boundary bend, and the loss leave its plateau.",
        seconds=1.0,
        data=DataSpec(name),
        model=ModelSpec(layers="dense 2 sigmoid, dense 1 sigmoid", learning_rate=0.5),
        training=TrainingSpec(epochs=1000, batch_size=0),
        prediction=PREDICTION,
        goal=Goal("errors == 0", "all four points right"),
        knobs=KNOBS if knobs is None else knobs,
    )


def lesson(*experiments: Experiment) -> Lesson:
    """A lesson with these experiments (none given: XOR, then digits)."""
    head = LessonHead(1, "backprop", "Backpropagation", "Train a network.", "1986", 20, [], [], [], [])
    return Lesson(7, head, [], list(experiments or (experiment(), experiment("digits", knobs=[]))), [])


class FakeWorker:
    """Stands in for ``tutor.worker.client.WorkerClient``: a run of ``goal_at`` steps that reaches its goal.

    While running, each pull advances the run by ``steps_per_pull``. Turning ``hidden_units`` begins the
    run again, any other knob takes effect live.
    """

    def __init__(self, steps_per_pull: int = 100, goal_at: int = 400) -> None:
        self.steps_per_pull = steps_per_pull
        self.goal_at = goal_at
        self.alive = True
        self.exit_reason = ""
        self.commands: list[protocol.AnyCommand] = []
        self.events: deque[protocol.AnyEvent] = deque()
        self.run = 0
        self.step = 0
        self.seed = 0
        self.state: State = "ready"
        self.experiment: Experiment | None = None
        self.lesson = ""
        self.knobs: dict[str, Value] = {}
        self.furthest = 0
        self.mark = -1
        self.overlays: list[Overlay] = []
        self.lots = 0
        self.drawn = 0
        self.kept = 0
        """The step of the snapshot that a run of before has left; 0: none."""

    def start(self) -> None:
        self.alive = True

    def close(self) -> None:
        self.alive = False

    def restart(self) -> None:
        self.alive, self.exit_reason = True, ""
        self.experiment = None
        self.events.clear()

    def die(self, reason: str) -> None:
        self.alive, self.exit_reason = False, reason

    def poll(self) -> list[protocol.AnyEvent]:
        events = list(self.events)
        self.events.clear()
        return events

    def send(self, command: protocol.AnyCommand) -> None:
        self.commands.append(command)
        match command:
            case protocol.Load():
                self.experiment, self.lesson = command.experiment, command.lesson
                self.knobs = {**initial_knobs(command.experiment), **command.knobs}
                self._begin(command.seed)
            case protocol.Resume():
                self.send(command.load)
                self.events.append(self._resume(command))
            case protocol.Reset():
                self._begin(command.seed)
            case protocol.Start():
                self.state = "running"
            case protocol.Pause():
                self.state = "paused"
            case protocol.Step() | protocol.Epoch():
                self._advance(1)
                self.state = "paused" if self.state != "finished" else "finished"
            case protocol.Turn():
                self.knobs[command.name] = command.value
                if command.name == "hidden_units":
                    self._begin(self.seed)
            case protocol.Rewind():
                self.mark, self.state = command.mark, "paused"
                self.step = self.marks()[command.mark]
            case protocol.Fork():
                self.overlays.append(Overlay(command.label, self.report().series))
            case protocol.DropOverlays():
                self.overlays = []
            case protocol.DrawLots():
                self.lots, self.drawn = command.seeds or self.drawn, self.drawn if not command.seeds else 0
            case protocol.Pull():
                if self.state == "running":
                    self._advance(self.steps_per_pull)
                self.drawn = min(self.drawn + 25, self.lots)
                self.events.append(protocol.Reported(self.report(command)))

    def sent(self, kind: type[protocol.Command]) -> list[protocol.AnyCommand]:
        """The commands of this kind, in order."""
        return [command for command in self.commands if isinstance(command, kind)]

    def _begin(self, seed: int) -> None:
        self.run += 1
        self.step, self.seed, self.state = 0, seed, "ready"
        self.furthest, self.mark = 0, -1

    def _resume(self, command: protocol.Resume) -> protocol.Resumed:
        """From the snapshot at ``kept``, if there is one."""
        self.run = command.number
        if self.kept:
            self.knobs = dict(command.knobs)
        elif not command.replay:
            return protocol.Resumed(0, 0, "there is no snapshot of this run")
        self._advance(command.step)
        self.state = "paused" if self.state != "finished" else "finished"
        return protocol.Resumed(
            self.kept, command.step, "" if self.kept else "there is no snapshot of this run"
        )

    def _advance(self, steps: int) -> None:
        self.step = min(self.step + steps, self.goal_at)
        self.furthest, self.mark = self.step, -1
        if self.step == self.goal_at:
            self.state = "finished"

    def marks(self) -> list[int]:
        """Every fiftieth step so far, and the newest."""
        return sorted({*range(0, self.furthest + 1, 50), self.furthest})

    def lottery(self) -> Lottery | None:
        made = self.drawn * 3 // 4
        return (
            Lottery(self.drawn, self.lots, made, 0.64, 0.82, 812.0, dict(self.knobs), 1.0)
            if self.lots
            else None
        )

    def report(self, pull: protocol.Pull | None = None) -> Report:
        """The run now, with the details that ``pull`` asks for."""
        assert self.experiment is not None
        topics = pull.topics if pull is not None else []
        images = self.experiment.id == "digits"
        unit = self.experiment.kind == "perceptron"
        curve = [float(x) for x in range(0, self.step + 1, max(1, self.step // 200))]
        loss = [0.7 * math.exp(-x / 150) + 0.001 for x in curve]
        right = [min(1.0, 0.5 + x / (2 * self.goal_at)) for x in curve]
        series = [Series("loss", curve, loss), Series("accuracy", curve, right)]
        if images:
            series += [Series("val_loss", curve, [y * 1.2 + 0.05 for y in loss]),
                       Series("val_accuracy", curve, [y * 0.96 for y in right])]  # fmt: skip
        if unit:
            series = [Series("errors", curve, [round(40 * y) for y in loss]),
                      Series("updates", curve, [min(x, 40.0) for x in curve]),
                      Series("bound", curve, [51.0] * len(curve))]  # fmt: skip
        return Report(
            run=self.run,
            seed=self.seed,
            state=self.state,
            backend="cpu",
            knobs=dict(self.knobs),
            quantities=self.quantities(loss[-1], right[-1], images=images, unit=unit),
            steps_per_second=12345.0 if self.step else 0.0,
            series=series,
            layers=[]
            if unit
            else [Layer("dense_1", 0.01 / (1 + self.step), 1.5), Layer("dense_2", 0.4, 2.0)],
            surface=None if images else surface(self.step),
            points=None if images else POINTS,
            samples=SAMPLES if images else None,
            perceptron=Perceptron([1.0, -2.0], 0.5, min(self.step, 40), 51.0) if unit else None,
            result=self.result() if self.state == "finished" else None,
            outcome=self.outcome() if self.state == "finished" else None,
            marks=self.marks(),
            mark=self.mark,
            overlays=list(self.overlays),
            lottery=self.lottery(),
            **({} if unit or pull is None else self.details(pull, topics, images=images)),
        )

    def details(self, pull: protocol.Pull, topics: list[protocol.Topic], *, images: bool) -> dict[str, Any]:
        """What the panels on the screen asked for, and nothing else."""
        layers = [("dense_1", "tanh"), ("dense_2", "softmax" if images else "sigmoid")]
        made: dict[str, Any] = {}
        if "health" in topics:
            made["health"] = lab_details.health(layers, self.step)
        if "pre_activations" in topics:
            made["pre_activations"] = lab_details.pre_activations(layers, pull.layer)
        if "picture" in topics and images:
            made |= {"confusion": lab_details.CONFUSION, "mistakes": lab_details.MISTAKES}
        if "drawing" in topics:
            draw = lab_details.image_drawing if images else lab_details.drawing
            made["drawing"] = draw(pull.example)
        if "inspection" in topics:
            made["inspection"] = lab_details.inspection(pull)
        return made

    def quantities(self, loss: float, right: float, *, images: bool, unit: bool) -> dict[str, float]:
        numbers = {"steps": self.step, "epochs": self.step, "loss": loss, "accuracy": right,
                   "errors": 0 if self.state == "finished" else 2, "diverged": 0,
                   "goal_step": self.step if self.state == "finished" else math.inf}  # fmt: skip
        if images:
            numbers |= {"val_accuracy": right * 0.96, "val_loss": loss * 1.2 + 0.05}
        if unit:
            del numbers["loss"]
            numbers |= {"updates": min(self.step, 40), "bound": 51.0}
        return {name: float(value) for name, value in numbers.items()}

    def result(self) -> Result:
        assert self.experiment is not None
        return Result(
            lesson=self.lesson, experiment=self.experiment.id, seed=self.seed, backend="cpu",
            knobs=dict(self.knobs), steps=self.step, epochs=self.step, seconds=1.0, steps_per_second=12345.0,
            loss={"first": 0.7, "last": 0.001}, metrics={"accuracy": 1.0}, gradient_norms={},
            goal={"reached": True, "target": "all four points right", "at_step": self.step},
            stopped_because="goal",
            explanation=f"The goal was reached at step {self.step}: all four points right.",
            quantities=self.quantities(0.001, 1.0, images=False, unit=False),
        )  # fmt: skip

    def outcome(self) -> int | None:
        assert self.experiment is not None
        options = self.experiment.prediction.options
        numbers = self.quantities(0.001, 1.0, images=False, unit=False)
        right = [i for i, option in enumerate(options) if Condition.parse(option.when).holds(numbers)]
        return right[0] if right else None


POINTS = Points([0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0], [0, 1, 1, 0], [0, 1, 1, 1])
SAMPLES = Samples(
    8, 8, bytes((row * 30 + column * 20) % 256 for _ in range(20) for row in range(8) for column in range(8)),
    [index % 10 for index in range(20)],
    [8 if index == 3 else index % 10 for index in range(20)], [0.93] * 20,
)  # fmt: skip


def surface(step: int, columns: int = 40, rows: int = 24) -> Surface:
    """XOR's surface, sharper with each step."""
    sharp = step / 100
    values = bytes(
        round(255 / (1 + math.exp(sharp * 40 * (column / columns - 0.5) * (row / rows - 0.5) * -1)))
        for row in range(rows)
        for column in range(columns)
    )
    return Surface(-0.5, 1.5, -0.5, 1.5, columns, rows, values)
