"""The training process as the app uses it: start it, talk to it, learn why it died, start it again."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tutor.worker.process import TrainingProcess
from tutor.worker.protocol import AnyCommand, AnyEvent
from tutor.worker.snapshot_file import SnapshotFile


class WorkerClient:
    """Training in a process of its own; no method blocks but :meth:`close` and :meth:`restart` (0.3 s).

    Call :meth:`start` from the main thread: only then does the kernel end the training process together
    with the app; otherwise it ends as soon as it notices that its socket is closed. ``log`` is a file
    that gets what the training process writes to stderr; in ``snapshots`` it keeps its run while it
    trains, for the case that it is killed.
    """

    def __init__(
        self, python: str = sys.executable, log: Path | None = None, snapshots: SnapshotFile | None = None
    ) -> None:
        self._python = python
        self._log = log
        self._snapshots = snapshots
        self._process: TrainingProcess | None = None
        self._problem = ""

    def start(self) -> None:
        """Start the process and return at once; it says Ready when it is. Does nothing if it lives."""
        if self.alive:
            return
        self._problem = ""
        snapshots = self._snapshots.path if self._snapshots is not None else None
        if self._snapshots is not None:
            self._snapshots.remove_stale()
        try:
            self._process = TrainingProcess(self._python, self._log, snapshots)
        except OSError as error:
            self._process = None
            self._problem = f"the training process could not be started ({error.strerror or error})"

    @property
    def alive(self) -> bool:
        """Whether there is a process that takes commands."""
        return self._process is not None and self._process.alive

    @property
    def exit_reason(self) -> str:
        """One sentence once it died or could not be started; empty while it lives, or after :meth:`close`."""
        return self._process.reason if self._process is not None else self._problem

    @property
    def pid(self) -> int | None:
        """The process id of the training process, None if there is none."""
        return self._process.pid if self._process is not None and self._process.alive else None

    def send(self, command: AnyCommand) -> None:
        """Say something; without a living process it is lost, as ``alive`` tells."""
        if self._process is not None:
            self._process.send(command)

    def poll(self) -> list[AnyEvent]:
        """What has arrived since the last call, oldest first; of several reports only the newest."""
        return self._process.inbox.drain() if self._process is not None else []

    def restart(self) -> None:
        """End the process if it still lives and start a new one.

        It knows nothing of the old one, but can ``Resume`` the run that it kept.
        """
        self._end()
        self.start()

    def close(self) -> None:
        """End the process, wait for it and remove the run that it kept; doing so twice is fine."""
        self._end()
        if self._snapshots is not None:
            self._snapshots.remove()

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
        self._process = None
        self._problem = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
