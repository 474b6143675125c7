"""The examiner of the plain quiz: what a question leaves open is worked out in this process."""

from __future__ import annotations

from tutor.charts import line_table
from tutor.content.catalog import Catalog
from tutor.content.questions import Chart, Numeric, Predict, SingleChoice, Trace
from tutor.errors import EngineError
from tutor.quiz.posing import decided, predicted_by
from tutor.quiz.wrap import WIDTH
from tutor.report import Series

_ROWS = 12


class LocalExaminer:
    """Calls the training core; it is imported with the first question that needs it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def trace(self, question: Trace, seed: int) -> Numeric:
        """The question with the numbers of this seed."""
        from tutor.lab.trace import pose  # not at the top: it imports numba, and most quizzes need none

        return pose(question, seed)

    def run(self, lesson: str, question: Predict) -> SingleChoice:
        """Train to the end; the question as this run decides it."""
        from tutor.lab import Run  # see above

        _, experiment = self._catalog.find_experiment(f"{lesson}/{question.experiment}")
        run = Run(predicted_by(question, experiment), lesson, question.set, question.seed)
        result, outcome = run.run_to_end(), run.outcome()
        if outcome is None:
            raise EngineError("the run fits none of the answers, or several")
        return decided(question, outcome, result)

    def table(self, question: Chart, shown: int) -> list[str]:
        """Some moments of the run, evenly spaced."""
        series = [Series(curve.name, curve.x, curve.y) for curve in question.drawn[shown]]
        return line_table(series, rows=_ROWS, width=WIDTH)
