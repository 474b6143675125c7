"""The examiner of the plain quiz: what a question leaves open is worked out in this process."""

from __future__ import annotations

from tutor.content.questions import Numeric, Trace


class LocalExaminer:
    """Calls the training core; it is imported with the first question that needs it."""

    def trace(self, question: Trace, seed: int) -> Numeric:
        """The question with the numbers of this seed."""
        from tutor.lab.trace import pose  # not at the top: it imports numba, and most quizzes need none

        return pose(question, seed)
