"""From an answer to a rating: how well it says the question is known. The one place with that rule.

A wrong answer is ``AGAIN``. A right one is ``HARD`` when the learner was unsure, took hints or was slow;
``EASY`` when quick and sure; else ``GOOD``. An answer right in part is wrong: the part missed is what counts.
Slow and quick are meant for the kind of question: who types a number takes longer than who presses a letter.
"""

from __future__ import annotations

from enum import IntEnum


class Rating(IntEnum):
    """The four ratings of FSRS, with its numbers."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


USUAL_SECONDS = {
    "truefalse": 15.0,
    "single": 20.0,
    "gap": 25.0,
    "multiple": 30.0,
    "numeric": 45.0,
    "ordering": 45.0,
    "matching": 45.0,
    "trace": 90.0,
}
"""What reading and answering a question of a kind takes somebody who knows; 40 for those not named."""

QUICK, SLOW = 0.5, 3.0
"""Shares of the usual time: under the one an answer is quick, over the other slow.

Reading speed differs by a factor of two between people who know equally well, hence the wide bounds.
"""


def rate(*, kind: str, correct: bool, sure: bool, hints: int, seconds: float) -> Rating:
    """The rating of one answer; ``seconds`` is from the question's appearance to the answer."""
    usual = USUAL_SECONDS.get(kind, 40.0)
    if not correct:
        return Rating.AGAIN
    if not sure or hints > 0 or seconds > SLOW * usual:
        return Rating.HARD
    return Rating.EASY if seconds < QUICK * usual else Rating.GOOD
