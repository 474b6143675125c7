"""Which experiment a command is to take: one of a lesson, or one of a file. (Not a command itself.)"""

from __future__ import annotations

from pathlib import Path

from tutor.content.catalog import Catalog
from tutor.content.labfile import SUFFIX, lesson_around, read_lab
from tutor.content.model import Experiment, Lesson
from tutor.errors import UsageError
from tutor.text import clean_line

HELP = "a lesson, or a file that dltutor bench wrote; its first experiment if none is named"
METAVAR = "ID|FILE.toml[/EXPERIMENT]"


def find_experiment(text: str) -> tuple[Lesson, Experiment]:
    """``"backprop"``, ``"backprop/digits"``, ``"my.toml"`` or ``"my.toml/first"``.

    Raises :class:`UsageError` for what is not there, :class:`InputError` for a file that cannot be read so.
    """
    file, inside, name = text.partition(f"{SUFFIX}/")
    if not inside and not text.endswith(SUFFIX):
        return Catalog.open().find_experiment(text)
    experiments = read_lab(Path(f"{file}{SUFFIX}" if inside else text))
    lesson = lesson_around(experiments, "Free bench")
    for experiment in experiments:
        if experiment.id == (name or experiments[0].id):
            return lesson, experiment
    known = ", ".join(experiment.id for experiment in experiments)
    raise UsageError(f"there is no experiment {clean_line(name)!r} in {file}{SUFFIX}", f"there are: {known}")


def read_settings(settings: list[str]) -> dict[str, str]:
    """The ``KEY=VALUE`` of ``--set``; raises :class:`UsageError` for what is not written so."""
    knobs: dict[str, str] = {}
    for setting in settings:
        name, sign, value = setting.partition("=")
        if not sign or not name.strip():
            raise UsageError(f"cannot read --set {setting!r}", "write it like --set learning_rate=0.5")
        knobs[name.strip()] = value.strip()
    return knobs
