"""What the quiz asks of the training core, in a process of its own: the lab's run stays as it is."""

from __future__ import annotations

import time
from collections.abc import Callable

from tutor.content.model import Experiment
from tutor.content.questions import Predict, Trace
from tutor.quiz.posing import predicted_by
from tutor.ui.lab.link import PULL_EVERY, Link
from tutor.ui.services import Worker
from tutor.worker.protocol import AnyCommand, AnyEvent, Failed, Load, Pause, Pose, Reported, Start

_ABSENT = Failed("this question needs the training process, and there is none", "")


class Errands:
    """One thing at a time: ask, then :meth:`poll` until it is done or has failed."""

    def __init__(self, worker: Worker | None, now: Callable[[], float] = time.monotonic) -> None:
        self._worker = worker
        self._now = now
        self._link = Link(self._send)
        self._running = False

    def trace(self, question: Trace, seed: int) -> None:
        """Have the numbers of this seed drawn and the answer worked out: Worked is the reply."""
        self._send(Pose(question, seed))

    def run(self, lesson: str, question: Predict, experiment: Experiment) -> None:
        """Train what the question asks about, as fast as it goes; the last Reported has a result."""
        self._running = True
        asked = predicted_by(question, experiment)
        self._link.begin(Load(lesson, asked, dict(question.set), question.seed))
        self._link.send(Start(paced=False))

    def cancel(self) -> None:
        """Leave the run where it is."""
        self._running = False
        self._link.send(Pause())

    def poll(self) -> list[AnyEvent]:
        """What has come; Failed if the process is gone."""
        if self._worker is None:
            return [_ABSENT]
        if self._running:
            self._link.pull(self._now(), PULL_EVERY, moving=True)
        events = [event for event in self._worker.poll() if self._is_new(event)]
        if not events and not self._worker.alive:
            self._running = False
            self._link.cut()
            return [Failed(self._worker.exit_reason or "the training process ended", "")]
        return events

    def _is_new(self, event: AnyEvent) -> bool:
        """Whether the event does not belong to a run that was cancelled."""
        return not isinstance(event, Reported) or (self._link.arrived() != "stale" and self._running)

    def _send(self, command: AnyCommand) -> None:
        """Say it; the process is started where it does not run yet, or no longer."""
        if self._worker is None:
            return
        if not self._worker.alive:
            self._worker.restart()
        self._worker.send(command)
