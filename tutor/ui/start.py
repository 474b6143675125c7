"""How the app begins: what it is built of, and what it opens first."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from tutor.content.catalog import Catalog
from tutor.content.labfile import read_lab
from tutor.content.pack import Pack
from tutor.errors import StoreError, TutorError
from tutor.progress.store import Store, utc_now
from tutor.progress.writer import Writer
from tutor.ui.messages import (
    OpenBench,
    OpenCase,
    OpenClinic,
    Opening,
    OpenLesson,
    OpenQuiz,
    OpenReview,
    part_of,
)
from tutor.ui.places import at_home
from tutor.ui.services import Services
from tutor.ui.terminal import has_few_colours
from tutor.worker.client import WorkerClient
from tutor.worker.snapshot_file import SnapshotFile

SLOW = "DLTUTOR_SLOW"
"""Environment variable that ``--slow`` sets: fewer pictures, for a slow line."""


def build() -> Services:
    """Open lessons and progress; what cannot be opened becomes a sentence in ``problems``."""
    problems: list[str] = []
    try:
        catalog = Catalog.open()
    except TutorError as error:
        catalog = Catalog(Pack("", "", []), [f"{error.message}; {error.hint}"])
    problems += catalog.problems
    store = Store.open()
    if store.problem:
        problems.append(store.problem)
    return Services(
        catalog=catalog,
        store=store,
        writer=Writer(store),
        worker=WorkerClient(snapshots=SnapshotFile.new()),
        examiner=WorkerClient(),
        now=utc_now,
        seed=random.SystemRandom().getrandbits(32),
        colours="NO_COLOR" not in os.environ,
        few_colours=has_few_colours(),
        slow=os.environ.get(SLOW, "0") not in ("", "0"),
        problems=tuple(problems),
    )


Start = Callable[[Services], Opening | None]
"""What the app opens over Home, if anything; raises :class:`UsageError` for what there is not."""


def where_left(services: Services) -> Opening | None:
    """The place where the app was left."""
    try:
        place = None if at_home(services.store) else services.store.place
    except StoreError:
        return None
    if place is None or place.lesson not in {lesson.id for lesson in services.catalog.lessons}:
        return None
    return OpenLesson(place.lesson, part_of(place.part), place.page)


def at_lesson(name: str) -> Start:
    """A lesson, as ``Catalog.find`` takes it."""
    return lambda services: OpenLesson(services.catalog.find(name).id)


def at_quiz(names: Sequence[str], count: int | None) -> Start:
    """Quiz mode over these lessons (none named: all that were read)."""
    return lambda services: OpenQuiz(tuple(services.catalog.find(name).id for name in names), count)


def at_review(count: int) -> Start:
    """The review of what is due."""
    return lambda _services: OpenReview(count)


def at_clinic(name: str) -> Start:
    """The clinic, or one of its cases by id or number."""
    return lambda services: OpenCase(services.catalog.find_case(name).id) if name else OpenClinic()


def at_bench(path: Path | None) -> Start:
    """The free bench, with what the file at ``path`` says; raises :class:`InputError` for what is none."""
    from tutor.ui.workshop.form import Form  # at its first use: Home opens quicker

    experiments = tuple(read_lab(path)) if path else ()
    Form(experiments)  # refuses what is not for the bench
    return lambda _services: OpenBench(experiments, path)
