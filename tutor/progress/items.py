"""Item statistics: how each question works, from the answers of one learner or of many."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tutor.content.model import Lesson
from tutor.content.questions import Question
from tutor.progress.choices import Chosen, chosen_in, listed
from tutor.progress.log import LoggedAnswer

MIN_LEARNERS = 5
"""From so many learners on a discrimination is told; with fewer it is chance alone."""

MOST_FREE = 8
"""Most answers that are listed of a question without options: a number, a word, an order."""

Key = tuple[str, str]
"""Lesson and question."""


@dataclass(frozen=True)
class Choice:
    """An answer, or a part of one, and how many first tries made it."""

    text: str
    right: bool
    count: int


@dataclass(frozen=True)
class Item:
    """One question. Its figures are of first tries: each time it came up, the first answer then."""

    lesson: str
    question: str
    kind: str
    page: str
    prompt: str
    """Empty for a question that is no longer in the lesson, as its page then is."""
    learners: int
    asked: int
    right: int
    median_seconds: float
    discrimination: float | None
    """See :func:`discrimination`; None where it cannot be told."""
    choices: tuple[Choice, ...]
    """Options in the lesson's order, never chosen ones too; free answers with the most frequent first."""

    @property
    def right_share(self) -> float:
        """0 to 1."""
        return self.right / self.asked

    @property
    def distractor(self) -> Choice | None:
        """The wrong choice that was made most often, if any was."""
        wrong = [choice for choice in self.choices if choice.count and not choice.right]
        return max(wrong, key=lambda choice: choice.count, default=None)


def items(logs: Sequence[Sequence[LoggedAnswer]], lessons: Iterable[Lesson]) -> list[Item]:
    """The statistics of each question that was answered; ``logs`` has one log for each learner.

    They come in the order of the lessons, and after them questions that are no longer there.
    """
    known = {(lesson.id, question.id): question for lesson in lessons for question in lesson.questions}
    by_question: dict[Key, list[LoggedAnswer]] = defaultdict(list)
    learners: Counter[Key] = Counter()
    for log in logs:
        learners.update({(row.lesson, row.question) for row in log if row.first_try})
        for row in log:
            if row.first_try:
                by_question[row.lesson, row.question].append(row)
    scores = [_first_scores(log) for log in logs]
    order = [*(key for key in known if key in by_question), *sorted(by_question.keys() - known.keys())]
    return [
        _item(known.get(key), by_question[key], learners[key], discrimination(key, scores)) for key in order
    ]


def discrimination(key: Key, scores: Sequence[dict[Key, float]]) -> float | None:
    """The correlation, over learners, of a question's score with the mean score on all other questions.

    This is the corrected item-total correlation: from -1 to 1, and a question that good learners get right
    and weak ones wrong is well above 0. ``scores`` has, for each learner, the score of the first answer to
    each question. None with fewer than :data:`MIN_LEARNERS` learners, or where all score alike.
    """
    pairs = []
    for score in scores:
        others = [value for other, value in score.items() if other != key]
        if key in score and others:
            pairs.append((score[key], statistics.fmean(others)))
    own, rest = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if len(pairs) < MIN_LEARNERS or len(set(own)) == 1 or len(set(rest)) == 1:
        return None
    return statistics.correlation(own, rest)


def _first_scores(log: Iterable[LoggedAnswer]) -> dict[Key, float]:
    scores: dict[Key, float] = {}
    for row in log:
        scores.setdefault((row.lesson, row.question), row.score)
    return scores


def _item(
    question: Question | None, rows: list[LoggedAnswer], learners: int, discriminates: float | None
) -> Item:
    return Item(
        lesson=rows[0].lesson,
        question=rows[0].question,
        kind=rows[-1].kind,
        page=question.page if question else "",
        prompt=question.prompt if question else "",
        learners=learners,
        asked=len(rows),
        right=sum(row.correct for row in rows),
        median_seconds=statistics.median(row.seconds for row in rows),
        discrimination=discriminates,
        choices=_choices(question, rows),
    )


def _choices(question: Question | None, rows: list[LoggedAnswer]) -> tuple[Choice, ...]:
    counts: Counter[Chosen] = Counter()
    for row in rows:
        counts.update(chosen_in(question, row))
    fixed = listed(question) if question else []
    free = [(chosen, count) for chosen, count in counts.most_common() if chosen not in fixed][:MOST_FREE]
    return tuple(
        Choice(*chosen, count) for chosen, count in [*((each, counts[each]) for each in fixed), *free]
    )
