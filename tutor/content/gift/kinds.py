"""Which kind of question an entry is, and how each kind becomes one of ours.

The readers give the keys of ``quiz.toml`` that are the kind's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from tutor.content.gift.entry import Choice, Entry, Refused, split_choices
from tutor.content.gift.numbers import Number, read_numbers
from tutor.content.gift.said import Said
from tutor.content.spelling import GAP
from tutor.text import clean_line

Kind = Literal["choice", "truefalse", "numeric", "short", "matching"]
Keys = dict[str, object]

_WILDCARD = re.compile(r"(?<!\\)\*")
"""In a short answer of Moodle's ``*`` stands for anything, and ``\\*`` for itself."""

_TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}


def read_keys(said: Said) -> Keys:
    """The keys of the question that ``said.entry`` is, its explanation included. Raises :class:`Refused`."""
    return _READERS[kind_of(said.entry)](said)


def kind_of(entry: Entry) -> Kind:
    """The kind, by the rules of Moodle's importer. Raises :class:`Refused` for what nobody can be asked."""
    if entry.answers is None:
        raise Refused(entry.line, "a description, which asks nothing: write it on a page")
    answers = entry.answers.strip()
    if not answers:
        raise Refused(entry.line, "an essay, which no program can grade")
    if answers.startswith("#"):
        return "numeric"
    if "~" in answers:
        return "choice"
    if "=" in answers and "->" in answers:
        return "matching"
    return "truefalse" if _truth(answers) is not None else "short"


def _choice(said: Said) -> Keys:
    """With ``=`` one answer is to be chosen; without, all those whose weight is above 0."""
    entry = said.entry
    choices = split_choices(entry.answers or "", entry.answers_line, weighted_equals=False)
    if (entry.answers or "").lstrip()[0] not in "=~":
        raise Refused(choices[0].line, "an answer that no = or ~ precedes")
    if len(choices) < 2:
        raise Refused(entry.line, "a choice needs two answers or more")
    return _single(said, choices) if any(choice.equal for choice in choices) else _multiple(said, choices)


def _single(said: Said, choices: list[Choice]) -> Keys:
    right = [choice for choice in choices if choice.equal]
    if len(right) > 1:
        why = "more than one answer behind =: where several are right, ~%50% or the like stands before each"
        raise Refused(right[1].line, why)
    for choice in choices:
        if choice.weight:
            weight = f"{choice.weight:g} %"
            said.note(choice.line, f"the weight {weight} is not kept: only the answer behind = counts")
    options = [_option(said, choice, choice.equal) for choice in choices]
    return {"kind": "single", "options": options, **said.explained(f"The answer: {_right(options)}")}


def _multiple(said: Said, choices: list[Choice]) -> Keys:
    weights = [choice.weight or 0.0 for choice in choices]
    right, wrong = {weight for weight in weights if weight > 0}, {weight for weight in weights if weight <= 0}
    if not right:
        raise Refused(said.entry.line, "no answer is right: none stands behind = or has a weight above 0")
    if len(right) > 1 or len(wrong) > 1:
        said.note(choices[0].line, "the weights are not kept: here every option counts the same")
    options = [_option(said, choice, (choice.weight or 0.0) > 0) for choice in choices]
    return {"kind": "multiple", "options": options, **said.explained(f"What is right: {_right(options)}")}


def _option(said: Said, choice: Choice, right: bool) -> Keys:
    text = said.needed(choice.text, choice.line, "an answer has no text")
    return {"text": text, "feedback": said.feedback(choice.feedback, choice.line, right), "correct": right}


def _right(options: list[Keys]) -> str:
    return "; ".join(str(option["text"]) for option in options if option["correct"])


def _truefalse(said: Said) -> Keys:
    """Behind the answer come the feedback to the wrong one and to the right one."""
    entry = said.entry
    word, wrong, right = [*(entry.answers or "").split("#", 2), "", ""][:3]
    answer = bool(_truth(word))
    texts = {
        not answer: said.feedback(wrong, entry.answers_line, right=False),
        answer: said.feedback(right, entry.answers_line, right=True),
    }
    explained = said.explained(f"It is {str(answer).lower()}.")
    return {
        "kind": "truefalse",
        "answer": answer,
        "if_true": texts[True],
        "if_false": texts[False],
        **explained,
    }


def _truth(answers: str) -> bool | None:
    return _TRUTHS.get(answers.partition("#")[0].strip().upper())


