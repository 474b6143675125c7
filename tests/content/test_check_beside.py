"""Faults of the files that lie beside the lessons: clinic, glossary, timeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content.pack import files, write
from tutor.content.check import check_pack
from tutor.paths import bundled_lessons

VERSION = "format_version = 1\n"
ENTRY = '[[entry]]\nterm = "{}"\nmeaning = "x"\n'
YEAR = '[[milestone]]\nyear = {}\ntitle = "in {}"\ntext = "y"\n'


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        (
            "glossary.toml",
            VERSION + ENTRY.format("b") + ENTRY.format("a"),
            "glossary.toml:6: entry[1].term: 'a' belongs before 'b'",
        ),
        (
            "glossary.toml",
            VERSION + ENTRY.format("b").replace("meaning", "means"),
            "glossary.toml:4: entry[0].means: unknown key",
        ),
        (
            "timeline.toml",
            VERSION + YEAR.format(1960, 1960) + 'lesson = "no"\n',
            "timeline.toml:6: milestone[0].lesson: there is no lesson 'no' in this pack",
        ),
        (
            "timeline.toml",
            VERSION + YEAR.format(1960, 1960) + YEAR.format(1950, 1950),
            "timeline.toml:7: milestone[1].year: 1950 comes after 1960",
        ),
    ],
)
def test_faults_of_glossary_and_timeline(tmp_path: Path, name: str, text: str, fault: str) -> None:
    root = write(tmp_path, files())
    (root / name).write_text(text, encoding="utf-8")
    assert [str(one) for one in check_pack(root)] == [fault]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("correct = true", "correct = false", "exactly one must be correct, not 0"),
        ("hints = [", 'hints = ["x",', "needs 3 hints, not 4"),
        ("set = { learning_rate = 0.1 }", "set = { learning_rate = 7 }", "the knob has no value 7"),
        ("set = { momentum = 0.9 }", "set = { speed = 0.9 }", "the experiment has no knob 'speed'"),
        ('sick = "diverged == 1"', 'sick = "mood == 1"', "unknown quantity 'mood'"),
        ('lesson = "first"', 'lesson = "nowhere"', "there is no lesson 'nowhere' in this pack"),
        ("", "", ""),
    ],
)
def test_faults_of_the_clinic(tmp_path: Path, old: str, new: str, words: str) -> None:
    root = write(tmp_path, files())
    whole = (bundled_lessons() / "clinic.toml").read_text(encoding="utf-8")
    case = whole.split("[[case]]")[1].replace('lesson = "backprop"', 'lesson = "first"')
    (root / "clinic.toml").write_text(f"{VERSION}[[case]]{case}".replace(old, new, 1), encoding="utf-8")
    faults = [str(one) for one in check_pack(root)]
    assert (not faults and not words) or (len(faults) == 1 and words in faults[0]), faults
