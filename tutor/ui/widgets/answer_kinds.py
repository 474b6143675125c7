"""Which widget takes the answer to which kind of question."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.content.questions import Gap, Matching, Numeric, Posed
from tutor.ui.widgets.answers import Rows, rows_for
from tutor.ui.widgets.entry import EnterNumber, EnterWord, Entry
from tutor.ui.widgets.matching import MatchPairs


def answer_for(question: Posed, shown: Sequence[int]) -> Rows | Entry:
    """The widget that takes the answer; what stands in it to choose from is in the order ``shown``."""
    match question:
        case Numeric():
            return EnterNumber(question)
        case Gap():
            return EnterWord(question)
        case Matching():
            return MatchPairs(question, shown)
    return rows_for(question, shown)
