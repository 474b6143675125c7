"""Messages between the app and the training process, encoded with msgpack; no pickle anywhere."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct, field

from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.content.questions import Numeric, Trace
from tutor.report import Report


class Command(Struct, frozen=True, tag=True):
    """Base of what the app says."""


class Load(Command, frozen=True):
    """Build this experiment with these knob values (missing ones: its own) and stand ready at step 0."""

    lesson: str
    experiment: Experiment
    knobs: dict[str, Value]
    seed: int
    backend: str = "auto"


class Resume(Command, frozen=True):
    """Load, and take up the run that died with the process before, from its file; it pauses where it stood.

    ``number``, ``step`` and ``knobs`` are those of the last report. Without a snapshot the run is trained
    again from its seed, if ``replay`` says that this gives the same; else it stands ready at step 0.
    """

    load: Load
    number: int
    step: int
    knobs: dict[str, Value]
    replay: bool


class Start(Command, frozen=True):
    """Train until paused or finished; ``paced`` for the eye (``lab.pace``), else as fast as it goes."""

    paced: bool = True


class Pause(Command, frozen=True):
    """Stop after the present chunk."""


class Step(Command, frozen=True):
    """One parameter update (perceptron: one example), then pause."""


class Epoch(Command, frozen=True):
    """Train to the end of the present epoch, then pause."""


class Reset(Command, frozen=True):
    """Begin again with this seed and the present knobs."""

    seed: int


class Turn(Command, frozen=True):
    """Turn a knob; takes effect at once, or begins again where the network must be built anew."""

    name: str
    value: Value


Topic = Literal["health", "pre_activations", "picture", "drawing", "inspection"]


class Pull(Command, frozen=True):
    """Ask for the newest report, with the details that the panels on the screen show."""

    topics: list[Topic] = field(default_factory=list)
    layer: int = 0
    """Which of the layers with an activation (``pre_activations``), or of the dense ones (``inspection``)."""
    unit: int = 0
    example: int = 0
    """For ``drawing`` among the held-out examples, for ``inspection`` in the coming minibatch."""


class Rewind(Command, frozen=True):
    """Go back (or forward again) to the mark with this index, and pause; training goes on from there."""

    mark: int


class Fork(Command, frozen=True):
    """Keep the curves so far as an overlay, and go on: what is turned next can be compared with them.

    After a Rewind those up to the end of what was trained are kept. Four overlays at most, the newest ones;
    they outlive Turn and Reset.
    """

    label: str


class DropOverlays(Command, frozen=True):
    """Forget all overlays."""


class DrawLots(Command, frozen=True):
    """Train the seeds 0, 1, ..., so many, with the present knobs in the background; 0 stops that.

    Needs an experiment with a goal. A Turn or a Load stops and forgets them.
    """

    seeds: int


class Pose(Command, frozen=True):
    """Draw the numbers of a question with this seed, and work out its answer; the run is left alone."""

    question: Trace
    seed: int


class Rest(Command, frozen=True):
    """Train nothing until told ``on=False``; the run and the lots stay as they are."""

    on: bool


class Quit(Command, frozen=True):
    """End the training process."""


AnyCommand = (
    Load
    | Resume
    | Start
    | Pause
    | Step
    | Epoch
    | Reset
    | Turn
    | Pull
    | Rewind
    | Fork
    | DropOverlays
    | DrawLots
    | Pose
    | Rest
    | Quit
)


class Event(Struct, frozen=True, tag=True):
    """Base of what the training process says."""


class Busy(Event, frozen=True):
    """Something takes a while (starting, compiling); ``text`` says what and about how long."""

    text: str


class Ready(Event, frozen=True):
    """Kernels are compiled or loaded; training answers at once from here on."""

    seconds: float


class Reported(Event, frozen=True):
    """The answer to a Pull."""

    report: Report


class Resumed(Event, frozen=True):
    """The answer to a Resume: the run goes on from its snapshot at ``step`` and is trained to step ``to``.

    ``why`` says why there was none: then ``step`` is 0, and ``to`` is 0 where the run begins anew.
    """

    step: int
    to: int
    why: str = ""


class Worked(Event, frozen=True):
    """The answer to a Pose: the question with its numbers."""

    seed: int
    question: Numeric


class Failed(Event, frozen=True):
    """The last command could not be done; the process lives and takes the next one."""

    message: str
    hint: str


AnyEvent = Busy | Ready | Resumed | Reported | Worked | Failed

encode = msgspec.msgpack.Encoder().encode
decode_command = msgspec.msgpack.Decoder(AnyCommand).decode
decode_event = msgspec.msgpack.Decoder(AnyEvent).decode
