"""A host with a run of paper, which trains nothing, and a keeper of paper, which writes nothing."""

from tests.quiz.samples import numeric
from tutor.errors import EngineError, GpuError, InputError
from tutor.report import Report
from tutor.worker.host import Host
from tutor.worker.protocol import Pull, Reported


def pose(question, seed):
    """The question with its numbers, unless it is ``broken``."""
    if question.id == "broken":
        raise EngineError("no numbers were found")
    return numeric(seed)


class PaperRun:
    """Counts; ends after ten steps. ``live`` is taken up as it goes, ``wide`` needs a new run."""

    def __init__(self, load):
        if load.lesson == "broken":
            raise EngineError("that network cannot be built", "take another")
        self.seed, self.knobs, self.steps = load.seed, dict(load.knobs), 0
        self.labels, self.lots, self.confirmed = [], 0, 0
        self.times = []

    unkept = ""

    @property
    def done(self):
        return self.steps

    def take_up(self, saved):
        self.steps = saved.told.step

    @property
    def finished(self):
        return self.steps >= 10

    def advance(self, seconds):
        assert seconds <= 0.05
        self.times.append(seconds)
        self.steps += 1

    def step(self):
        self.steps += 1

    def finish_epoch(self, seconds):
        assert seconds <= 0.05
        self.steps += 1
        return self.finished or self.steps % 4 == 0

    def train_to(self, step, seconds):
        assert seconds <= 0.05
        self.steps += 1
        return self.finished or self.steps >= step

    def turn(self, name, value):
        if name == "odd":
            raise EngineError("no such knob")
        self.knobs[name] = value
        if name == "wide":
            self.steps = 0
        return name == "live"

    def reset(self, seed):
        self.seed, self.steps = seed, 0

    def rewind(self, mark):
        if mark > self.steps:
            raise EngineError("no such mark")
        self.steps = mark

    def fork(self, label):
        self.labels.append(label)

    def drop_overlays(self):
        self.labels = []

    @property
    def drawing(self):
        return self.lots > 0

    def draw_lots(self, seeds):
        self.lots = seeds

    def draw(self, seconds):
        self.times.append(-seconds)
        self.lots -= 1

    def take_the_cpu(self):
        self.steps, self.backend = 0, "cpu"

    def confirm_goal(self):
        self.confirmed += 1

    def report(self, state, run_number, wanted):
        quantities = {"steps": float(self.steps)}
        return Report(run_number, self.seed, state, "paper", self.knobs, quantities, 0.0, [], [])


class PaperKeeper:
    """Notes at which steps it was told to keep the run at once; ``kept`` is what it finds."""

    def __init__(self):
        self.kept, self.steps = None, []

    def keep(self, run, number, *, at_once=False):
        if at_once:
            self.steps.append(run.steps)

    def forget(self):
        self.steps.clear()

    def find(self, number):
        if self.kept is None or self.kept.told.number != number:
            raise InputError("there is no snapshot of this run")
        return self.kept


class Conversation:
    """A host, told commands without a process; ``events`` is what it answered."""

    def __init__(self):
        self.events = []
        self.keeper = PaperKeeper()
        self.host = Host(self.events.append, self.build, pose, self.keeper)

    broken_gpu = False

    def build(self, load):
        self.loaded = load
        if self.broken_gpu and load.backend != "cpu":
            raise GpuError("the GPU has too little free memory", "take the backend cpu")
        self.run = PaperRun(load)
        return self.run

    def say(self, *commands):
        for command in commands:
            self.host.handle(command)

    def train(self):
        """Until it stops by itself."""
        while self.host.training:
            self.host.advance()

    def report(self):
        self.say(Pull())
        event = self.events.pop()
        assert isinstance(event, Reported)
        return event.report


def summary(report):
    """Number, state and steps of the run."""
    return report.run, report.state, report.quantities["steps"]
