"""What the screens and widgets work with, built by ``tutor.ui.start.build`` and handed down by constructors.

A widget never reaches for the app class: what it needs it gets as ``services``, what it has to say
it posts as a message.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from tutor.quiz.deck import Deck
from tutor.ui.attendance import Attendance

if TYPE_CHECKING:
    from datetime import datetime

    from tutor.content.catalog import Catalog
    from tutor.progress.store import Store
    from tutor.progress.writer import Writer
    from tutor.worker.protocol import AnyCommand, AnyEvent


class Worker(Protocol):
    """The training process as the app sees it; ``tutor.worker.client.WorkerClient`` is the real one.

    The first lab starts it and the app closes it at the end. No method blocks.
    """

    @property
    def alive(self) -> bool: ...

    @property
    def exit_reason(self) -> str: ...

    def start(self) -> None: ...

    def send(self, command: AnyCommand) -> None: ...

    def poll(self) -> list[AnyEvent]: ...

    def restart(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Services:
    """The app's outside world: lessons, progress, training, the clock, and a few plain settings."""

    catalog: Catalog
    store: Store
    """For reading; what is written goes through ``writer``."""
    writer: Writer
    worker: Worker
    now: Callable[[], datetime]
    """An aware time in UTC."""
    clock: Callable[[], float] = time.monotonic
    """Seconds of a clock that never runs backwards: what an exam is timed by."""
    attendance: Attendance = field(default_factory=Attendance)
    """Whether somebody is there: training rests while nobody is."""
    seed: int = 0
    """Orders the options and questions of a quiz; another one for each start of the app."""
    colours: bool = True
    """False under ``NO_COLOR``: signs and words must then say everything."""
    few_colours: bool = False
    """Whether the terminal has 16 colours and no more: mixed ones would all turn white or grey."""
    slow: bool = False
    """Whether to draw seldom from the start, for a slow line (``--slow``)."""
    examiner: Worker | None = None
    """A training process for the quiz alone, started with the first question that needs it."""
    problems: tuple[str, ...] = field(default=())
    """Sentences for the banner: what could not be opened, and what that means for the learner."""

    @cached_property
    def deck(self) -> Deck:
        """What the log of answers says of each question; to be refreshed off the event loop."""
        return Deck(self.store)

    @property
    def at_risk(self) -> bool:
        """Whether something would not outlive the program: the database is in memory, or the disk refuses."""
        return self.store.in_memory or bool(self.writer.problem)

    @property
    def at_stake(self) -> object:
        """None if nothing would be lost now, else something that changes with what would be."""
        lost = (self.writer.unsaved, self.store.unsaved)
        return None if lost == (None, None) else lost

    def close(self, timeout: float = 5.0) -> bool:
        """End the training processes and save what waits; whether all is saved. A second call is fine."""
        self.worker.close()
        if self.examiner is not None:
            self.examiner.close()
        saved = self.writer.close(timeout)
        self.store.close()
        return saved
