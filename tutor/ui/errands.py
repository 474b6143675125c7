"""What the quiz asks of the training core, in a process of its own: the lab's run stays as it is."""

from __future__ import annotations

from tutor.content.questions import Trace
from tutor.ui.services import Worker
from tutor.worker.protocol import AnyCommand, AnyEvent, Failed, Pose

_ABSENT = Failed("this question needs the training process, and there is none", "")


class Errands:
    """One thing at a time: ask, then :meth:`poll` until it is done or has failed."""

    def __init__(self, worker: Worker | None) -> None:
        self._worker = worker

    def trace(self, question: Trace, seed: int) -> None:
        """Have the numbers of this seed drawn and the answer worked out: Worked is the reply."""
        self._send(Pose(question, seed))

    def poll(self) -> list[AnyEvent]:
        """What has come; Failed if the process is gone."""
        if self._worker is None:
            return [_ABSENT]
        events = self._worker.poll()
        if not events and not self._worker.alive:
            return [Failed(self._worker.exit_reason or "the training process ended", "")]
        return events

    def _send(self, command: AnyCommand) -> None:
        """Say it; the process is started where it does not run yet, or no longer."""
        if self._worker is None:
            return
        if not self._worker.alive:
            self._worker.restart()
        self._worker.send(command)
