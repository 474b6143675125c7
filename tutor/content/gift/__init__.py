"""Moodle's GIFT: a text format for quizzes, read into our questions and written from them.

The format is described at https://docs.moodle.org/en/GIFT_format; where that page is silent, what Moodle's
own importer does is what counts.
"""

from tutor.content.gift.questions import FILL_IN, Imported, Note, Taken, read_gift
from tutor.content.gift.quizfile import write_quiz
from tutor.content.gift.writer import Exported, write_gift

__all__ = ["FILL_IN", "Exported", "Imported", "Note", "Taken", "read_gift", "write_gift", "write_quiz"]
