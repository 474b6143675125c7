"""Frozen data of a pack back to TOML, as people would write it; defaults are left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

_FIRST = {"id", "prompt", "explanation", "page"}
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def table_lines(path: tuple[str, ...], thing: Struct) -> Iterator[str]:
    """The lines of a table: its plain values first, because TOML wants it so, then the tables in it."""
    config = type(thing).__struct_config__
    if config.tag_field is not None:
        yield f"{config.tag_field} = {_value(config.tag)}"
    inner: list[tuple[str, object]] = []
    # What a class inherits stands last in it, and people look for it first.
    fields = sorted(msgspec.structs.fields(thing), key=lambda field: field.name not in _FIRST)
    for field in fields:
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
            yield from ("", f"[{place}]", *table_lines((*path, name), value))
        elif isinstance(value, list):
            for item in value:
                yield from ("", f"[[{place}]]", *table_lines((*path, name), item))


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
