"""What the screens look like, compared with the pictures in ``__snapshots__``.

After a change that is meant to be seen: ``pytest tests/ui/test_snapshots.py --snapshot-update``, and look
at the pictures before they are kept. Lessons, progress and training process are made up and fixed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.lab_fakes import FakeWorker, experiment
from tests.ui.pack import PACK
from tests.ui.seen import shown
from tutor.content.catalog import Catalog
from tutor.content.model import Lesson, Page
from tutor.content.pack import Pack
from tutor.progress.store import Store
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenBench, OpenLesson
from tutor.ui.services import Services

Compare = Callable[..., bool]
WIDE = (140, 40)

FORMULA = """
The unit multiplies each input by a [[weight]] and adds the results.

```formula
s = w1·x1 + w2·x2 + b
where
x1, x2 : the two inputs
w1, w2 : the weights, one for each input
b : the bias
s : the weighted sum
```

If s is 0 or more, the answer is +1. Take w1 = 2, w2 = 1, b = −3:

- inputs 1 and 1: s = 2 + 1 − 3 = 0, so the answer is +1;
- inputs 1 and 0: s = 2 + 0 − 3 = −1, so the answer is −1.
"""


@pytest.fixture
def fixed(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A pack whose first lesson has a formula and three experiments; a training process at full speed."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    first, *others = PACK.lessons
    experiments = [experiment("xor"), experiment("digits"), experiment("gates", kind="perceptron")]
    pages = [Page("formula", "A weighted sum", FORMULA), *first.pages]
    lesson = Lesson(1, first.head, pages, experiments, first.questions)
    catalog = Catalog(Pack("tests", "Tests", [lesson, *others]))
    return replace(services, catalog=catalog, worker=FakeWorker(steps_per_pull=400))


def until(*words: str, keys: str = "") -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Press the first keys, wait for the first words, and so on; ``keys`` are separated by commas."""

    async def play(pilot: Pilot[Any]) -> None:
        groups = keys.split(",") if keys else [""] * len(words)
        for group, wanted in zip(groups, words, strict=True):
            await pilot.press(*group.split())
            for _ in range(250):
                await pilot.pause(0.02)
                if wanted in shown(pilot.app):  # type: ignore[arg-type]
                    break
            else:
                # an ordinary error: pytest.fail would leave the app running for ever
                raise AssertionError(f"{wanted!r} did not appear on:\n{shown(pilot.app)}")  # type: ignore[arg-type]

    return play


def test_home(snap_compare: Compare, fixed: Services, store: Store) -> None:
    for page in ("formula", "first"):
        store.mark_page("perceptron", page)
    store.set_place("perceptron", "read", "first")
    assert snap_compare(TutorApp(fixed), run_before=until("reading 2 of 4"))


def test_a_page_with_a_formula(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "read", "formula"))
    assert snap_compare(app, run_before=until("page 1 of 4"))


def test_the_help(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "read", "formula"))
    assert snap_compare(app, run_before=until("Keys that do something now", keys="question_mark"))


def test_the_lab_asks(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "lab"))
    assert snap_compare(app, run_before=until("step 0"))


def test_the_lab_compares(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "lab"))
    assert snap_compare(app, run_before=until("You predict b", "What happened", keys="b,space"))


def test_the_lab_after_a_run(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "lab"))
    play = until("You predict b", "What happened", "enter: your prediction", keys="b,space,enter")
    assert snap_compare(app, run_before=play)


def test_the_digits_after_a_run(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "lab", "digits"))
    play = until("You predict a", "What happened", "enter: your prediction", keys="a,space,enter")
    assert snap_compare(app, run_before=play)


def test_a_question_answered(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "quiz"))
    assert snap_compare(app, run_before=until("question 1 of", keys="a"))


def test_a_large_screen_compares(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "lab"))
    play = until("You predict b", "What happened", keys="b,space")
    assert snap_compare(app, terminal_size=WIDE, run_before=play)


def test_a_large_screen_with_the_perceptron(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "lab", "gates"))
    play = until("You predict a", "What happened", "enter: your prediction", keys="a,space,enter")
    assert snap_compare(app, terminal_size=WIDE, run_before=play)


@pytest.mark.parametrize("key", "12345678")
def test_a_panel_large(snap_compare: Compare, fixed: Services, key: str) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "lab"))
    play = until("You predict b", "What happened", f"▸{key} ", keys=f"b,space,{key}")
    assert snap_compare(app, run_before=play)


def test_a_convolutional_network(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "lab", "digits"))
    play = until("You predict a", "What happened", "▸5 ", "filters", keys="a,space,5,right")
    assert snap_compare(app, run_before=play)


def test_the_confusion_matrix_on_a_large_screen(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "lab", "digits"))
    play = until("You predict a", "What happened", "▸4 ", "truth 0", keys="a,space,4,right")
    assert snap_compare(app, terminal_size=WIDE, run_before=play)


def test_a_large_screen_with_digits(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "lab", "digits"))
    play = until("You predict a", "What happened", "6 Histograms", keys="a,space,enter")
    assert snap_compare(app, terminal_size=WIDE, run_before=play)


def test_a_run_gone_back_along_kept_and_drawn_lots_for(snap_compare: Compare, fixed: Services) -> None:
    app = TutorApp(fixed, OpenLesson("perceptron", "lab"))
    play = until(
        "You predict b", "What happened", "step 350 of 400", "kept: 1", "75 of 100", keys="b,space,comma,k,o"
    )
    assert snap_compare(app, run_before=play)


def test_the_free_bench(snap_compare: Compare, fixed: Services) -> None:
    keys = f",{'down ' * 7}a right right"
    build = until("data set         moons", "layer 2          maxpool 2", keys=keys)
    assert snap_compare(TutorApp(fixed, OpenBench()), run_before=build)


def test_the_free_bench_with_its_file(snap_compare: Compare, fixed: Services) -> None:
    build = until("data set         spiral", "turns must be", keys="down right,down enter x enter")
    assert snap_compare(TutorApp(fixed, OpenBench()), terminal_size=WIDE, run_before=build)


def test_notes(snap_compare: Compare, fixed: Services, store: Store) -> None:
    store.write_note("perceptron", "A unit fires when the sum is large enough.\n\n- why a bias?")
    play = until("page 1 of 4", "why a bias?", keys=",m")
    assert snap_compare(TutorApp(fixed, OpenLesson("perceptron", "read", "formula")), run_before=play)
