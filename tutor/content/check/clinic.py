"""The clinic: sick runs that can be built, one right name for each illness, three hints, cures that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tutor.content.check.lab import ExperimentChecker
from tutor.content.check.rules import duplicates, ids
from tutor.content.check.values import check_document
from tutor.content.document import Document
from tutor.content.fault import Fault, KeyPath
from tutor.content.model import Experiment
from tutor.content.pack import Case
from tutor.content.parse import FileDraft

HINTS = 3
_MIN_DIAGNOSES = 3


def check_clinic(
    clinic: FileDraft, lessons: Sequence[str], validate: Callable[[Experiment], None] | None
) -> list[Fault]:
    """The faults of ``clinic.toml``; ``lessons`` are the ids that a case may name."""
    document = clinic.document
    if document is None:
        return clinic.faults
    faults = [*clinic.faults, *check_document(document)]
    named = [(("case", index, "id"), case.id) for index, case in clinic.items.items()]
    faults += ids(document, named, "case")
    for index, case in clinic.items.items():
        path: KeyPath = ("case", index)
        checker = ExperimentChecker(document, path, case.experiment)
        found = [*_diagnoses(document, path, case), *_treatments(document, path, case, checker)]
        found += checker.condition(("sick",), case.sick, set())
        if case.lesson and case.lesson not in lessons:
            found.append(
                document.fault((*path, "lesson"), f"there is no lesson {case.lesson!r} in this pack")
            )
        faults += found + checker.faults(validate)
    return faults


def _diagnoses(document: Document, path: KeyPath, case: Case) -> Iterator[Fault]:
    if len(case.hints) != HINTS:
        yield document.fault((*path, "hints"), f"needs {HINTS} hints, not {len(case.hints)}")
    if len(case.diagnoses) < _MIN_DIAGNOSES:
        yield document.fault((*path, "diagnoses"), f"needs at least {_MIN_DIAGNOSES} names to choose from")
    right = sum(diagnosis.correct for diagnosis in case.diagnoses)
    if right != 1:
        yield document.fault((*path, "diagnoses"), f"exactly one must be correct, not {right}")
    texts = [((*path, "diagnoses", k, "text"), one.text) for k, one in enumerate(case.diagnoses)]
    yield from duplicates(document, texts, "text")


def _treatments(document: Document, path: KeyPath, case: Case, checker: ExperimentChecker) -> Iterator[Fault]:
    for key, treatments in (("cures", case.cures), ("wrong", case.wrong)):
        if not treatments:
            yield document.fault((*path, key), "needs at least one")
        for index, treatment in enumerate(treatments):
            if not treatment.set:
                yield document.fault((*path, key, index, "set"), "turns no knob")
            yield from checker.settings((key, index, "set"), treatment.set)
