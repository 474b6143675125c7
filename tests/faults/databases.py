"""Databases gone bad, many sessions on one, and clocks that are wrong."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.table import Injected, Result, stopwatch
from tests.progress.samples import answered, lesson
from tutor.errors import StoreError
from tutor.progress.backups import folder_of
from tutor.progress.opening import connect
from tutor.progress.store import Store
from tutor.progress.writer import Writer
from tutor.quiz.deck import Deck
from tutor.quiz.due import what_is_due
from tutor.quiz.schedule import LONGEST

DAY = 86_400.0
ROWS = 20
"""Answers in the backup of a database that is then damaged."""
HERE = Path(__file__).parent


def mutate(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """A way in which files go bad, and the file after it."""
    changed = bytearray(data)
    kind = rng.choice(["bytes", "sectors", "header", "cut", "empty", "garbage", "longer", "newer"])
    match kind:
        case "bytes":
            for _ in range(rng.randint(1, 50)):
                changed[rng.randrange(len(changed))] = rng.randrange(256)
        case "sectors":
            for _ in range(rng.randint(1, 4)):
                start = rng.randrange(0, len(changed), 512)
                changed[start : start + 512] = rng.choice([bytes(512), rng.randbytes(512)])
        case "header":
            changed[rng.randrange(100)] = rng.randrange(256)
        case "cut":
            del changed[rng.randrange(len(changed)) :]
        case "empty":
            changed.clear()
        case "garbage":
            changed = bytearray(rng.randbytes(rng.randint(1, 30_000)))
        case "longer":
            changed += rng.randbytes(rng.randint(1, 9000))
        case "newer":
            changed[60:64] = (99).to_bytes(4, "big")
    return kind, bytes(changed)


def damage(number: int, folder: Path) -> float:
    """A database with a backup, damaged at random; opened, used, and opened again. Returns the seconds."""
    path = folder / "progress.sqlite3"
    rng = random.Random(number)
    with closing(Store.open(path)) as store:
        connection = store._connection
        connection.execute("PRAGMA synchronous = OFF")
        for row in range(ROWS):
            store.record_answer(answered(row), "quiz")
        store.back_up()
        store.mark_page("xor", "page-0")
    kind, bad = mutate(path.read_bytes(), rng)
    path.write_bytes(bad)
    taken = stopwatch()
    with closing(Store.open(path)) as store:
        look_around(store)
        replaced = "was damaged" in store.problem
        if replaced:
            assert "the backup of" in store.problem, f"{kind}: {store.problem}"
            assert store.summary().answers == ROWS, f"{kind}: the backup was not restored"
            [aside] = path.parent.glob("*.damaged-*")
            assert _within(bad, aside.read_bytes()), f"{kind}: what was moved aside is not what was there"
        elif store.in_memory:
            assert path.read_bytes() == bad, f"{kind}: a file that was not opened was changed"
        elif kind in ("empty", "garbage"):
            raise AssertionError(f"{kind}: nothing was noticed")
    assert sum(1 for _ in folder_of(path).glob("*.sqlite3")) == 1, f"{kind}: the backup is gone"
    if replaced:
        with closing(Store.open(path)) as store:
            assert (store.problem, store.summary().answers) == ("", ROWS), kind
    return taken()


def look_around(store: Store) -> None:
    """All that the app reads, and a write; a refusal is one line."""
    for use in (
        lambda: store.lesson_states([lesson()]),
        store.summary,
        store.notes,
        lambda: store.place,
        lambda: store.runs("xor"),
        lambda: store.latest_quiz("xor"),
        lambda: Deck(store).refresh(datetime.now(UTC).timestamp()),
        store.document,
        lambda: store.mark_page("xor", "page-1"),
    ):
        try:
            use()
        except StoreError as error:
            assert "\n" not in error.message
    assert store.problem == "" or store.problem.isprintable()


def _within(bad: bytes, aside: bytes) -> bool:
    # SQLite may have set its two version bytes (18, 19) before it found out.
    return bad[:18] == aside[:18] and bad[20:] == aside[20:] and len(bad) == len(aside)


def write_rows(path: Path, prefix: str, count: int) -> list[float]:
    """Write so many answers one after the other, as a session does; the seconds of each commit."""
    seconds = []
    with closing(Store.open(path)) as store:
        assert not store.in_memory, store.problem
        writer = Writer(store)
        writer.flush()
        for number in range(count):
            row = answered(f"{prefix}-{number}")
            taken = stopwatch()
            writer.submit(lambda store, row=row: store.record_answer(row, "plain")).result()
            seconds.append(taken())
        assert writer.close()
    return seconds


@dataclass(frozen=True)
class Sessions:
    """Several sessions that write to one database at once, each without a pause; a try is a row."""

    name: str = "eight sessions on one home"
    promise: str = "no row is lost; 99 of 100 commits take less than 0.25 s"
    count: int = 8_000
    short: int = 100
    limit: float = 0.25

    def unable(self) -> str:
        """Nothing is needed for it."""
        return ""

    def run(self, count: int) -> Result:
        """The worst time is the 99th of 100: a promise about that says nothing of the slowest."""
        from tempfile import TemporaryDirectory

        sessions = 8 if count >= 800 else 2
        each = count // sessions
        with TemporaryDirectory(prefix="dltutor-fault-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "data" / "progress.sqlite3"
            command = [sys.executable, "-m", "tests.faults.databases", str(path), str(each)]
            running = [
                subprocess.Popen([*command, str(name)], stdout=subprocess.PIPE, text=True)
                for name in range(sessions)
            ]
            told = [session.communicate()[0] for session in running]
            seconds = sorted(taken for line in told if line for taken in json.loads(line))
            with closing(connect(path)) as connection:
                kept = {question for (question,) in connection.execute("SELECT question FROM answer")}
                total = connection.execute("SELECT count(*) FROM answer").fetchone()[0]
        wanted = {f"question-{name}-{number}" for name in range(sessions) for number in range(each)}
        slowest = seconds[: max(1, len(seconds) * 99 // 100)]
        result = Result(self.limit, [min(taken, slowest[-1]) for taken in seconds])
        result.broken += [f"{name} was lost" for name in sorted(wanted - kept)]
        if total > len(kept):
            result.broken.append(f"{total - len(kept)} rows are there twice")
        return result


def wrong_clock(number: int, folder: Path) -> float:
    """A learner's 100 answers on a clock that jumps: back, ten years on, to a leap day."""
    rng = random.Random(number)
    now = [datetime(2028, 2, 27, 9, tzinfo=UTC)]
    asked = lesson(questions=10)
    with closing(Store.open(folder / "progress.sqlite3", lambda: now[0])) as store:
        store._connection.execute("PRAGMA synchronous = OFF")
        deck = Deck(store)
        for step in range(STEPS):
            now[0] = _next_time(now[0], rng)
            store.record_answer(
                answered(rng.randrange(10), rng.random() < 0.7, session=float(step)), "review"
            )
            moment = now[0].timestamp()
            cards = deck.refresh(moment)
            for card in cards.values():
                if card.memory is not None:
                    wait = (card.memory.due - card.memory.at) / DAY
                    assert card.memory.at <= moment, f"step {step}: reviewed in the future"
                    assert 0 < wait < LONGEST + 1e-6, f"step {step}: comes back after {wait} days"
            due = what_is_due(cards, [asked], moment, rng)
            assert len(due.questions) <= 10
            if step % 25 == 0:
                assert Deck(store).refresh(moment) == cards, f"step {step}: another start, another schedule"
                store.back_up()
        assert store.summary().answers == STEPS, "a row was lost"
    return 0.0


STEPS = 100
_LEAP = (datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC), datetime(2096, 2, 29, tzinfo=UTC))


def _next_time(now: datetime, rng: random.Random) -> datetime:
    """Usually some hours later; sometimes a jump."""
    jump = rng.random()
    if jump < 0.02:
        return rng.choice(_LEAP)
    if jump < 0.05:
        return now.replace(year=min(max(now.year + rng.choice([-20, -10, -1, 10]), 1971), 2200), day=1)
    if jump < 0.08:
        return now - timedelta(days=rng.uniform(0, 30))
    return now + timedelta(hours=rng.expovariate(1 / 12))


FAULTS = (
    Injected(
        "database damaged, cut or of a newer version",
        "kept aside, the newest sound backup restored, or shown unchanged",
        1_000,
        30,
        damage,
    ),
    Sessions(),
    Injected("clock back, ten years on, leap day: 100 steps", "schedules stay sane", 100, 1, wrong_clock),
)


if __name__ == "__main__":
    print(json.dumps(write_rows(Path(sys.argv[1]), sys.argv[3], int(sys.argv[2]))))
