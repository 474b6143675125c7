"""How the app begins: what it is built of, and what it opens first."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence

from tutor.content.catalog import Catalog
from tutor.content.model import Pack
from tutor.errors import StoreError, TutorError
from tutor.progress.store import Store, utc_now
from tutor.progress.writer import Writer
from tutor.ui.messages import OpenLesson, OpenQuiz, part_of
from tutor.ui.places import at_home
from tutor.ui.services import Services
from tutor.ui.terminal import has_few_colours
from tutor.worker.client import WorkerClient


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
        worker=WorkerClient(),
        now=utc_now,
        seed=random.SystemRandom().getrandbits(32),
        colours="NO_COLOR" not in os.environ,
        few_colours=has_few_colours(),
        problems=tuple(problems),
    )


def first_message(
    services: Services, lesson: str | None, quiz: Sequence[str] | None, count: int | None
) -> OpenLesson | OpenQuiz | None:
    """What to open over Home; raises :class:`UsageError` for a lesson that there is not."""
    catalog = services.catalog
    if lesson is not None:
        return OpenLesson(catalog.find(lesson).id)
    if quiz is not None:
        return OpenQuiz(tuple(catalog.find(name).id for name in quiz), count)
    try:
        place = None if at_home(services.store) else services.store.place
    except StoreError:
        return None
    if place is None or place.lesson not in {lesson.id for lesson in catalog.lessons}:
        return None
    return OpenLesson(place.lesson, part_of(place.part), place.page)
