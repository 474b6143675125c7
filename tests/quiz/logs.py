"""A log of answers held in memory, and histories to fill it with."""

from __future__ import annotations

import random
from collections.abc import Iterable

from tutor.progress.state import FirstTry

DAY = 86_400.0
MAY = 1_777_636_800.0  # noon of 1 May 2026, UTC


class Log:
    """Stands in for the database: rows may be added, and a lesson's rows removed."""

    def __init__(self, rows: Iterable[FirstTry] = ()) -> None:
        self.rows = list(rows)

    def first_tries(self, after: int, most: int) -> list[FirstTry]:
        return [row for row in self.rows if row.id > after][:most]

    def first_tries_mark(self, upto: int) -> tuple[int, float]:
        rows = [row.at for row in self.rows if row.id <= upto]
        return len(rows), float(sum(rows))


def row(
    id: int,
    at: float,
    correct: bool = True,
    *,
    lesson: str = "xor",
    question: str = "question-0",
    kind: str = "single",
    seconds: float = 15.0,
    sure: bool = True,
    hints: int = 0,
) -> FirstTry:
    return FirstTry(id, at, lesson, question, kind, correct, seconds, sure, hints)


def random_history(rng: random.Random, length: int) -> list[FirstTry]:
    """Answers as they come in life and worse: sittings, gaps of years, a clock set back or far ahead."""
    now, rows = MAY + rng.uniform(-900, 900) * DAY, []
    for id in range(1, length + 1):
        now += rng.choice([20.0, 3600.0, 0.3 * DAY, DAY, 4 * DAY, 40 * DAY, 800 * DAY]) * rng.random()
        wrong_by = rng.choice([0.0] * 12 + [-30 * DAY, 3650 * DAY, -now, 1e12, float("inf")])
        rows.append(
            row(
                id,
                now + wrong_by,
                rng.random() < 0.7,
                question=f"question-{rng.randrange(4)}",
                kind=rng.choice(["single", "numeric", "unheard-of"]),
                seconds=rng.choice([0.0, 4.0, 30.0, 1e6]),
                sure=rng.random() < 0.8,
                hints=rng.choice([0, 0, 0, 2]),
            )
        )
    return rows
