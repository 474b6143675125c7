"""A training process without a process: the host with the real core, driven by its own poll."""

from __future__ import annotations

from tutor.lab import Run
from tutor.lab.trace import pose
from tutor.worker.host import Host
from tutor.worker.keeper import Keeper
from tutor.worker.protocol import AnyCommand, AnyEvent, Load


class CoreWorker:
    """Answers at the next poll; trains a chunk at each."""

    def __init__(self) -> None:
        self.alive = False
        self.exit_reason = ""
        self.sent: list[AnyCommand] = []
        self._events: list[AnyEvent] = []
        self._host = Host(self._events.append, self._build, pose, Keeper(None))

    @staticmethod
    def _build(load: Load) -> Run:
        return Run(load.experiment, load.lesson, load.knobs, load.seed, "cpu")

    def start(self) -> None:
        self.alive = True

    def restart(self) -> None:
        self.alive = True

    def send(self, command: AnyCommand) -> None:
        self.sent.append(command)
        self._host.handle(command)

    def poll(self) -> list[AnyEvent]:
        if self._host.busy:
            self._host.advance()
        events = list(self._events)
        self._events.clear()
        return events

    def close(self) -> None:
        self.alive = False
