"""Packs by somebody who means harm: each is to be refused quickly, by the checker and by the app alike."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.content.pack import LAB, LESSON, PACK, files, write
from tests.faults.table import Injected, stopwatch
from tutor.content.catalog import Catalog
from tutor.content.check import inspect
from tutor.content.page import layout
from tutor.errors import TutorError
from tutor.lab import Run, try_trace, validate

Build = Callable[[Path], None]
"""Turns the sound pack in a folder into a hostile one."""

NETWORK = """\
format_version = 1

[[experiment]]
id = "net"
title = "A net"
kind = "KIND"
about = "It trains."
seconds = 1.0
data = { name = "moons", options = { DATA }, EXAMPLES }
model = { layers = "LAYERS", loss = "binary_crossentropy", MODEL }
training = { epochs = 5, TRAINING }
"""


def lab(
    *, kind: str = "network", layers: str = "dense 4 tanh, dense 1 sigmoid", data: str = "",
    examples: str = "", model: str = "", training: str = "", more: str = "",
) -> Build:  # fmt: skip
    """A pack whose first lesson has this experiment."""
    words = {"KIND": kind, "LAYERS": layers, "DATA": data, "EXAMPLES": examples, "MODEL": model}
    text = NETWORK
    for word, value in (words | {"TRAINING": training}).items():
        text = text.replace(
            f", {word}" if not value and word in ("EXAMPLES", "MODEL", "TRAINING") else word, value
        )
    if training and "epochs" in training:
        text = text.replace("epochs = 5, ", "")
    return file("first/lab.toml", text + more)


def file(name: str, text: str | bytes) -> Build:
    """A pack with another text in the file ``name``."""
    raw = text if isinstance(text, bytes) else text.encode()
    return lambda root: (root / name).write_bytes(raw) and None


def link(name: str, target: str) -> Build:
    """A pack in which ``name`` is a link; ``{out}`` is a sound pack beside it."""

    def build(root: Path) -> None:
        out = write(root.parent / "out", files())
        place = root / name
        if place.is_dir():
            place.rename(root.parent / "moved")
        else:
            place.unlink()
        place.symlink_to(target.format(out=out))

    return build


def special(name: str, make: Callable[[Path], None]) -> Build:
    """A pack in which ``name`` is no regular file."""

    def build(root: Path) -> None:
        (root / name).unlink()
        make(root / name)

    return build


def _socket(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)  # the path of a socket may have a hundred signs at most
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def crowd(count: int) -> Build:
    """A lesson's folder with so many empty files."""

    def build(root: Path) -> None:
        for number in range(count):
            os.close(os.open(root / "first" / f"x{number}", os.O_CREAT | os.O_WRONLY, 0o600))

    return build


def pit(root: Path) -> None:
    """Folders in folders, two hundred deep."""
    before = Path.cwd()
    try:
        os.chdir(root)
        for _ in range(200):
            Path("d").mkdir()
            os.chdir("d")
    finally:
        os.chdir(before)


def prose(text: str) -> Build:
    """A pack whose first lesson has this page."""
    return file("first/lesson.md", LESSON[: LESSON.index("## A sum")] + "## A sum\n\n" + text + "\n")


KNOB = '\n[[experiment.knobs]]\nname = "{}"\nlabel = "knob"\nhelp = "Turn it."\nvalues = [{}]\n'

