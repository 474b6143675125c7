"""The texts of one entry, cleared of marks and signs, with notes of what they lose by that."""

from __future__ import annotations

from tutor.content.gift.entry import Entry, Refused
from tutor.content.gift.markup import plain_text

RIGHT, WRONG = "This is right.", "This is not right."
"""Feedback where the file has none: what can honestly be said."""


class Said:
    """What ``entry`` says. Its question's format is the default of its other texts."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.notes: list[tuple[int, str]] = []
        """Lines and messages, in the order in which they came up."""
        self.without_feedback = 0
        """How many answers had none."""
        self._lost: set[str] = set()
        text, self._format, lost = plain_text(entry.text, "moodle")
        self._tell(lost, entry.line)
        unit = entry.notes.get("unit")
        self.prompt = text.removesuffix(unit_words(unit)) if unit else text
        """The question, without the words that name a unit (see :func:`unit_words`)."""

    def text(self, raw: str, line: int) -> str:
        """Any other text."""
        text, _, lost = plain_text(raw, self._format)
        self._tell(lost, line)
        return text

    def needed(self, raw: str, line: int, complaint: str) -> str:
        """A text that must not be empty. Raises :class:`Refused`."""
        text = self.text(raw, line)
        if not text:
            raise Refused(line, complaint)
        return text

    def feedback(self, raw: str, line: int, right: bool) -> str:
        """The feedback to an answer, or else whether it is right."""
        return self.feedback_text(self.text(raw, line), right)

    def feedback_text(self, text: str, right: bool) -> str:
        """As :meth:`feedback`, of a text that is cleared already."""
        self.without_feedback += not text
        return text or (RIGHT if right else WRONG)

    def explained(self, default: str) -> dict[str, object]:
        """The explanation: the general feedback, or else ``default``."""
        return {"explanation": self.text(self.entry.general, self.entry.line) or default}

    def note(self, line: int, message: str) -> None:
        """Keep a note of something that was changed."""
        self.notes.append((line, message))

    def _tell(self, lost: list[str], line: int) -> None:
        for tag in lost:
            if tag not in self._lost:
                self._lost.add(tag)
                self.note(line, f"of the HTML <{tag}> only the text is kept")


def unit_words(unit: str) -> str:
    """How the unit of a numeric question stands behind its text in GIFT, which knows none."""
    return f" (in {unit})"
