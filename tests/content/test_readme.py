"""What lessons/README.md shows is a pack, and what it says of the format is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.content.pack import write
from tutor.content.catalog import Catalog
from tutor.content.check import check_pack
from tutor.content.condition import QUANTITIES
from tutor.content.page import PAGE_LINES, PAGE_WIDTH
from tutor.content.parse import slug
from tutor.engine import activations, datasets, losses, optimizers
from tutor.lab import Run, try_trace, validate

README = (Path(__file__).resolve().parents[2] / "lessons" / "README.md").read_text()
FENCES = re.compile(r"^(`{3,})(?:toml|markdown)\n(.*?)^\1\n", re.MULTILINE | re.DOTALL)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The pack that the page's examples make together."""
    names = ["pack.toml", "two-moons/lesson.md", "two-moons/lab.toml", "two-moons/quiz.toml"]
    texts = [text for _, text in FENCES.findall(README)]
    texts[3:] = ["\n".join(texts[3:])]  # the quiz is shown in parts
    return write(tmp_path / "my-pack", dict(zip(names, texts, strict=True)))


def test_the_examples_make_a_sound_pack(pack: Path) -> None:
    assert check_pack(pack, validate, try_trace) == []


def test_with_two_questions_taken_out_the_checker_says_what_the_page_says(pack: Path) -> None:
    quiz = pack / "two-moons" / "quiz.toml"
    quiz.write_text("[[question]]".join(quiz.read_text().split("[[question]]")[:-2]))
    (fault,) = check_pack(pack, validate)
    assert f"my-pack/{fault}" in README.splitlines()


def test_the_claims_of_the_example_hold(pack: Path) -> None:
    lesson, experiment = Catalog.open(pack).find_experiment("two-moons/moons")
    for claim in experiment.claims:
        for seed in range(claim.seeds):
            run = Run(experiment, lesson.id, knobs=claim.set, seed=seed)
            reached = run.run_to_end().goal["reached"]
            assert reached is (claim.expect == "goal_step < inf")


@pytest.mark.parametrize(
    "names",
    [
        QUANTITIES,
        datasets.GENERATORS,
        activations.NAMES,
        losses.NAMES,
        optimizers.NAMES,
        ["learning_rate", "shuffle"],
    ],
)
def test_every_name_is_listed(names: list[str]) -> None:
    assert [name for name in names if f"`{name}`" not in README] == []


def test_the_numbers_are_the_ones_of_the_code() -> None:
    assert f"at most {PAGE_LINES} lines of {PAGE_WIDTH} columns" in README
    assert slug("One unit is not enough") == "one-unit-is-not-enough"
