"""What the learner has set up for one experiment: knobs, seed, prediction, and the runs so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.content.model import Experiment, Knob
from tutor.content.part import Value
from tutor.content.settings import initial_knobs
from tutor.report import Report
from tutor.ui.lab.tally import Tally


@dataclass
class Bench:
    """One experiment's place in the lab; it is kept while the learner looks at another one."""

    experiment: Experiment
    knobs: dict[str, Value]
    seed: int = 0
    chosen: int = 0
    """Index of the knob that left and right turn."""
    prediction: int | None = None
    """Index of the option committed to for the next run; used up when that run is over."""
    has_predicted: bool = False
    """Whether the learner has ever committed here; before that nothing may start."""
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def of(cls, experiment: Experiment) -> Bench:
        """The bench as the experiment's author set it."""
        return cls(experiment, dict(initial_knobs(experiment)))

    @property
    def knob(self) -> Knob | None:
        """The chosen knob; None where the experiment has none."""
        return self.experiment.knobs[self.chosen] if self.experiment.knobs else None

    @property
    def turned(self) -> dict[str, str]:
        """The knobs that no longer stand where the author put them: label -> the value as it is shown."""
        own = initial_knobs(self.experiment)
        knobs = self.experiment.knobs
        return {
            knob.label: shown(knob, self.knobs[knob.name])
            for knob in knobs
            if self.knobs[knob.name] != own[knob.name]
        }

    def set_up(self, report: Report) -> bool:
        """Whether the report is of a run with this seed and these knobs."""
        return report.seed == self.seed and report.knobs == self.knobs

    def neighbour(self, direction: int) -> Value | None:
        """The chosen knob's next stop in this direction; None at the end of its values."""
        knob = self.knob
        if knob is None:
            return None
        place = knob.values.index(self.knobs[knob.name]) + direction
        return knob.values[place] if 0 <= place < len(knob.values) else None


def shown(knob: Knob, value: Value) -> str:
    """A knob's value as the learner sees it: by its name, where the lesson gives it one."""
    if knob.names and value in knob.values:
        return knob.names[knob.values.index(value)]
    return str(value)
