"""Keeps the run that is trained in a file now and then, and takes it up from there in the next process."""

from __future__ import annotations

import time
from collections.abc import Callable

from tutor.errors import InputError
from tutor.lab.run import Run
from tutor.lab.saved import Saved, decode, encode
from tutor.worker.snapshot_file import SnapshotFile

EVERY = 3.0
"""Seconds from one time to the next, while training goes on."""
_SHARE = 0.02
"""Of all time, for writing: on a slow disk it is done less often."""
_AFTER_REFUSAL = 60.0


class Keeper:
    """Of one training process. A disk that refuses means that a dead run is trained again, no more."""

    def __init__(self, file: SnapshotFile | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = file
        self._clock = clock
        self._due = 0.0

    def keep(self, run: Run, number: int, *, at_once: bool = False) -> None:
        """Keep the run with this number, if that is due; ``at_once`` after what cannot be trained again."""
        began = self._clock()
        if self._file is None or not (at_once or began >= self._due):
            return
        self._due = began + EVERY
        saved = run.saved()
        if saved is None:
            return
        try:
            self._file.write(encode(saved, number))
        except OSError:
            self._due = began + _AFTER_REFUSAL
            self._file.remove()  # it would tell of a run before the last turn of a knob
        else:
            self._due = max(self._due, began + (self._clock() - began) / _SHARE)

    def forget(self) -> None:
        """The run is over, or another one begins."""
        self._due = 0.0
        if self._file is not None:
            self._file.remove()

    def find(self, number: int) -> Saved:
        """The run with this number as it was kept last; InputError says why there is none."""
        try:
            file = self._file.read() if self._file is not None else None
        except FileNotFoundError:
            file = None
        except OSError as error:
            raise InputError(f"the snapshot cannot be read ({error.strerror or error})") from None
        if file is None:
            raise InputError("there is no snapshot of this run")
        saved = decode(file)
        if saved.told.number != number:
            raise InputError("the snapshot is of another run")
        return saved