PACKS: dict[str, Build] = {
    "a file that is a link out": link("first/lesson.md", "/etc/passwd"),
    "a file that is a link to another pack": link("first/quiz.toml", "{out}/first/quiz.toml"),
    "a folder that is a link out": link("first", "{out}/first"),
    "pack.toml as a link out": link("pack.toml", "{out}/pack.toml"),
    "a link to itself": link("first/lab.toml", "lab.toml"),
    "a link to a device": link("first/lab.toml", "/dev/zero"),
    "a named pipe": special("first/quiz.toml", os.mkfifo),
    "a socket": special("first/quiz.toml", _socket),
    "a folder for a file": special("first/quiz.toml", Path.mkdir),
    "two hundred folders deep": pit,
    "twenty thousand files": crowd(20_000),
    "a lesson's name that leads out": file("pack.toml", PACK.replace('"second"', '"../out"')),
    "sixty thousand lessons": file("pack.toml", PACK.replace('"second"', '"x",' * 60_000)),
    "one lesson two hundred times": file("pack.toml", PACK.replace('"second"', '"first",' * 199)),
    "a file of two megabytes": file("first/lesson.md", LESSON + "x" * (1 << 21)),
    "no text at all": file("first/lesson.md", os.urandom(1 << 16) + b"\xff"),
    "half a letter": file("first/lab.toml", LAB.encode() + b'x = "\xc3'),
    "lists in lists": file("first/lab.toml", "x = " + "[" * 100_000 + "]" * 100_000),
    "tables in tables": file("first/lab.toml", "x = " + "{a=" * 50_000 + "1" + "}" * 50_000),
    "a key of a hundred thousand parts": file("first/lab.toml", "a." * 100_000 + "b = 1"),
    "headers of many parts": file("first/lab.toml", "".join(f"[{'a.' * 40}b{n}]\n" for n in range(2_900))),
    "twenty-five thousand keys": file("first/lab.toml", "".join(f"k{n}=1\n" for n in range(25_000))),
    "a key of 250,000 letters": file("first/lab.toml", LAB + "\n" + "k" * 250_000 + " = 1\n"),
    "an unknown key in each of many tables": file(
        "first/quiz.toml", "format_version = 1\n" + "[[question]]\nlearning_rat = 1\n" * 8_000
    ),
    "a number of a hundred thousand digits": file("first/lab.toml", "format_version = " + "9" * 100_000),
    "endless epochs": lab(training="epochs = 9000000000000000"),
    "endless pretraining": lab(training="pretraining = 9000000000000"),
    "a layer of a billion units": lab(layers="dense 1000000000 tanh, dense 1 sigmoid"),
    "a layer above the limit": lab(layers="dense 12000000 tanh, dense 1 sigmoid"),
    "a layer too slow for so many examples": lab(
        layers="dense 7000 tanh, dense 6900 tanh, dense 1 sigmoid", data="examples = 4000"
    ),
    "ten thousand layers": lab(layers="dense 4 tanh, " * 10_000 + "dense 1 sigmoid"),
    "repeats of repeats": lab(layers="100x dense 1000 tanh, " * 50 + "dense 1 sigmoid"),
    "a billion examples": lab(data="examples = 1000000000"),
    "a million networks": lab(kind="ensemble", model="members = 1000000"),
    "a knob that grows the net": lab(more=KNOB.format("hidden_layers", "1, 1000000000")),
    "ten thousand stops": lab(more=KNOB.format("learning_rate", "0.1, " + ", ".join("123456789" * 1_100))),
    "a table from the machine": file(
        "first/lab.toml",
        LAB.replace('"gate", options = { gate = "and" }', '"csv", options = { file = "/etc/passwd" }'),
    ),
    "brackets in brackets": file("first/lab.toml", LAB.replace("errors == 0", "(" * 50_000 + "errors == 0")),
    "quotes in quotes": prose(">" * 9_000 + " x"),
    "lists in lists of prose": prose("".join(f"{' ' * (2 * n)}- x\n" for n in range(90))),
    "stars without end": prose("*a **b _c `d [[e [f](g " * 400),
    "half links": prose("[" * 9_000),
    "twenty thousand pages": file("first/lesson.md", LESSON + "## p\nx\n" * 20_000),
    "a page of 240,000 letters": prose("x " * 120_000),
}  # fmt: skip


def make(root: Path, build: Build) -> Path:
    """The sound pack below ``root``, made hostile."""
    write(root, files())
    build(root)
    return root


def refuse(root: Path) -> None:
    """Ask the checker and the app of the pack in ``root``; AssertionError unless both know what to do.

    The checker must name a fault. The app must refuse the pack, or each experiment that it cannot build, and
    lay out whatever page it opens.
    """
    found = inspect(root, validate, try_trace).faults
    assert found, "the checker finds nothing wrong"
    assert all(len(str(fault)) < 1_000 for fault in found), "a fault is told at great length"
    try:
        catalog = Catalog.open(root)
    except TutorError as error:
        assert len(error.message) < 1_000
        return
    for lesson in catalog.lessons:
        for page in lesson.pages:
            layout(page.body, 76)
        for experiment in lesson.experiments:
            with contextlib.suppress(TutorError):
                Run(experiment, lesson.id, learn_source=False)


def _ready(folder: Path) -> None:
    """Load the training core, and compile what is not in the cache: that is not the packs' doing."""
    inspect(write(folder / "sound", files()), validate, try_trace)


def attempt(number: int, folder: Path) -> float:
    """One of the packs, the next one at each try: the seconds until checker and app had refused it."""
    if number == 0:
        _ready(folder)
    return _refused(make(folder / "pack", list(PACKS.values())[number % len(PACKS)]))


def _refused(root: Path) -> float:
    seconds = stopwatch()
    refuse(root)
    return seconds()


FAULTS = (
    Injected("lesson pack by a stranger", "refused within 2 s", len(PACKS), 2, attempt, limit=2.0),
    Injected(
        "lesson's folder with 10^6 files",
        "refused within 2 s",
        1,
        0,
        lambda _, folder: _refused(make(folder / "pack", crowd(1_000_000))),
        limit=2.0,
    ),
)