def _numeric(said: Said) -> Keys:
    """One number is right; a wrong one with feedback of its own becomes a slip."""
    entry = said.entry
    numbers, otherwise = read_numbers(entry)
    if otherwise is not None:
        text = clean_line(said.text(otherwise.feedback, otherwise.line))
        said.note(otherwise.line, f"feedback to every other number is not kept: {text!r}")
    right = [number for number in numbers if number.weight == 100]
    if len(right) != 1:
        many = f"{len(right)} numbers are right" if right else "no number is wholly right"
        raise Refused(entry.answers_line, f"{many}, and one must be: a number with its tolerance, or a range")
    answer = right[0]
    others = [number for number in numbers if number is not answer]
    spread = f", give or take {answer.tolerance:g}" if answer.tolerance else ""
    return {
        "kind": "numeric",
        "answer": answer.value,
        "tolerance": answer.tolerance,
        "unit": entry.notes.get("unit", ""),
        "feedback": said.feedback(answer.feedback, answer.line, right=True),
        "slips": _slips(said, answer, others),
        **said.explained(f"The answer: {answer.value:g}{spread}."),
    }


def _slips(said: Said, answer: Number, others: list[Number]) -> list[Keys]:
    slips: dict[float, Keys] = {}
    for number in others:
        value = number.value
        if number.weight:
            said.note(
                number.line, f"the weight {number.weight:g} % of {value:g} is not kept: it counts as wrong"
            )
        if abs(value - answer.value) <= answer.tolerance or value in slips:
            said.note(number.line, f"{value:g} is not kept: that number has its feedback already")
            continue
        if number.tolerance != answer.tolerance:
            said.note(number.line, f"{value:g} is recognized within {answer.tolerance:g}, as the answer is")
        slips[value] = {"value": value, "feedback": said.feedback(number.feedback, number.line, right=False)}
    return list(slips.values())


def _short(said: Said) -> Keys:
    """The words that are wholly right fill a gap; the others, with their feedback, are usual wrong words."""
    entry = said.entry
    accept: list[str] = []
    feedback: dict[str, int] = {}
    slips: list[Keys] = []
    for choice in split_choices(entry.answers or "", entry.answers_line, weighted_equals=True):
        word = said.needed(choice.text, choice.line, "an answer has no text")
        weight = 100.0 if choice.weight is None else choice.weight
        if weight not in (0, 100):
            said.note(choice.line, f"the weight {weight:g} % of {word!r} is not kept: it counts as wrong")
        if _WILDCARD.search(word):
            if weight == 100:
                raise Refused(choice.line, f"{word!r} stands for many words: write each of them")
            said.note(choice.line, f"{word!r} stands for many words and is not kept, nor is its feedback")
            continue
        word = word.replace("\\*", "*")
        if weight == 100:
            accept.append(word)
            feedback.setdefault(said.text(choice.feedback, choice.line), choice.line)
        else:
            text = said.feedback(choice.feedback, choice.line, right=False)
            slips.append({"text": word, "feedback": text})
    if not accept:
        raise Refused(entry.answers_line, "no answer is wholly right")
    return {
        "kind": "gap",
        "accept": accept,
        "slips": slips,
        "feedback": _one_feedback(said, feedback),
        **said.explained(f"The answer: {accept[0]}"),
    }


def with_gap(prompt: str) -> str:
    """The prompt of a short answer with one gap in it: where underscores stand, or else at its end."""
    if prompt.count(GAP) == 1:
        return prompt
    return re.sub(f"{GAP}_*", GAP, prompt) if GAP in prompt else f"{prompt} {GAP}"


def _one_feedback(said: Said, texts: Mapping[str, int]) -> str:
    """All right words share one feedback here; ``texts`` has those of the file and their lines."""
    kept, *others = sorted(filter(None, texts), key=lambda text: texts[text]) or [""]
    for text in others:
        said.note(
            texts[text], f"all right words share one feedback; this one is not kept: {clean_line(text)!r}"
        )
    return said.feedback_text(kept, right=True)


def _matching(said: Said) -> Keys:
    """Pairs; a right side without a left one is an extra. GIFT has no feedback for either: comments have."""
    entry = said.entry
    told = iter(entry.feedback)
    pairs: list[Keys] = []
    extras: list[Keys] = []
    for choice in split_choices(entry.answers or "", entry.answers_line, weighted_equals=False):
        left, arrow, right = f"{choice.text}{'#' if choice.feedback else ''}{choice.feedback}".partition("->")
        if not arrow:
            raise Refused(choice.line, "a pair without ->")
        text = said.needed(right, choice.line, "a pair without a right side")
        feedback = said.feedback_text(next(told, ""), right=bool(left.strip()))
        if left.strip():
            pairs.append({"left": said.text(left, choice.line), "right": text, "feedback": feedback})
        else:
            extras.append({"text": text, "feedback": feedback})
    rights = [clean_line(str(pair["right"])).casefold() for pair in pairs]
    if len(set(rights)) < len(rights):
        raise Refused(entry.answers_line, "two pairs with the same right side: here each is used once")
    explained = said.explained("; ".join(f"{pair['left']} → {pair['right']}" for pair in pairs))
    return {"kind": "matching", "pairs": pairs, "extras": extras, **explained}


_READERS: dict[Kind, Callable[[Said], Keys]] = {
    "choice": _choice,
    "truefalse": _truefalse,
    "numeric": _numeric,
    "short": _short,
    "matching": _matching,
}
