"""The quiz: questions that can be answered, with feedback to every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tutor.content.check.lab import ExperimentChecker
from tutor.content.check.rules import duplicates, ids
from tutor.content.document import Document
from tutor.content.fault import Fault, KeyPath
from tutor.content.model import Experiment
from tutor.content.parse import CHARTS, Draft
from tutor.content.questions import (
    Chart,
    Gap,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Predict,
    Question,
    SingleChoice,
    Trace,
)
from tutor.content.spelling import GAP, folded
from tutor.errors import TutorError

MIN_QUESTIONS = 8
_MIN_SINGLE = 3
_MIN_ITEMS = 3
_MAX_ROWS = 7
"""Letters a to g; ``h`` is the key for a hint."""


TryTrace = Callable[[Trace], None]
"""Draws the numbers of a question and raises :class:`TutorError` if that cannot be done."""


def check_quiz(lesson: Draft, try_trace: TryTrace | None = None) -> list[Fault]:
    document = lesson.documents.get("quiz.toml")
    if document is None:
        return []
    faults: list[Fault] = []
    listed = document.data.get("question")
    if isinstance(listed, list) and len(listed) < MIN_QUESTIONS:
        message = f"{len(listed)} questions, and a lesson needs at least {MIN_QUESTIONS}"
        faults.append(document.fault(("question",), message))
    named = [(("question", index, "id"), question.id) for index, question in lesson.questions.items()]
    faults += ids(document, named, "question")
    pages = {page.id for page in lesson.pages}
    experiments = {one.id: one for one in reversed(lesson.experiments.values())}
    for index, question in lesson.questions.items():
        path = ("question", index)
        if pages and question.page.strip() and question.page not in pages:
            faults.append(
                document.fault((*path, "page"), f"no page of the lesson has the id {question.page!r}")
            )
        if question.experiment and question.experiment not in experiments and _all_read(lesson):
            message = f"no experiment of the lesson has the id {question.experiment!r}"
            faults.append(document.fault((*path, "experiment"), message))
        if isinstance(question, Chart) and question.experiment in experiments:
            checker = ExperimentChecker(document, path, experiments[question.experiment])
            for place, option in enumerate(question.options):
                faults += checker.settings(("options", place, "set"), option.set)
        if isinstance(question, Predict) and question.experiment in experiments:
            faults += _check_run(document, path, question, experiments[question.experiment])
        if try_trace is not None and isinstance(question, Trace) and question.tolerance > 0:
            faults += _tried(document, path, question, try_trace)
        faults += _CHECKS.get(type(question), _nothing)(document, path, question)
    return faults + _strays(lesson)


def _strays(lesson: Draft) -> list[Fault]:
    """Recorded runs of questions that there are not."""
    charts = {question.id for question in lesson.questions.values() if isinstance(question, Chart)}
    return [
        lesson.documents[CHARTS].fault(("chart", index, "question"), f"no chart question is {run.question!r}")
        for index, run in lesson.recorded.items()
        if run.question not in charts
    ]


def _nothing(document: Document, path: KeyPath, question: Question) -> Iterator[Fault]:
    """True or false: the schema asks for all there is."""
    yield from ()


def _check_single(document: Document, path: KeyPath, question: SingleChoice) -> Iterator[Fault]:
    if len(question.options) < _MIN_SINGLE:
        yield document.fault((*path, "options"), f"needs at least {_MIN_SINGLE} options")
    correct = sum(option.correct for option in question.options)
    if correct != 1:
        yield document.fault((*path, "options"), f"needs exactly one correct option, and has {correct}")
    yield from _distinct(document, (*path, "options"), [option.text for option in question.options])
    yield from _not_too_many(document, (*path, "options"), len(question.options), "options")


def _check_multiple(document: Document, path: KeyPath, question: MultipleChoice) -> Iterator[Fault]:
    correct = {option.correct for option in question.options}
    for wanted, word in ((True, "correct"), (False, "wrong")):
        if wanted not in correct:
            yield document.fault((*path, "options"), f"needs at least one {word} option")
    yield from _distinct(document, (*path, "options"), [option.text for option in question.options])
    yield from _not_too_many(document, (*path, "options"), len(question.options), "options")


def _all_read(lesson: Draft) -> bool:
    """Whether no experiment is missing only because the lab could not be read."""
    lab = lesson.documents.get("lab.toml")
    listed = lab.data.get("experiment") if lab else None
    return isinstance(listed, list) and len(listed) == len(lesson.experiments)


def _tried(document: Document, path: KeyPath, question: Trace, try_trace: TryTrace) -> Iterator[Fault]:
    try:
        try_trace(question)
    except TutorError as error:
        yield document.fault(path, "; ".join(filter(None, (error.message, error.hint))))


def _check_trace(document: Document, path: KeyPath, question: Trace) -> Iterator[Fault]:
    if question.tolerance <= 0:
        yield document.fault((*path, "tolerance"), "must be more than 0")


def _check_predict(document: Document, path: KeyPath, question: Predict) -> Iterator[Fault]:
    where = (*path, "options")
    if not question.experiment:
        yield document.fault((*path, "experiment"), "missing: which experiment is to be run?")
    if len(question.options) < 2:
        yield document.fault(where, "needs at least 2 options")
    yield from _distinct(document, where, [option.text for option in question.options])
    yield from _not_too_many(document, where, len(question.options), "options")
    if question.seed < 0:
        yield document.fault((*path, "seed"), "must not be negative")


def _check_chart(document: Document, path: KeyPath, question: Chart) -> Iterator[Fault]:
    where = (*path, "options")
    if not question.experiment:
        yield document.fault((*path, "experiment"), "missing: which experiment was run?")
    if len(question.options) < _MIN_SINGLE:
        yield document.fault(where, f"needs at least {_MIN_SINGLE} options")
    if not question.curves:
        yield document.fault((*path, "curves"), "needs at least one")
    if question.seed < 0:
        yield document.fault((*path, "seed"), "must not be negative")
    yield from _distinct(document, where, [option.text for option in question.options])
    yield from _not_too_many(document, where, len(question.options), "options")
    names = [[curve.name for curve in curves] for curves in question.drawn]
    if names != [question.curves] * len(question.options):
        message = "its curves are not recorded, or not those: run dltutor check --record on the lesson"
        yield document.fault(path, message)


def _check_run(
    document: Document, path: KeyPath, question: Predict, experiment: Experiment
) -> Iterator[Fault]:
    """Faults of what the run is set to, and of what is asked of it."""
    checker = ExperimentChecker(document, path, experiment)
    absent = set() if experiment.goal else {"goal_step"}
    for index, option in enumerate(question.options):
        yield from checker.condition(("options", index, "when"), option.when, absent)
    yield from checker.settings(("set",), question.set)


def _check_numeric(document: Document, path: KeyPath, question: Numeric) -> Iterator[Fault]:
    if question.tolerance < 0:
        yield document.fault((*path, "tolerance"), "must not be negative")
    seen: set[float] = set()
    for index, slip in enumerate(question.slips):
        where = (*path, "slips", index, "value")
        if abs(slip.value - question.answer) <= question.tolerance:
            yield document.fault(where, f"{slip.value:g} lies within the tolerance: it would be right")
        if slip.value in seen:
            yield document.fault(where, f"a second slip with the value {slip.value:g}")
        seen.add(slip.value)


def _check_ordering(document: Document, path: KeyPath, question: Ordering) -> Iterator[Fault]:
    if len(question.items) < _MIN_ITEMS:
        yield document.fault((*path, "items"), f"needs at least {_MIN_ITEMS} items")
    yield from _not_too_many(document, (*path, "items"), len(question.items), "items")
    yield from _distinct(document, (*path, "items"), [item.text for item in question.items])


def _check_matching(document: Document, path: KeyPath, question: Matching) -> Iterator[Fault]:
    if len(question.pairs) < _MIN_ITEMS:
        yield document.fault((*path, "pairs"), f"needs at least {_MIN_ITEMS} pairs")
    yield from _not_too_many(document, (*path, "pairs"), len(question.rights), "right sides")
    pairs = [((*path, "pairs", index), pair) for index, pair in enumerate(question.pairs)]
    extras = [((*path, "extras", index, "text"), extra.text) for index, extra in enumerate(question.extras)]
    yield from duplicates(document, [((*where, "left"), pair.left) for where, pair in pairs], "left side")
    rights = [((*where, "right"), pair.right) for where, pair in pairs]
    yield from duplicates(document, [*rights, *extras], "right side")


def _check_gap(document: Document, path: KeyPath, question: Gap) -> Iterator[Fault]:
    if question.prompt.count(GAP) != 1:
        yield document.fault((*path, "prompt"), f"mark the gap once, by {GAP}")
    if not question.accept:
        yield document.fault((*path, "accept"), "needs at least one spelling")
    accepted = [((*path, "accept", index), text) for index, text in enumerate(question.accept)]
    slips = [((*path, "slips", index, "text"), slip.text) for index, slip in enumerate(question.slips)]
    for where, text in accepted:
        if len(folded(text)) == 1 and not text.strip().isdigit():
            yield document.fault(where, "a single letter is a command where the quiz is typed line by line")
    seen: dict[str, int] = {}
    for where, text in [*accepted, *slips]:
        same = folded(text)
        if same and same in seen:
            yield document.fault(where, f"counts as the word on line {seen[same]}: {text.strip()!r}")
        seen.setdefault(same, document.line(where))


def _not_too_many(document: Document, path: KeyPath, count: int, what: str) -> Iterator[Fault]:
    if count > _MAX_ROWS:
        yield document.fault(path, f"{count} {what}, and there are letters for {_MAX_ROWS}")


def _distinct(document: Document, path: KeyPath, texts: list[str]) -> list[Fault]:
    return duplicates(document, [((*path, index, "text"), text) for index, text in enumerate(texts)], "text")


# The values take the class that is their key; no type says that of a dictionary.
_CHECKS: dict[type, Callable[[Document, KeyPath, Any], Iterator[Fault]]] = {
    SingleChoice: _check_single,
    MultipleChoice: _check_multiple,
    Numeric: _check_numeric,
    Ordering: _check_ordering,
    Matching: _check_matching,
    Gap: _check_gap,
    Trace: _check_trace,
    Predict: _check_predict,
    Chart: _check_chart,
}
