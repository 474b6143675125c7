"""Questions whose numbers, picture or answer are settled only when they are asked."""

from __future__ import annotations

from typing import Protocol

from tutor.content.questions import Numeric, Posed, Question, Trace


class Examiner(Protocol):
    """Who works out what a question leaves open; it needs the training core, so it is handed in."""

    def trace(self, question: Trace, seed: int) -> Numeric:
        """The question with the numbers of this seed. Raises :class:`TutorError` where there are none."""
        ...


def as_it_stands(question: Question) -> Posed | None:
    """The question as the file gives it; None where something is open still."""
    return None if isinstance(question, Trace) else question
