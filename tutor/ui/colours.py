"""Textual's colours under a widget, remembered without the widget.

Textual's own memory of them has each widget's cache of drawn lines in its keys, though the colours do not
depend on it: the lines of a thousand widgets that are long gone stay there, some 30 KB each.
"""

from __future__ import annotations

import functools

from textual._styles_cache import StylesCache


@functools.cache
def remember_colours_alone() -> None:
    """Put a memory in the place of Textual's that is keyed by the two colours; a second call does nothing."""
    mixed = functools.partial(StylesCache.get_inner_outer.__wrapped__, StylesCache)
    StylesCache.get_inner_outer = staticmethod(functools.lru_cache(1024)(mixed))  # type: ignore[assignment]
