"""``dltutor review``: the questions that are due, in the app or line by line."""

from __future__ import annotations

import argparse
import random
import sys
from contextlib import closing

from tutor.commands.examiner import LocalExaminer
from tutor.commands.output import whole_number
from tutor.commands.quiz import ask_plain
from tutor.commands.terminal import has_screen, note
from tutor.content.catalog import Catalog
from tutor.progress.store import Store, utc_now
from tutor.quiz.deck import Deck
from tutor.quiz.due import DAILY, due_words, waiting_words, what_is_due


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plain", action="store_true", help="line by line, without a screen or colours")
    parser.add_argument(
        "--count",
        type=whole_number(1, 10_000),
        default=DAILY,
        metavar="N",
        help=f"ask at most N questions (default {DAILY}: some five minutes)",
    )
    parser.add_argument(
        "--seed",
        type=whole_number(0, 10**9),
        metavar="N",
        help="the order of equally urgent questions, and of their options, in the plain review",
    )


def run(args: argparse.Namespace) -> int:
    if args.plain or not has_screen():
        return _plain(args)
    from tutor.ui.run import run as run_app  # only now: the plain review does without Textual
    from tutor.ui.start import at_review

    return run_app(at_review(args.count))


def _plain(args: argparse.Namespace) -> int:
    catalog = Catalog.open()
    with closing(Store.open()) as store:
        note([*catalog.problems, store.problem])
        rng, now = random.Random(args.seed), utc_now().timestamp()
        due = what_is_due(Deck(store).refresh(now), store.lessons_read(catalog.lessons), now, rng)
        if not due.questions:
            print(f"{waiting_words(due.next_at, now)} dltutor quiz asks about all you have read.")
            return 0
        print(f"{due_words(len(due.questions), args.count)}.")
        sys.stdout.flush()
        return ask_plain(due.questions[: args.count], rng, store, "review", LocalExaminer(catalog))
