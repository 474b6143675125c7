"""Questions as lines of text, and what a line that was typed means as an answer."""

from __future__ import annotations

from string import ascii_lowercase

from tutor.content.questions import (
    Gap,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Posed,
    SingleChoice,
    TrueFalse,
)
from tutor.content.spelling import GAP, folded
from tutor.errors import InputError
from tutor.quiz.grading import MAX_WORD, Answer, parse_number
from tutor.quiz.wrap import wrap
from tutor.text import clean, clean_line


def question_lines(question: Posed, shown: tuple[int, ...]) -> list[str]:
    """The prompt, and what there is to choose from, in the order ``shown``."""
    lines = wrap(question.prompt)
    match question:
        case SingleChoice() | MultipleChoice():
            texts = [option.text for option in question.options]
        case Ordering():
            texts = [item.text for item in question.items]
        case Matching():
            texts = question.rights
            lines.append("")
            for number, pair in enumerate(question.pairs, start=1):
                lines += wrap(pair.left, first=f"  {number}. ", rest="     ")
        case TrueFalse() | Numeric() | Gap():
            return lines
    lines.append("")
    for letter, index in zip(ascii_lowercase, shown, strict=False):
        lines += wrap(texts[index], first=f"  {letter}) ", rest="     ")
    return lines


def prompt_for(question: Posed, count: int) -> str:
    """What stands before the learner's entry; ``count`` letters are on offer."""
    match question:
        case SingleChoice():
            return f"answer ({_span(count)}): "
        case MultipleChoice():
            return "letters, e.g. ac: "
        case TrueFalse():
            return "true or false (t/f): "
        case Numeric():
            return f"number, in {clean(question.unit)}: " if question.unit else "number: "
        case Ordering():
            return f"order, e.g. {_example(count)}: "
        case Matching():
            pairs = len(question.pairs)
            return f"letters for 1 to {pairs}, e.g. {_example(count)[:pairs]}: "
        case Gap():
            return "the missing word: "


def help_for(question: Posed, count: int) -> str:
    """How to answer, in a sentence."""
    match question:
        case SingleChoice():
            how = f"Type one letter, {_span(count)}."
        case MultipleChoice():
            how = f"Type the letters of all that are right, {_span(count)}, as in ac; at least one is."
        case TrueFalse():
            how = "Type t for true or f for false."
        case Numeric():
            unit = f", with or without {clean(question.unit)!r} behind it" if question.unit else ""
            how = f"Type a number{unit}, as in 12, 0.05, -3, 1e-3 or 1/3."
        case Ordering():
            how = f"Type all {count} letters in the right order, first to last, as in {_example(count)}."
        case Matching():
            pairs = len(question.pairs)
            how = (
                f"Type {pairs} letters: the one that goes with 1, the one that goes with 2 and so on, "
                f"as in {_example(count)[:pairs]}."
            )
        case Gap():
            how = f"Type what is missing where {GAP} stands; small or capital letters make no difference."
    return how


def read_answer(question: Posed, shown: tuple[int, ...], line: str) -> Answer:
    """What ``line`` means as an answer; raises :class:`InputError` that says what is expected.

    ``shown`` gives the option or item behind each letter, as in :attr:`QuizSession.shown_options`.
    """
    match question:
        case Numeric():
            return parse_number(line, question.unit)
        case TrueFalse():
            return _truth(line)
        case SingleChoice():
            letters = _letters(line, len(shown))
            if len(letters) != 1:
                raise InputError(f"one letter is expected, and there are {len(letters)}")
            return shown[letters[0]]
        case MultipleChoice():
            return frozenset(shown[letter] for letter in _letters(line, len(shown)))
        case Ordering():
            letters = _letters(line, len(shown))
            if len(letters) != len(shown):
                raise InputError(f"all {len(shown)} letters are expected, each once")
            return tuple(shown[letter] for letter in letters)
        case Matching():
            letters = _letters(line, len(shown))
            if len(letters) != len(question.pairs):
                raise InputError(f"{len(question.pairs)} letters are expected, and there are {len(letters)}")
            return tuple(shown[letter] for letter in letters)
        case Gap():
            if not folded(clean_line(line)):
                raise InputError("nothing was entered")
            return clean_line(line)[:MAX_WORD]


def _truth(line: str) -> bool:
    word = line.strip().lower()
    if word and "true".startswith(word):
        return True
    if word and "false".startswith(word):
        return False
    raise InputError("true or false is expected")


def _letters(line: str, count: int) -> list[int]:
    """Positions of the letters typed; blanks, commas and arrows between them are skipped."""
    letters = [letter for letter in line.lower() if letter not in " ,;>-\t\r\n"]
    if not letters:
        raise InputError("nothing was entered")
    for letter in letters:
        if letter not in ascii_lowercase[:count]:
            raise InputError(f"{clean(letter) or '?'!r} is none of the letters {_span(count)}")
    if len(set(letters)) < len(letters):
        raise InputError("a letter stands there twice")
    return [ascii_lowercase.index(letter) for letter in letters]


def _span(count: int) -> str:
    return f"a-{ascii_lowercase[count - 1]}" if count > 1 else "a"


def _example(count: int) -> str:
    """An order of ``count`` letters that nobody takes for the answer: bdac for four."""
    letters = ascii_lowercase[:count]
    return letters[1::2] + letters[::2]
