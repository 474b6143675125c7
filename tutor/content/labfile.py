"""Experiments by themselves: a ``lab.toml`` outside of any pack, and the lesson around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from tutor.content.fault import Fault, PackError
from tutor.content.model import FORMAT_VERSION, Experiment, LabFile, Lesson, LessonHead, Page
from tutor.content.parse import read_document
from tutor.errors import InputError

SUFFIX = ".toml"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def read_lab(path: Path) -> list[Experiment]:
    """The experiments in the file at ``path``, at least one; :class:`InputError` names line and key."""
    try:
        document = read_document(path.parent, path.name)
    except PackError as error:
        raise InputError(error.message, "give a file as dltutor bench writes it") from None
    version = document.data.get("format_version")
    if version != FORMAT_VERSION:
        raise InputError(f"{path} is of format {version!r}, not {FORMAT_VERSION}", "is it a lab.toml?")
    faults: list[Fault] = []
    lab = document.convert(document.data, (), LabFile, faults)
    if lab is None:
        raise InputError(f"{path.parent}/{faults[0]}", "mend that line, or make the file anew: dltutor bench")
    if not lab.experiment:
        raise InputError(f"there is no experiment in {path}", "dltutor bench makes one")
    return lab.experiment


def write_lab(experiments: Sequence[Experiment]) -> str:
    """The text of a ``lab.toml``; defaults are left out. :func:`read_lab` gives them back."""
    return "\n".join(_table((), LabFile(FORMAT_VERSION, list(experiments)))).lstrip("\n") + "\n"


def lesson_around(experiments: Sequence[Experiment], title: str) -> Lesson:
    """A lesson that has a lab and nothing else, for experiments that belong to no pack."""
    head = LessonHead(
        format_version=FORMAT_VERSION,
        id="bench",
        title=title,
        summary="",
        years="",
        minutes=0,
        objectives=[],
        terms=[],
        covers=[],
        sources=[],
    )
    return Lesson(0, head, [Page("bench", title, "")], list(experiments), [])


def _table(path: tuple[str, ...], thing: Struct) -> Iterator[str]:
    """The lines of a table: its plain values first, because TOML wants it so, then the tables in it."""
    inner: list[tuple[str, object]] = []
    for field in msgspec.structs.fields(thing):
        value = getattr(thing, field.name)
        if not field.required and value == _default(field):
            continue
        if isinstance(value, Struct) or (isinstance(value, list) and value and isinstance(value[0], Struct)):
            inner.append((field.name, value))
        else:
            yield f"{field.name} = {_value(value)}"
    for name, value in inner:
        place = ".".join((*path, name))
        if isinstance(value, Struct):
            yield from ("", f"[{place}]", *_table((*path, name), value))
        elif isinstance(value, list):
            for item in value:
                yield from ("", f"[[{place}]]", *_table((*path, name), item))


def _default(field: msgspec.structs.FieldInfo) -> object:
    made = field.default_factory
    return field.default if made is msgspec.NODEFAULT else made()


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are TOML's too; only DEL goes unescaped in JSON.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _value(name)
